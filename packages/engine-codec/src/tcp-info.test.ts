import { Command, SocketOption, StackProtocol, Status } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { EncodedNode } from './encoded-node.js';
import { writeEndpoint } from './fields.js';
import type { RawNode } from './raw-node.js';

/** A node whose core gives one reply and keeps the last request. */
function nodeWith(reply: ByteWriter): { node: EncodedNode; request(): ByteReader } {
  let last = new Uint8Array();
  const raw = {
    command: (request: Uint8Array) => {
      last = request.slice();
      return reply.written;
    },
    udpSend: () => -Status.NOT_CONNECTED,
  } as unknown as RawNode;
  return { node: new EncodedNode(raw), request: () => new ByteReader(last) };
}

describe('facts about sockets', () => {
  it('reads tcp_info field by field', () => {
    const reply = new ByteWriter(512).u32(0).u8(4).u8(1).u8(0b10101).u8(7).u8(8);
    for (let i = 1; i <= 31; i++) reply.u64(i === 9 ? 2n ** 64n - 1n : BigInt(i));
    const { node, request } = nodeWith(reply);
    const info = node.tcpInfo(5);
    const fields = request();
    expect([fields.u16(), fields.u32(), fields.remaining]).toEqual([Command.TCP_INFO, 5, 0]);
    expect(info).toMatchObject({ state: 'ESTABLISHED', congestion: 'reno', sendScale: 7, receiveScale: 8 });
    expect(info).toMatchObject({ timestamps: true, sack: false, windowScaling: true });
    expect(info).toMatchObject({ inRecovery: false, inSlowStart: true });
    expect(info).toMatchObject({ rttUs: 1, pathMtu: 7, slowStartThreshold: Number.POSITIVE_INFINITY, bytesSent: 16 });
    expect(info).toMatchObject({ segmentsRetransmitted: 22, zeroWindowsAnnounced: 29, msSinceReceived: 31 });
    expect(nodeWith(new ByteWriter().u32(Status.NOT_FOUND)).node.tcpInfo(5)).toBeUndefined();
  });

  it('writes options by number and signed values', () => {
    const { node, request } = nodeWith(new ByteWriter().u32(0).i64(-1n));
    node.setSocketOption(5, 'SO_LINGER', -1);
    const set = request();
    expect([set.u16(), set.u32(), set.u8(), set.i64(), set.remaining]).toEqual([
      Command.SOCKET_SET_OPTION,
      5,
      SocketOption.SO_LINGER,
      -1n,
      0,
    ]);
    expect(node.getSocketOption(5, 'SO_LINGER')).toBe(-1);
    const refused = nodeWith(new ByteWriter().u32(Status.INVALID_ARGUMENT)).node;
    expect(() => refused.setSocketOption(5, 'IP_TTL', 300)).toThrow(/IP_TTL of socket 5 to 300/);
  });

  it('connects and disconnects UDP, and names the operation that failed', () => {
    const reply = new ByteWriter().u32(0);
    writeEndpoint(reply, { address: '10.0.0.1', port: 6000 });
    const { node, request } = nodeWith(reply);
    expect(node.udpConnect(5, { address: '10.0.0.2', port: 7 })).toEqual({ address: '10.0.0.1', port: 6000 });
    const sent = request();
    expect([sent.u16(), sent.u32(), sent.u8(), ...sent.view(4), sent.u16()]).toEqual([
      Command.UDP_CONNECT,
      5,
      4,
      10,
      0,
      0,
      2,
      7,
    ]);
    expect(() => node.udpSend(5, { address: '', port: 0 }, new Uint8Array())).toThrow(/cannot send to the peer/);
  });

  it('names groups and protocols', () => {
    const reply = new ByteWriter(2048).u32(0).u16(2);
    for (const protocol of [StackProtocol.UDP, 200]) {
      reply.u8(protocol);
      for (let i = 1; i <= 12; i++) reply.u64(BigInt(protocol * 100 + i));
    }
    const { node, request } = nodeWith(reply);
    const counters = node.stackCounters();
    expect(counters.UDP).toMatchObject({ xmit: 301n, recv: 302n, chkerr: 305n, cachehit: 312n });
    expect(counters.TCP.xmit).toBe(0n);
    node.groupJoin(5, 0x11n, '239.1.2.3');
    const join = request();
    expect([join.u16(), join.u32(), join.u64(), join.u8(), ...join.view(4)]).toEqual([
      Command.GROUP_JOIN,
      5,
      0x11n,
      4,
      239,
      1,
      2,
      3,
    ]);
  });
});
