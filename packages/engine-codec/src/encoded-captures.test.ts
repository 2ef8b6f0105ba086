import { Command, type NetworkId, Status } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { EncodedCaptures } from './encoded-captures.js';
import type { RawNode } from './raw-node.js';

/** Records requests; answers with a status and, for a start, a handle. */
function fake(status: number): { captures: EncodedCaptures; request(): ByteReader } {
  let last = new Uint8Array();
  const raw = {
    command(request: Uint8Array) {
      last = request.slice();
      return new ByteWriter().u32(status).u32(7).written;
    },
  };
  return { captures: new EncodedCaptures(raw as unknown as RawNode), request: () => new ByteReader(last) };
}

describe('captures', () => {
  it('writes points, snap length and a term field by field', () => {
    const { captures, request } = fake(Status.OK);
    const network = '8056c2e21c000001' as NetworkId;
    const host = { address: '10.0.0.0', bits: 8 };
    const filter = [{ network, protocol: 6, host, port: 443, etherType: 0x800 }, {}];
    expect(captures.captureStart({ points: 'both', snaplen: 262_144, filter })).toBe(7);
    const body = request();
    expect([body.u16(), body.u8(), body.u32(), body.u16()]).toEqual([Command.CAPTURE_START, 3, 262_144, 2]);
    expect([body.u64(), body.u8(), ...body.view(6), body.u16(), body.u16()]).toEqual([
      0x8056c2e21c000001n,
      ...[6, 4, 10, 0, 0, 0, 8, 443, 0x800],
    ]);
    expect([body.u64(), ...body.view(7)]).toEqual([0n, 0, 0, 0, 0, 0, 0, 0]);
    expect(body.remaining).toBe(0);
  });

  it.each([
    ['virtual', 1],
    ['outer', 2],
  ] as const)('writes %s as %i', (points, bits) => {
    const { captures, request } = fake(Status.OK);
    captures.captureStart({ points, snaplen: 1, filter: [] });
    const body = request();
    expect([body.u16(), body.u8(), body.u32(), body.u16(), body.remaining]).toEqual([60, bits, 1, 0, 0]);
  });

  it('acknowledges and stops', () => {
    const { captures, request } = fake(Status.OK);
    captures.captureAck(7, 65_536);
    let body = request();
    expect([body.u16(), body.u32(), body.u32(), body.remaining]).toEqual([Command.CAPTURE_ACK, 7, 65_536, 0]);
    captures.captureStop(7);
    body = request();
    expect([body.u16(), body.u32(), body.remaining]).toEqual([Command.CAPTURE_STOP, 7, 0]);
  });

  it('ignores an acknowledgement that comes too late, and no other failure', () => {
    for (const status of [Status.NOT_FOUND, Status.CLOSED]) fake(status).captures.captureAck(7, 1);
    const code = (name: string) => expect.objectContaining({ code: `ERR_ZT_${name}` });
    expect(() => fake(Status.INVALID_ARGUMENT).captures.captureAck(7, 1)).toThrow(code('INVALID_ARGUMENT'));
    expect(() => fake(Status.NOT_FOUND).captures.captureStop(7)).toThrow(code('NOT_FOUND'));
    const options = { points: 'virtual', snaplen: 1, filter: [] } as const;
    expect(() => fake(Status.LIMIT_REACHED).captures.captureStart(options)).toThrow(code('LIMIT_REACHED'));
  });
});
