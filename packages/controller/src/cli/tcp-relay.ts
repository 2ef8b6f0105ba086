/** `ztkit-controller tcp-relay`: runs a TCP relay (vl1.md §10.2). */
import type { Endpoint } from '@ztkit/types';
import type { Command } from 'commander';
import type { RelayServer, RelayServerOptions } from '../tcp-relay/relay-server.js';

/** What the command needs of the program. */
export interface TcpRelayHost {
  print(text: string): void;
  startRelay(options: RelayServerOptions): Promise<RelayServer>;
  /** Resolves when the process is asked to end. */
  interrupted(): Promise<void>;
}

interface Options {
  listen: Endpoint;
  udpAddress: string;
  maxClients: number;
  maxClientsPerAddress: number;
  rate: number;
  anywhere: boolean;
  stats: number;
}

/** Parsers of the program's option values. */
export interface Parsers {
  endpoint(text: string): Endpoint;
  count(text: string): number;
}

/** Adds the command. */
export function addTcpRelay(program: Command, host: TcpRelayHost, { endpoint, count }: Parsers): void {
  program
    .command('tcp-relay')
    .description('relay UDP for nodes in networks that only let TCP out; sees sealed packets only')
    .option('--listen <host:port>', 'where clients connect', endpoint, endpoint('0.0.0.0:443'))
    .option('--udp-address <ip>', 'IPv4 address of the UDP sockets, one per client', '0.0.0.0')
    .option('--max-clients <n>', 'clients at once', count, 1000)
    .option('--max-clients-per-address <n>', 'clients at once from one address', count, 64)
    .option('--rate <bytes>', 'bytes per second of each client, each way; 0: no limit', count, 0)
    .option('--anywhere', 'also relay to private and loopback addresses', false)
    .option('--stats <seconds>', 'print the counters so often, as a line of JSON; 0: at the end only', count, 0)
    .action((options: Options) => run(options, host));
}

async function run(options: Options, host: TcpRelayHost): Promise<void> {
  const { listen, udpAddress, maxClients, maxClientsPerAddress, rate, anywhere, stats } = options;
  const limits = { maxClients, maxClientsPerAddress, bytesPerSecond: rate };
  const relay = await host.startRelay({ listen, udpAddress, anywhere, ...limits });
  const { address, port } = relay.endpoint;
  host.print(`TCP relay listens on ${address} port ${port}`);
  const report = () => host.print(JSON.stringify(relay.counters));
  const timer = stats > 0 ? setInterval(report, stats * 1000) : undefined;
  try {
    await host.interrupted();
  } finally {
    clearInterval(timer);
    await relay.close();
    report();
  }
}
