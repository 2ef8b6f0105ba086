/** What a relay has done since it started. */
export interface RelayCounters {
  /** Clients connected now. */
  clients: number;
  /** Connections accepted, and turned away: too many, or no port left. */
  accepted: number;
  refused: number;
  /** Clients ended because they sent nothing. */
  idle: number;
  /** From clients to the internet. */
  datagramsOut: number;
  bytesOut: number;
  /** From the internet to clients. */
  datagramsIn: number;
  bytesIn: number;
  /** Dropped: sizes or types that are not relayed. */
  malformed: number;
  /** Dropped: before the greeting. */
  notGreeted: number;
  /** Dropped: ports up to 1024, addresses that are not of the internet, datagrams too short. */
  refusedDestinations: number;
  /** Dropped: over the rate of a client. */
  overRate: number;
  /** Dropped: the client does not read. */
  slowClient: number;
}

export function newCounters(): RelayCounters {
  return {
    clients: 0,
    accepted: 0,
    refused: 0,
    idle: 0,
    datagramsOut: 0,
    bytesOut: 0,
    datagramsIn: 0,
    bytesIn: 0,
    malformed: 0,
    notGreeted: 0,
    refusedDestinations: 0,
    overRate: 0,
    slowClient: 0,
  };
}
