/** UDP sockets that follow the machine's addresses, as far as Node tells of them (vl1.md §3.10). */
import { followsInterfaces, type LocalSocket, type RawBinding } from '@ztkit/engine-codec';
import type { Endpoint } from '@ztkit/types';
import { type AddressRule, announcedEndpoints, isWildcard, readOwnAddresses, sameFamily } from './own-addresses.js';
import { connectRelay } from './relay-socket.js';
import type { Outgoing, Received, Transport } from './transport.js';
import { UdpSockets } from './udp-sockets.js';

/** Node brings no news of interfaces: they are looked at again every so often (vl1.md §3.10). */
const REBIND_INTERVAL_MS = 30_000;
/** And when sending fails, but not for every datagram. */
const TROUBLE_DELAY_MS = 100;
const TROUBLE_INTERVAL_MS = 1_000;
const REDRAW_AFTER_OFFLINE_MS = 120_000;
/** A timer that is so late slept with its machine. */
const OVERRUN_MS = 10_000;
/** vl1.md §3.10. */
const LOWEST_DRAWN = 20_000;
const HIGHEST_PRIMARY = 65_499;
const HIGHEST_OTHER = 65_535;
const DRAWS = 256;

type Port = 'primary' | 'secondary' | 'tertiary';
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

export class UdpTransport implements Transport {
  readonly #sockets = new UdpSockets();
  readonly #bind: RawBinding;
  readonly #rule: AddressRule;
  readonly #ports = new Map<Port, number>();
  #own: string[] = [];
  onChange: () => void = () => undefined;
  /** What a look at the addresses threw, which is a fault of ours: nothing waits for it, so it is thrown on its own. */
  onFault: (error: unknown) => void = (error) => {
    setImmediate(() => {
      throw error;
    });
  };
  readonly connectRelay = connectRelay;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerDue = 0;
  #lastCheck = 0;
  #offlineSince: number | undefined = Date.now();
  #checking: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(bind: RawBinding) {
    this.#bind = bind;
    this.#rule = followsInterfaces(bind) ? bind : { exclude: [], loopback: false, blacklist: [] };
    this.#sockets.onTrouble = () => this.#expect(TROUBLE_DELAY_MS);
  }

  /** Rejects with an error whose `code` is a Node system code. */
  static async bind(bind: RawBinding): Promise<UdpTransport> {
    const transport = new UdpTransport(bind);
    try {
      await transport.#openFirst();
    } catch (error) {
      await transport.close();
      throw error;
    }
    if (transport.#follows) transport.#expect(REBIND_INTERVAL_MS);
    return transport;
  }

  get #follows(): boolean {
    return followsInterfaces(this.#bind) || this.#bind.some(isWildcard);
  }

  get sockets(): readonly LocalSocket[] {
    return this.#sockets.sockets;
  }

  get announced(): readonly Endpoint[] {
    return announcedEndpoints(
      this.sockets.map(({ local }) => local),
      this.#own,
    );
  }

  set onReceive(receive: (batch: readonly Received[]) => void) {
    this.#sockets.onReceive = receive;
  }

  set onRoom(room: () => void) {
    this.#sockets.onRoom = room;
  }

  get full(): boolean {
    return this.#sockets.full;
  }

  send(datagram: Outgoing): void {
    this.#sockets.send(datagram);
  }

  ref(): void {
    this.#sockets.ref();
  }

  unref(): void {
    this.#sockets.unref();
  }

  get online(): boolean {
    return this.#offlineSince === undefined;
  }

  set online(online: boolean) {
    this.#offlineSince = online ? undefined : (this.#offlineSince ?? Date.now());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#checking;
    await this.#sockets.close();
  }

  async #openFirst(): Promise<void> {
    this.#own = this.#readOwn();
    const bind = this.#bind;
    if (!followsInterfaces(bind)) {
      for (const endpoint of bind) await this.#sockets.open(endpoint);
      return;
    }
    await this.#openPort('primary', bind.primaryPort);
    if (bind.secondaryPort !== undefined) await this.#openPort('secondary', bind.secondaryPort);
    // In use: another port can be mapped as well.
    if (bind.tertiaryPort !== undefined) await this.#openPort('tertiary', bind.tertiaryPort).catch(() => undefined);
  }

  /** Without a list of addresses: wildcard sockets, or nothing to announce. */
  #readOwn(): string[] {
    return readOwnAddresses(this.#rule) ?? (followsInterfaces(this.#bind) ? ['0.0.0.0', '::'] : []);
  }

  /** Opens a port on all addresses; 0 draws one that is free on all of them. */
  async #openPort(name: Port, wanted: number): Promise<void> {
    for (let draw = 1; ; draw++) {
      const highest = name === 'primary' ? HIGHEST_PRIMARY : HIGHEST_OTHER;
      const port = wanted || LOWEST_DRAWN + Math.floor(Math.random() * (highest - LOWEST_DRAWN + 1));
      try {
        for (const address of this.#own) await this.#tryOpen({ address, port });
        this.#ports.set(name, port);
        return;
      } catch (error) {
        this.#sockets.remove(({ local }) => local.port === port && ![...this.#ports.values()].includes(port));
        if (wanted !== 0 || draw === DRAWS) throw error;
      }
    }
  }

  /** Rejects when the port is in use only; any other error is an address that has just gone. */
  async #tryOpen(endpoint: Endpoint): Promise<boolean> {
    try {
      await this.#sockets.open(endpoint);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EADDRINUSE') throw error;
      return false;
    }
  }

  /** Looks at the addresses `delay` ms from now, or earlier if that is settled already. */
  #expect(delay: number): void {
    if (this.#closed || !this.#follows) return;
    const due = Math.max(Date.now() + delay, this.#lastCheck + TROUBLE_INTERVAL_MS);
    if (this.#timer !== undefined && this.#timerDue <= due) return;
    clearTimeout(this.#timer);
    this.#timerDue = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#checking = this.#check(Date.now() - due > OVERRUN_MS).catch((error) => this.onFault(error));
    }, due - Date.now());
    this.#timer.unref(); // the node's own timer keeps the process alive
  }

  async #check(woke: boolean): Promise<void> {
    this.#lastCheck = Date.now();
    const offlineFor = this.#offlineSince === undefined ? 0 : Date.now() - this.#offlineSince;
    try {
      const redrawn = (woke || offlineFor > REDRAW_AFTER_OFFLINE_MS) && (await this.#redrawSecondary());
      const changed = await this.#update();
      if (!this.#closed && (changed || redrawn || woke)) this.onChange();
    } finally {
      this.#expect(REBIND_INTERVAL_MS);
    }
  }

  async #redrawSecondary(): Promise<boolean> {
    if (this.#offlineSince !== undefined) this.#offlineSince = Date.now(); // the next draw is as far away
    const old = this.#ports.get('secondary');
    if (old === undefined || !followsInterfaces(this.#bind) || this.#bind.secondaryPort !== 0) return false;
    this.#sockets.remove(({ local }) => local.port === old);
    try {
      await this.#openPort('secondary', 0);
    } catch {
      this.#ports.delete('secondary'); // no port is free: the node goes on with the others
    }
    return true;
  }

  /** Brings the sockets in step with the addresses. True: something changed. */
  async #update(): Promise<boolean> {
    const before = this.#own;
    this.#own = this.#readOwn();
    const gone = before.filter((address) => !this.#own.includes(address));
    const come = this.#own.length !== before.length - gone.length;
    if (!followsInterfaces(this.#bind)) {
      // A wildcard socket outlives the addresses it was used with, but paths over it do not.
      this.#sockets.renumber(
        ({ local }) => isWildcard(local) && gone.some((address) => sameFamily(address, local.address)),
      );
      return gone.length > 0 || come;
    }
    this.#sockets.remove(({ local }) => gone.includes(local.address));
    return (await this.#openMissing()) || gone.length > 0;
  }

  async #openMissing(): Promise<boolean> {
    let opened = false;
    for (const address of this.#own) {
      for (const port of this.#ports.values()) {
        if (this.sockets.some(({ local }) => local.address === address && local.port === port)) continue;
        // A port that another program has here is tried again at the next change.
        opened = (await this.#tryOpen({ address, port }).catch(() => false)) || opened;
      }
    }
    return opened;
  }
}
