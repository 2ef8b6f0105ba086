/** Keeps one of the node's ports mapped at the routers of the machine (vl1.md §3.10), and tells the engine where. */
import type { Endpoint, NodeEvent } from '@ztkit/types';
import type { Logger } from '../logger.js';
import { type GatewayRoute, gatewayRoutes } from './default-gateway.js';
import { type GatewayEpoch, restartedBetween } from './gateway-epoch.js';
import type { Mapping, MappingProtocol, MappingRequest } from './mapping-protocol.js';
import { mapByNatPmp } from './nat-pmp.js';
import { mapByPcp } from './pcp.js';
import { mapByUpnp } from './upnp.js';

/** RFC 6886 §3.3 recommends two hours; asked for again after half of what was granted. */
const LIFETIME_S = 7_200;
/** A change of the network makes us ask for what we hold, but not more often than this: anybody can make it look so. */
const RECHECK_MS = 10_000;
/** Nothing is renewed more often than this, whatever a gateway grants. */
const SHORTEST_RENEWAL_MS = 60_000;
/** A gateway that maps nothing may be replaced, or its owner may allow it. */
const RETRY_MS = 10 * 60_000;
/** All protocols, one after the other, at one gateway. */
const ATTEMPT_MS = 30_000;
/** How long gateways have to take a mapping back; otherwise it ends by itself, if it has an end. */
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
  askedAt: number;
  renewAt: number;
  /** When the gateway forgets it by itself. */
  endsAt: number;
  /** The gateway did not confirm it when asked again: not announced, but perhaps still there. */
  lapsed: boolean;
}

const keyOf = ({ local, gateway }: Target): string => `${local.address}/${local.port} by ${gateway}`;

export class PortMapper {
  readonly #parts: MapperParts;
  readonly #held = new Map<string, Held>();
  /** When a gateway that maps nothing may be asked again: others may say as often as they like that we moved. */
  readonly #retryAt = new Map<string, number>();
  /** By target: a gateway may keep one for each of its clients (RFC 6887 §8.5). */
  readonly #epochs = new Map<string, GatewayEpoch>();
  /** Mappings that are being taken back: the same ones must not be made meanwhile. */
  readonly #removals = new Map<string, Promise<void>>();
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

  /** Events that say so: a gateway may have restarted or got another address, so what is held is asked for again. */
  notice(events: readonly NodeEvent[]): void {
    const moved: readonly string[] = ['NODE_ONLINE', 'SURFACE_CHANGED'];
    if (!events.some(({ type }) => moved.includes(type))) return;
    if (events.some(({ type }) => type === 'NODE_ONLINE')) this.#retryAt.clear();
    for (const held of this.#held.values()) held.renewAt = Math.min(held.renewAt, held.askedAt + RECHECK_MS);
    this.refresh();
  }

  /** Takes the mappings back. Never rejects: a gateway that does not answer forgets them in time. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the node is closing'));
    clearTimeout(this.#timer);
    await this.#round;
    for (const key of [...this.#held.keys()]) this.#remove(key);
    await Promise.all(this.#removals.values());
  }

  /** Forgets the mapping and has the gateway forget it, beside what else is done. */
  #remove(key: string): void {
    const mapping = this.#held.get(key)?.mapping;
    this.#held.delete(key);
    if (mapping === undefined) return;
    const removal = mapping
      .remove(AbortSignal.timeout(REMOVE_MS))
      // Expected where the machine is no longer on the gateway's network.
      .catch((error: Error) => this.#parts.logger.info(`the mapping of ${key} was not taken back: ${error.message}`))
      .finally(() => this.#removals.delete(key));
    this.#removals.set(key, removal);
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#end.signal.aborted) {
      this.#again = false;
      const targets = await this.#targets();
      const wanted = new Set(targets.map(keyOf));
      for (const key of [...this.#held.keys()]) if (!wanted.has(key)) this.#remove(key);
      for (const key of this.#retryAt.keys()) if (!wanted.has(key)) this.#retryAt.delete(key);
      for (const key of this.#epochs.keys()) if (!wanted.has(key)) this.#epochs.delete(key);
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
    const key = keyOf(target);
    const held = this.#held.get(key);
    if ((held?.renewAt ?? this.#retryAt.get(key) ?? 0) > Date.now()) return;
    await this.#removals.get(key);
    const askedAt = Date.now();
    const failures: string[] = [];
    for (const protocol of this.#protocolsFor(held)) {
      if (this.#end.signal.aborted) return;
      try {
        const mapping = await protocol(this.#requestFor(target, held));
        const renewAt = Date.now() + Math.max(mapping.lifetime * 500, SHORTEST_RENEWAL_MS);
        const endsAt = mapping.lifetime === 0 ? Number.POSITIVE_INFINITY : Date.now() + mapping.lifetime * 1000;
        this.#held.set(key, { target, mapping, protocol, askedAt, renewAt, endsAt, lapsed: false });
        this.#readEpoch(target, mapping.epoch);
        return;
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    this.#failed(key, held, askedAt);
    this.#tell(`${target.gateway} maps no port: ${failures.join('; ')}`);
  }

  /** Asked again soon once, then as seldom as a gateway that never mapped anything; forgotten when it has ended. */
  #failed(key: string, held: Held | undefined, askedAt: number): void {
    if (held === undefined || held.endsAt <= Date.now()) {
      this.#held.delete(key);
      this.#retryAt.set(key, Date.now() + SHORTEST_RENEWAL_MS);
      return;
    }
    const renewAt = Date.now() + (held.lapsed ? RETRY_MS : SHORTEST_RENEWAL_MS);
    this.#held.set(key, { ...held, askedAt, renewAt, lapsed: true });
  }

  /** The one that worked goes first: it knows the mapping. */
  #protocolsFor(held: Held | undefined): readonly MappingProtocol[] {
    const all = this.#parts.protocols ?? [mapByPcp, mapByNatPmp, mapByUpnp];
    return held === undefined ? all : [held.protocol, ...all.filter((each) => each !== held.protocol)];
  }

  #requestFor({ local, gateway }: Target, held: Held | undefined): MappingRequest {
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    const wantedPort = held?.mapping.external.port || local.port;
    return { local, gateway, wantedPort, lifetime: LIFETIME_S, signal };
  }

  /** A gateway that restarted forgot all its mappings, not only the one it was asked for (RFC 6886 §3.6, RFC 6887 §8.5). */
  #readEpoch(target: Target, epoch: GatewayEpoch | undefined): void {
    if (epoch === undefined) return;
    const { gateway } = target;
    const earlier = this.#epochs.get(keyOf(target));
    this.#epochs.set(keyOf(target), epoch);
    if (earlier === undefined || !restartedBetween(earlier, epoch)) return;
    this.#parts.logger.info(`port mapping: ${gateway} restarted`);
    for (const held of this.#held.values()) {
      if (held.target.gateway !== gateway || held.target.local.address === target.local.address) continue;
      // Not more often than this either: an epoch may be anything.
      held.renewAt = Math.min(held.renewAt, held.askedAt + RECHECK_MS);
      if (held.renewAt <= Date.now()) this.#again = true;
    }
  }

  #announce(): void {
    const confirmed = [...this.#held.values()].filter(({ lapsed }) => !lapsed);
    const external = confirmed.map(({ mapping }) => mapping.external);
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
