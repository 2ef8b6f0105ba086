/** TCP over the engine's own calls: connect, accept, move bytes, compare digests. */
import { createCipheriv, createHash } from 'node:crypto';
import { type Endpoint, idToBigInt, type SocketHandle } from '@ztkit/types';
import type { Member } from './lab.js';
import type { WatchedNode } from './watched-node.js';

/** One end of a connection. */
export interface End {
  watched: WatchedNode;
  socket: SocketHandle;
}

const chunkBytes = 256 * 1024;
const zeros = Buffer.alloc(chunkBytes);

/** Reproducible bytes without structure: AES-CTR over zeros. */
export function* chunks(size: number, seed = 1): Generator<Uint8Array> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  for (let left = size; left > 0; left -= chunkBytes)
    yield cipher.update(zeros.subarray(0, Math.min(left, chunkBytes)));
}

/** SHA-256 of what {@link chunks} gives. */
export function digestOf(size: number, seed = 1): string {
  const hash = createHash('sha256');
  for (const chunk of chunks(size, seed)) hash.update(chunk);
  return hash.digest('hex');
}

export function listen(member: Member, port = 0, backlog = 64): { socket: SocketHandle; port: number } {
  const { socket, local } = member.watched.node.tcpListen(idToBigInt(member.network), { address: '', port }, backlog);
  return { socket, port: local.port };
}

export function startConnect(from: Member, remote: Endpoint, timeoutMs = 0): End {
  const local = { address: '', port: 0 };
  const { socket } = from.watched.node.tcpConnect(idToBigInt(from.network), local, remote, timeoutMs);
  return { watched: from.watched, socket };
}

/** Both ends of a new connection from `a` to a listener of `b`. */
export async function connect(a: Member, b: Member, port: number, address = b.ipv4): Promise<[End, End]> {
  const after = b.watched.mark();
  const client = startConnect(a, { address, port });
  await a.watched.next('TCP_CONNECTED', { where: ({ socket }) => socket === client.socket });
  const local = a.watched.node.socketInfo(client.socket)?.local;
  const accepted = await b.watched.next('TCP_ACCEPTED', { after, where: ({ remote }) => remote.port === local?.port });
  return [client, { watched: b.watched, socket: accepted.socket }];
}

/** A listener, one connection to it, the listener closed again. */
export async function connection(a: Member, b: Member, address = b.ipv4): Promise<[End, End]> {
  const { socket, port } = listen(b);
  const ends = await connect(a, b, port, address);
  b.watched.node.socketClose(socket);
  return ends;
}

export async function write({ watched, socket }: End, data: Uint8Array): Promise<void> {
  let rest = data;
  for (;;) {
    rest = rest.subarray(watched.node.tcpWrite(socket, rest));
    if (rest.length === 0) return;
    await watched.ready(socket);
  }
}

/** Writes `size` bytes and ends the direction. */
export async function sendAll(end: End, size: number, seed = 1): Promise<void> {
  for (const chunk of chunks(size, seed)) await write(end, chunk);
  end.watched.node.tcpShutdown(end.socket);
}

/** Reads to the end of the stream: how much, and its SHA-256. */
export async function receiveAll({ watched, socket }: End): Promise<{ bytes: number; digest: string }> {
  const buffer = new Uint8Array(chunkBytes);
  const hash = createHash('sha256');
  let bytes = 0;
  for (;;) {
    const count = watched.node.tcpRead(socket, buffer);
    if (count === undefined) await watched.ready(socket);
    else if (count === 0) return { bytes, digest: hash.digest('hex') };
    else {
      hash.update(buffer.subarray(0, count));
      bytes += count;
    }
  }
}

/** Exactly `size` bytes. */
export async function read({ watched, socket }: End, size: number): Promise<Uint8Array> {
  const data = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const count = watched.node.tcpRead(socket, data.subarray(at));
    if (count === 0) throw new Error(`the stream ended after ${at} of ${size} bytes`);
    if (count === undefined) await watched.ready(socket);
    else at += count;
  }
  return data;
}

/** One echo; its round trip in ms, or a rejection when no good answer came. */
export async function ping(from: Member, to: string, payloadSize = 56, timeoutMs = 5000): Promise<number> {
  const token = nextToken;
  nextToken += 1;
  const after = from.watched.mark();
  from.watched.node.ping(idToBigInt(from.network), to, token, payloadSize, timeoutMs);
  const reply = await from.watched.next('PING_REPLY', {
    after,
    where: (event) => event.token === token,
    ms: timeoutMs + 5000,
  });
  if (reply.status !== 0) throw new Error(`ping of ${to}: status ${reply.status}`);
  return reply.rttMs;
}
let nextToken = 1000;
