import { Command, type NetworkId, Status } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { EncodedFrames } from './encoded-frames.js';
import type { RawNode } from './raw-node.js';

/** Records requests; answers with a status and what `body` writes, and hot paths with `hot`. */
function fake(status: number, body: (out: ByteWriter) => void = () => undefined, hot = 0) {
  let last = new Uint8Array();
  const raw = {
    command(request: Uint8Array) {
      last = request.slice();
      const out = new ByteWriter().u32(status);
      body(out);
      return out.written;
    },
    framesSend: () => hot,
    framesReceive: () => hot,
  };
  return { frames: new EncodedFrames(raw as unknown as RawNode), request: () => new ByteReader(last) };
}

const code = (name: string) => expect.objectContaining({ code: `ERR_ZT_${name}` });
const network = '8056c2e21c000001' as NetworkId;

describe('ports for frames', () => {
  it('opens with network, mode and queue size', () => {
    const { frames, request } = fake(Status.OK, (out) => out.u32(7));
    expect(frames.framesOpen(network, true, 65_536)).toBe(7);
    const body = request();
    expect([body.u16(), body.u64(), body.bool(), body.u32(), body.remaining]).toEqual([
      Command.FRAMES_OPEN,
      0x8056c2e21c000001n,
      true,
      65_536,
      0,
    ]);
    const refused = fake(Status.ALREADY_EXISTS).frames;
    expect(() => refused.framesOpen(network, true, 65_536)).toThrow(code('ALREADY_EXISTS'));
  });

  it('writes groups one by one', () => {
    const { frames, request } = fake(Status.OK);
    frames.framesGroups(7, [{ mac: Uint8Array.of(1, 0, 94, 1, 2, 3), adi: 0 }]);
    frames.framesGroups(7, [{ mac: new Uint8Array(6).fill(255), adi: 0x0a010203 }]);
    const body = request();
    expect([body.u16(), body.u32(), body.u16(), ...body.view(6), body.u32(), body.remaining]).toEqual([
      ...[Command.FRAMES_GROUPS, 7, 1, 255, 255, 255, 255, 255, 255, 0x0a010203, 0],
    ]);
  });

  it('reads every counter into its place', () => {
    const { frames } = fake(Status.OK, (out) => {
      for (let i = 1n; i <= 10n; i++) out.u64(i);
      out.u32(11).u32(12);
    });
    expect(frames.framesInfo(7)).toEqual({
      received: 1,
      receivedBytes: 2,
      dropped: 3,
      sent: 4,
      sentBytes: 5,
      noConfiguration: 6,
      badSource: 7,
      notABridge: 8,
      tooBig: 9,
      noRoom: 10,
      receiveQueue: 11,
      sendQueue: 12,
    });
  });

  it('ignores a close that comes too late, and no other failure', () => {
    for (const status of [Status.NOT_FOUND, Status.CLOSED]) fake(status).frames.framesClose(7);
    expect(() => fake(Status.INVALID_ARGUMENT).frames.framesClose(7)).toThrow(code('INVALID_ARGUMENT'));
  });

  it('tells nothing there from a failure', () => {
    const some = new Uint8Array(16);
    const hot = (value: number) => fake(Status.OK, undefined, value).frames;
    expect(hot(16).framesReceive(7, some)).toBe(16);
    expect(hot(-Status.WOULD_BLOCK).framesReceive(7, some)).toBeUndefined();
    expect(() => hot(-Status.NOT_FOUND).framesReceive(7, some)).toThrow(code('NOT_FOUND'));
    expect(hot(0).framesSend(7, some)).toBe(0);
    expect(() => hot(-Status.INVALID_ARGUMENT).framesSend(7, some)).toThrow(code('INVALID_ARGUMENT'));
  });
});
