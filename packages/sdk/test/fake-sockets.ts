/** Sockets of the fake engine: pairs of bounded pipes, edge-triggered like the real ones. */
import { type Endpoint, Event, type NetworkId, type SocketOptionKey, Status, ZtError } from '@ztkit/types';
import type { FakeNode, FakeWorld } from './fake-engine.js';

/** Small, so that back-pressure shows. */
const bufferBytes = 64 * 1024;
const networkId = '8056c2e21c000001' as NetworkId;

interface FakeSocket {
  id: number;
  node: FakeNode;
  kind: 'listener' | 'tcp' | 'udp';
  local: Endpoint;
  peer?: FakeSocket;
  inbox: Uint8Array[];
  inboxBytes: number;
  finSent: boolean;
  finReceived: boolean;
  wantsWritable: boolean;
  closedTold: boolean;
  forgotten: boolean;
  options: Map<SocketOptionKey, number>;
  groups: Set<string>;
  udpPeer?: Endpoint | undefined;
  datagrams: { data: Uint8Array; from: Endpoint; to: Endpoint }[];
}

export class FakeSockets {
  readonly #world: FakeWorld;
  readonly #sockets = new Map<number, FakeSocket>();
  #nextId = 1;
  #nextPort = 40_000;

  constructor(world: FakeWorld) {
    this.#world = world;
  }

  get open(): number {
    return [...this.#sockets.values()].filter((socket) => !socket.forgotten).length;
  }

  #make(node: FakeNode, kind: FakeSocket['kind'], local: Endpoint): FakeSocket {
    const port = local.port === 0 ? this.#nextPort++ : local.port;
    const taken = [...this.#sockets.values()].some(
      (other) =>
        other.node === node && other.kind === kind && kind !== 'tcp' && other.local.port === port && !other.forgotten,
    );
    if (taken) throw new ZtError('ERR_ZT_ADDRESS_IN_USE', `Port ${port} is in use`);
    const socket: FakeSocket = {
      id: this.#nextId++,
      node,
      kind,
      local: { address: local.address, port },
      inbox: [],
      inboxBytes: 0,
      finSent: false,
      finReceived: false,
      wantsWritable: false,
      closedTold: false,
      forgotten: false,
      datagrams: [],
      options: new Map(),
      groups: new Set(),
    };
    this.#sockets.set(socket.id, socket);
    return socket;
  }

