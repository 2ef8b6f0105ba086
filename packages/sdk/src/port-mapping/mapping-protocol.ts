/** What the protocols that ask a gateway for a port have in common. */
import type { Endpoint } from '@ztkit/types';
import type { GatewayEpoch } from './gateway-epoch.js';

/** A UDP port of ours that a gateway shall map. */
export interface MappingRequest {
  /** Our side, a private IPv4 address. */
  local: Endpoint;
  /** IPv4 address of the router. */
  gateway: string;
  /** The external port we would like: the one of an earlier mapping, or our own. */
  wantedPort: number;
  /** Seconds; the gateway may grant less. */
  lifetime: number;
  signal: AbortSignal;
}

/** A mapping in force. */
export interface Mapping {
  external: Endpoint;
  /** Seconds it lasts without being asked for again. */
  lifetime: number;
  /** Tells, next to that of an earlier answer, whether the gateway still knows its mappings; UPnP has none. */
  epoch?: GatewayEpoch;
  /** Takes it back. Rejects when the gateway does not confirm. */
  remove(signal: AbortSignal): Promise<void>;
}

/** Asks for a mapping, or for the same one again. Rejects when this gateway does not do it this way. */
export type MappingProtocol = (request: MappingRequest) => Promise<Mapping>;

/** The gateway answered, and the answer is no, or nonsense. */
export class MappingRefused extends Error {
  override readonly name = 'MappingRefused';
}
