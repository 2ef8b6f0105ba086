/** Traffic between two members of a {@link Lab}: pings and bulk TCP, checked byte for byte. */
import { createHash } from 'node:crypto';
import type { EngineNode, NodeEvent } from '@ztkit/types';
import { type LabNode, ofType } from './lab.js';

/** Round trip in ms. */
export async function ping(from: LabNode, to: string, token: number): Promise<number> {
  from.node.ping(0n, to, token, 56, 10_000);
  const reply = await from.until((e) => e.type === 'PING_REPLY' && e.token === token, 'PING_REPLY');
  if (reply.type !== 'PING_REPLY' || reply.status !== 0) throw new Error(`ping failed: ${JSON.stringify(reply)}`);
  return reply.rttMs;
}

function pattern(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let x = 0x12345678;
  for (let i = 0; i < size; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** Writes everything, waiting for room as the contract says, then ends the writing side. */
function send(lab: LabNode, socket: number, data: Uint8Array): void {
  let at = 0;
  const push = (): void => {
    while (at < data.length) {
      const taken = lab.node.tcpWrite(socket, data.subarray(at, at + 262_144));
      at += taken;
      if (taken === 0) return;
    }
    lab.handler = undefined;
    lab.node.tcpShutdown(socket);
  };
  lab.handler = (e: NodeEvent) => {
    if (e.type === 'TCP_WRITABLE' && e.socket === socket) push();
  };
  push();
}

/** Reads to the end of the stream: its size and digest. */
function receive(lab: LabNode, socket: number): Promise<{ size: number; digest: string }> {
  const into = new Uint8Array(262_144);
  const hash = createHash('sha256');
  let size = 0;
  return new Promise((resolve, reject) => {
    const pull = (): void => {
      for (;;) {
        const got = lab.node.tcpRead(socket, into);
        if (got === undefined) return;
        if (got === 0) {
          lab.handler = undefined;
          resolve({ size, digest: hash.digest('hex') });
          return;
        }
        hash.update(into.subarray(0, got));
        size += got;
      }
    };
    lab.handler = (e: NodeEvent) => {
      if (!('socket' in e) || e.socket !== socket) return;
      if (e.type === 'TCP_READABLE') pull();
      if (e.type === 'TCP_CLOSED' && e.status !== 0) reject(new Error(`closed with status ${e.status} after ${size}`));
    };
    pull();
  });
}

/** One TCP transfer; MiB per second. Throws when a byte differs. */
export async function transfer(from: LabNode, to: LabNode, ip: string, port: number, size: number): Promise<number> {
  const data = pattern(size);
  const listener = to.node.tcpListen(0n, { address: ip, port }, 8);
  const { socket } = from.node.tcpConnect(0n, { address: '', port: 0 }, { address: ip, port }, 0);
  const accepted = await to.until((e) => e.type === 'TCP_ACCEPTED' && e.listener === listener.socket, 'TCP_ACCEPTED');
  await from.until((e) => e.type === 'TCP_CONNECTED' && e.socket === socket, 'TCP_CONNECTED');
  const server = (accepted as Extract<NodeEvent, { type: 'TCP_ACCEPTED' }>).socket;
  const start = performance.now();
  const done = receive(to, server);
  send(from, socket, data);
  const got = await done;
  const seconds = (performance.now() - start) / 1000;
  if (got.size !== size || got.digest !== createHash('sha256').update(data).digest('hex')) {
    throw new Error(`received ${got.size} bytes with another digest`);
  }
  for (const [node, handle] of [
    [from.node, socket],
    [to.node, server],
    [to.node, listener.socket],
  ] as [EngineNode, number][]) {
    node.socketClose(handle);
  }
  return size / 1_048_576 / seconds;
}

export { ofType };