  #get(id: number): FakeSocket {
    const socket = this.#sockets.get(id);
    if (socket === undefined) throw new ZtError('ERR_ZT_NOT_FOUND', `No socket ${id}`);
    return socket;
  }

  listen(node: FakeNode, local: Endpoint) {
    const { id, local: bound } = this.#make(node, 'listener', local);
    return { socket: id, local: bound };
  }

  connect(node: FakeNode, local: Endpoint, remote: Endpoint) {
    const socket = this.#make(node, 'tcp', { address: node.ip, port: local.port });
    setImmediate(() => this.#establish(socket, remote));
    return { socket: socket.id, local: socket.local };
  }

  #establish(socket: FakeSocket, remote: Endpoint): void {
    if (socket.forgotten) return;
    const listener = [...this.#sockets.values()].find(
      (other) =>
        other.kind === 'listener' &&
        !other.forgotten &&
        other.node.ip === remote.address &&
        other.local.port === remote.port,
    );
    if (listener === undefined) {
      const known = [...this.#world.nodes].some((node) => node.ip === remote.address);
      if (known) this.#tellClosed(socket, Status.CONNECTION_REFUSED);
      return;
    }
    const accepted = this.#make(listener.node, 'tcp', remote);
    socket.peer = accepted;
    accepted.peer = socket;
    const code = Event.TCP_ACCEPTED;
    const ends = { local: remote, remote: socket.local };
    listener.node.emit({ type: 'TCP_ACCEPTED', code, listener: listener.id, socket: accepted.id, networkId, ...ends });
    socket.node.emit({
      type: 'TCP_CONNECTED',
      code: Event.TCP_CONNECTED,
      socket: socket.id,
      local: socket.local,
      remote,
    });
  }

  write(id: number, data: Uint8Array): number {
    const socket = this.#get(id);
    const { peer } = socket;
    if (peer === undefined) return 0;
    const count = Math.min(data.length, bufferBytes - peer.inboxBytes);
    if (count > 0) {
      peer.inbox.push(data.slice(0, count));
      peer.inboxBytes += count;
      peer.node.emit({ type: 'TCP_READABLE', code: Event.TCP_READABLE, socket: peer.id });
    }
    if (count < data.length) socket.wantsWritable = true;
    return count;
  }

  read(id: number, into: Uint8Array): number | undefined {
    const socket = this.#get(id);
    let count = 0;
    while (count < into.length && socket.inbox[0] !== undefined) {
      const part = socket.inbox[0].subarray(0, into.length - count);
      into.set(part, count);
      count += part.length;
      if (part.length === socket.inbox[0].length) socket.inbox.shift();
      else socket.inbox[0] = socket.inbox[0].subarray(part.length);
    }
    socket.inboxBytes -= count;
    const { peer } = socket;
    if (count > 0 && peer?.wantsWritable) {
      peer.wantsWritable = false;
      peer.node.emit({ type: 'TCP_WRITABLE', code: Event.TCP_WRITABLE, socket: peer.id });
    }
    if (count === 0) return socket.finReceived ? 0 : undefined;
    if (socket.finReceived && socket.inboxBytes === 0) {
      socket.node.emit({ type: 'TCP_READABLE', code: Event.TCP_READABLE, socket: id });
    }
    return count;
  }

  shutdown(id: number): void {
    const socket = this.#get(id);
    const { peer } = socket;
    socket.finSent = true;
    if (peer === undefined) return;
    peer.finReceived = true;
    peer.node.emit({ type: 'TCP_READABLE', code: Event.TCP_READABLE, socket: peer.id });
    if (!peer.finSent) return;
    this.#tellClosed(socket, Status.OK);
    this.#tellClosed(peer, Status.OK);
  }

  abort(id: number): void {
    const { peer } = this.#get(id);
    if (peer !== undefined) this.#tellClosed(peer, Status.CONNECTION_RESET);
  }

  #tellClosed(socket: FakeSocket, status: number): void {
    if (socket.closedTold || socket.forgotten) return;
    socket.closedTold = true;
    socket.node.emit({ type: 'TCP_CLOSED', code: Event.TCP_CLOSED, socket: socket.id, status });
  }

  close(id: number): void {
    const socket = this.#sockets.get(id);
    if (socket === undefined || socket.forgotten) return;
    if (socket.kind === 'tcp' && !socket.closedTold) {
      if (socket.inboxBytes > 0) this.abort(id);
      else if (!socket.finSent) this.shutdown(id);
    }
    socket.forgotten = true;
  }

  options(id: number): Map<SocketOptionKey, number> {
    return this.#get(id).options;
  }

  groups(id: number): Set<string> {
    return this.#get(id).groups;
  }

  connectUdp(node: FakeNode, id: number, remote: Endpoint): Endpoint {
    const socket = this.#get(id);
    socket.udpPeer = remote.address === '' ? undefined : remote;
    return socket.udpPeer === undefined ? socket.local : { address: node.ip, port: socket.local.port };
  }

  bindUdp(node: FakeNode, local: Endpoint) {
    const socket = this.#make(node, 'udp', local);
    return { socket: socket.id, local: socket.local };
  }

  sendUdp(node: FakeNode, id: number, given: Endpoint, data: Uint8Array): boolean {
    const to = given.address === '' ? this.#get(id).udpPeer : given;
    if (to === undefined) throw new ZtError('ERR_ZT_NOT_CONNECTED', 'No peer');
    const from = { address: node.ip, port: this.#get(id).local.port };
    const peer = [...this.#sockets.values()].find(
      (other) =>
        other.kind === 'udp' && !other.forgotten && other.node.ip === to.address && other.local.port === to.port,
    );
    if (peer === undefined) {
      const status = Status.CONNECTION_REFUSED;
      node.emit({ type: 'UDP_ERROR', code: Event.UDP_ERROR, socket: id, status, remote: to });
      return true;
    }
    peer.datagrams.push({ data: data.slice(), from, to });
    peer.node.emit({ type: 'UDP_READABLE', code: Event.UDP_READABLE, socket: peer.id });
    return true;
  }

  receiveUdp(id: number, into: Uint8Array) {
    const datagram = this.#get(id).datagrams.shift();
    if (datagram === undefined) return undefined;
    into.set(datagram.data.subarray(0, into.length));
    return { size: Math.min(datagram.data.length, into.length), from: datagram.from, to: datagram.to };
  }
}
