/** Keeps one of the node's ports mapped at the routers of the machine (vl1.md §3.10), and tells the engine where. */
import type { Endpoint, NodeEvent } from '@ztkit/types';
import type { Logger } from '../logger.js';
import { type GatewayRoute, gatewayRoutes } from './default-gateway.js';
import type { Mapping, MappingProtocol } from './mapping-protocol.js';
import { mapByNatPmp } from './nat-pmp.js';
import { mapByPcp } from './pcp.js';
import { mapByUpnp } from './upnp.js';

/** RFC 6886 §3.3 recommends two hours; asked for again after half of what was granted. */
const LIFETIME_S = 7_200;
/** Nothing is asked for more often than this, whatever a gateway grants. */
const SHORTEST_RENEWAL_MS = 60_000;
/** A gateway that maps nothing may be replaced, or its owner may allow it. */
const RETRY_MS = 10 * 60_000;
/** All protocols, one after the other, at one gateway. */
const ATTEMPT_MS = 30_000;
/** How long `close()` waits for gateways to take mappings back; otherwise they end by themselves. */
const REMOVE_MS = 2_000;
/** A machine has one way out, rarely two. */
const MAX_MAPPINGS = 4;

/** What a mapper works with; the last two are for tests. */
export interface MapperParts {
  /** The port to map; the first bound one where no socket has it. */
  port: number;
  /** The node's sockets of the moment. */
  bound(): readonly Endpoint[];
  /** Called with all external endpoints whenever they change. */
  announce(external: readonly Endpoint[]): void;
  logger: Logger;
  routes?: () => Promise<GatewayRoute[]>;
  protocols?: readonly MappingProtocol[];
}

interface Target {
  local: Endpoint;
  gateway: string;
}

interface Held {
  target: Target;
  mapping: Mapping;
  protocol: MappingProtocol;
  renewAt: number;
}

const keyOf = ({ local, gateway }: Target): string => `${local.address}/${local.port} by ${gateway}`;

export class PortMapper {
  readonly #parts: MapperParts;
  readonly #held = new Map<string, Held>();
  /** When a gateway that maps nothing may be asked again: others may say as often as they like that we moved. */
  readonly #retryAt = new Map<string, number>();
  readonly #end = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round: Promise<void> | undefined;
  #again = false;
  #announced = '';
  #told = '';

  constructor(parts: MapperParts) {
    this.#parts = parts;
    this.refresh();
  }

  /** Looks again at once: the machine may be somewhere else. */
  refresh(): void {
    if (this.#end.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#again = true;
    this.#round ??= this.#run()
      .catch((error: Error) => this.#tell(error.message))
      .finally(() => {
        this.#round = undefined;
        if (this.#again) this.refresh(); // asked for between the last look and here
      });
  }

  /** Events that say so. */
  notice(events: readonly NodeEvent[]): void {
    const moved: readonly string[] = ['NODE_ONLINE', 'SURFACE_CHANGED'];
    if (events.some(({ type }) => type === 'NODE_ONLINE')) this.#retryAt.clear();
    if (events.some(({ type }) => moved.includes(type))) this.refresh();
  }

  /** Takes the mappings back. Never rejects: a gateway that does not answer forgets them in time. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the node is closing'));
    clearTimeout(this.#timer);
    await this.#round;
    const signal = AbortSignal.timeout(REMOVE_MS);
    await Promise.all(
      [...this.#held.values()].map(({ mapping, target }) =>
        mapping.remove(signal).catch((error: Error) => {
          this.#parts.logger.warn(`the mapping of ${keyOf(target)} was not taken back: ${error.message}`);
        }),
      ),
    );
    this.#held.clear();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#end.signal.aborted) {
      this.#again = false;
      const targets = await this.#targets();
      const wanted = new Set(targets.map(keyOf));
      for (const map of [this.#held, this.#retryAt]) {
        for (const key of map.keys()) if (!wanted.has(key)) map.delete(key);
      }
      for (const target of targets) await this.#keep(target);
      this.#announce();
    }
    this.#schedule();
  }

  async #targets(): Promise<Target[]> {
    const { bound, port, routes = gatewayRoutes } = this.#parts;
    const ipv4 = bound().filter(({ address }) => !address.includes(':'));
    const chosen = ipv4.some((endpoint) => endpoint.port === port) ? port : ipv4[0]?.port;
    const usable = ipv4.filter((endpoint) => endpoint.port === chosen);
    const found = await routes().catch((error: Error) => {
      this.#tell(`no router is known: ${error.message}`);
      return [];
    });
    const targets = found.flatMap(({ local, gateway }) =>
      usable
        .filter(({ address }) => address === local || address === '0.0.0.0')
        .map((endpoint) => ({ local: { address: local, port: endpoint.port }, gateway })),
    );
    return targets.slice(0, MAX_MAPPINGS);
  }

  /** Maps, or asks again when it is time. */
  async #keep(target: Target): Promise<void> {
    const held = this.#held.get(keyOf(target));
    if ((held?.renewAt ?? this.#retryAt.get(keyOf(target)) ?? 0) > Date.now()) return;
    const all = this.#parts.protocols ?? [mapByPcp, mapByNatPmp, mapByUpnp];
    // The one that worked goes first: it knows the mapping.
    const protocols = held === undefined ? all : [held.protocol, ...all.filter((each) => each !== held.protocol)];
    const { local, gateway } = target;
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    const failures: string[] = [];
    for (const protocol of protocols) {
      if (this.#end.signal.aborted) return;
      try {
        const wantedPort = held?.mapping.external.port ?? local.port;
        const mapping = await protocol({ local, gateway, wantedPort, lifetime: LIFETIME_S, signal });
        const renewAt = Date.now() + Math.max(mapping.lifetime * 500, SHORTEST_RENEWAL_MS);
        this.#held.set(keyOf(target), { target, mapping, protocol, renewAt });
        return;
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    this.#held.delete(keyOf(target));
    this.#retryAt.set(keyOf(target), Date.now() + SHORTEST_RENEWAL_MS);
    this.#tell(`${gateway} maps no port: ${failures.join('; ')}`);
  }

  #announce(): void {
    const external = [...this.#held.values()].map(({ mapping }) => mapping.external);
    const fits = external.filter(({ address, port }) => address !== '' && address !== '0.0.0.0' && port !== 0);
    const text = JSON.stringify(fits);
    if (text === this.#announced || this.#end.signal.aborted) return;
    this.#announced = text;
    this.#parts.announce(fits);
  }

  #schedule(): void {
    if (this.#end.signal.aborted) return;
    const renewals = [...this.#held.values()].map(({ renewAt }) => renewAt - Date.now());
    const delay = renewals.length === 0 ? RETRY_MS : Math.max(0, Math.min(...renewals));
    this.#timer = setTimeout(() => this.refresh(), delay);
    this.#timer.unref();
  }

  /** Once for each reason: a router that maps nothing says so at every attempt. */
  #tell(message: string): void {
    if (this.#told === message || this.#end.signal.aborted) return;
    this.#told = message;
    this.#parts.logger.warn(`port mapping: ${message}`);
  }
}
