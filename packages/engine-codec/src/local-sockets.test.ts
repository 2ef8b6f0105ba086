import { Command, Status, ZtError } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readEndpoint } from './fields.js';
import { tellLocalSockets } from './local-sockets.js';
import type { RawNode } from './raw-node.js';

function rawOf(status: number, requests: Uint8Array[]): RawNode {
  const command = (request: Uint8Array): Uint8Array => {
    requests.push(request.slice());
    return new ByteWriter().u32(status).written;
  };
  return { command } as unknown as RawNode;
}

const sockets = [
  { number: 0, local: { address: '192.168.1.5', port: 9993 } },
  { number: 7, local: { address: '2001:db8::5', port: 20001 } },
];

describe('telling the core of the sockets', () => {
  it('writes numbers and endpoints of the sockets, then the endpoints to announce', () => {
    const requests: Uint8Array[] = [];
    const external = { address: '44.0.0.1', port: 40000 };
    expect(tellLocalSockets(rawOf(Status.OK, requests), sockets, [external])).toBe(true);
    const [first, second] = requests.map((request) => new ByteReader(request)) as [ByteReader, ByteReader];
    expect(first.u16()).toBe(Command.SET_LOCAL_SOCKETS);
    expect(first.list(() => ({ number: first.i32(), local: readEndpoint(first) }))).toEqual(sockets);
    expect(second.u16()).toBe(Command.SET_LOCAL_ENDPOINTS);
    expect(second.list(() => readEndpoint(second))).toEqual([external]);
    expect([first.remaining, second.remaining]).toEqual([0, 0]);
  });

  it('is to be repeated while the node makes its identity, and nothing after its end', () => {
    expect(tellLocalSockets(rawOf(Status.NOT_READY, []), sockets, [])).toBe(false);
    expect(tellLocalSockets(rawOf(Status.CLOSED, []), sockets, [])).toBe(true);
  });

  it('throws when the core refuses', () => {
    expect(() => tellLocalSockets(rawOf(Status.INVALID_ARGUMENT, []), sockets, [])).toThrow(ZtError);
  });
});
