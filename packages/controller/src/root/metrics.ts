/** What a root counts, for Prometheus: read from the node whenever it is asked for. */
import type { Node } from '@ztkit/sdk';
import { Counter, Gauge, Registry } from 'prom-client';

const counters = {
  DATAGRAMS_RECEIVED: ['ztkit_datagrams_received_total', 'Datagrams received'],
  BYTES_RECEIVED: ['ztkit_received_bytes_total', 'Bytes received in datagrams'],
  DATAGRAMS_SENT: ['ztkit_datagrams_sent_total', 'Datagrams sent'],
  BYTES_SENT: ['ztkit_sent_bytes_total', 'Bytes sent in datagrams'],
  PACKETS_RELAYED: ['ztkit_relayed_packets_total', 'Datagrams passed on between others'],
  BYTES_RELAYED: ['ztkit_relayed_bytes_total', 'Bytes passed on between others'],
  RELAY_LIMITED: ['ztkit_relay_limited_total', 'Datagrams not passed on because of a limit'],
  INTRODUCTIONS: ['ztkit_introductions_total', 'Pairs told where to find each other'],
  HELLOS_ANSWERED: ['ztkit_hellos_answered_total', 'HELLOs answered'],
  WHOIS_ANSWERED: ['ztkit_whois_answered_total', 'Identities given'],
  WHOIS_UNKNOWN: ['ztkit_whois_unknown_total', 'Identities asked for and not known'],
  WORLDS_SENT: ['ztkit_worlds_sent_total', 'Answers that brought a newer world'],
} as const;

/** The registry of one node. */
export function makeMetrics(node: Node): Registry {
  const registry = new Registry();
  const registers = [registry];
  for (const [key, [name, help]] of Object.entries(counters)) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(Number(node.totals()[key as keyof typeof counters]));
      },
    });
  }
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('ztkit_peers', 'Nodes remembered', () => Number(node.totals().PEERS));
  gauge('ztkit_paths', 'Paths known', () => Number(node.totals().PATHS));
  gauge('ztkit_online', '1 when the node is online', () => Number(node.online));
  new Counter({
    name: 'ztkit_dropped_total',
    help: 'What came from outside and was dropped, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(node.counters()))
        this.inc({ reason: reason.toLowerCase() }, Number(count));
    },
  });
  return registry;
}
