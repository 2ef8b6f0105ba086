import { Event, EventName } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer.js';
import { decodeEvents, eventCodes } from './decode-events.js';
import { writeEndpoint, writeIp, writeNetworkId, writeNodeAddress, writePrefix } from './fields.js';

const local = { address: '10.0.0.1', port: 80 };
const remote = { address: 'fd00::2', port: 4000 };
const mac = Uint8Array.of(2, 0, 0, 0, 0, 9);

function networkBody(out: ByteWriter): void {
  configuredNetwork(out);
  out.bool(false);
}

function configuredNetwork(out: ByteWriter): void {
  writeNetworkId(out, 'a09acf0233000001');
  out.put(mac).u8(1).bool(true).str16('office').u8(1).u32(2800).u64(7n).bool(true).bool(false);
  out.list([{ address: '10.0.0.1', bits: 24 }], (p) => writePrefix(out, p));
  out.list([1], () => {
    writePrefix(out, { address: '0.0.0.0', bits: 0 });
    writeIp(out, '10.0.0.254');
    out.u16(1).u16(2);
  });
  out.str16('example.net').list(['10.0.0.53'], (s) => writeIp(out, s));
}

function peerBody(out: ByteWriter): void {
  writeNodeAddress(out, 'a09acf0233');
  for (const number of [1, 14, 1, 12, 0xffffffff]) out.u32(number);
  out.u8(2).u16(1);
  writeEndpoint(out, remote);
  out.i64(5n).i64(-1n).bool(false).bool(true);
  writeEndpoint(out, remote);
}

const network = {
  id: 'a09acf0233000001',
  mac: '02:00:00:00:00:09',
  status: 'OK',
  config: {
    name: 'office',
    type: 'public',
    mtu: 2800,
    revision: 7n,
    broadcast: true,
    bridge: false,
    addresses: [{ address: '10.0.0.1', bits: 24 }],
    routes: [{ target: { address: '0.0.0.0', bits: 0 }, via: '10.0.0.254', flags: 1, metric: 2 }],
    dns: { domain: 'example.net', servers: ['10.0.0.53'] },
  },
};
/** A refusal that says where to sign on. */
function refusedNetwork(out: ByteWriter, version: number): void {
  writeNetworkId(out, 'a09acf0233000001');
  out.put(mac).u8(6).bool(false).bool(true).u8(version).str16('https://sign.on');
  for (const text of ['https://central', 'nonce', 'state', 'client', 'default']) out.str16(version === 1 ? text : '');
}
const refused = { id: network.id, mac: network.mac, status: 'AUTHENTICATION_REQUIRED' };
const openId = {
  centralEndpoint: 'https://central',
  nonce: 'nonce',
  state: 'state',
  clientId: 'client',
  provider: 'default',
};
const peer = {
  address: 'a09acf0233',
  version: '1.14.1',
  protocol: 12,
  role: 'PLANET',
  paths: [{ endpoint: remote, sinceHeardMs: 5, sinceSentMs: -1, expired: false, preferred: true }],
};

function connectivityBody(out: ByteWriter): void {
  out.u8(3).list([8, 99], (reason) => out.u8(reason)); // 99: a reason of a later version
  out.i64(-1n);
  writeEndpoint(out, { address: '', port: 0 });
  out.list([1], () => {
    writeNodeAddress(out, 'a09acf0233');
    out.u8(2).i64(70000n);
    out.list([true, false], (refused) => {
      writeEndpoint(out, remote);
      out
        .bool(refused)
        .u32(refused ? 0 : 7)
        .i64(refused ? -1n : 40n);
    });
  });
}
const connectivity = {
  state: 'OFFLINE',
  reasons: ['UDP_BLOCKED'],
  roots: [
    {
      address: 'a09acf0233',
      role: 'PLANET',
      sinceHeardMs: 70000,
      endpoints: [
        { endpoint: remote, refused: true, tries: 0 },
        { endpoint: remote, refused: false, tries: 7, sinceTryMs: 40 },
      ],
    },
  ],
};

const address = (out: ByteWriter): void => writeNodeAddress(out, 'a09acf0233');
const prefix = (out: ByteWriter): void => {
  writeNetworkId(out, 'a09acf0233000001');
  writePrefix(out, { address: '10.0.0.1', bits: 24 });
};

const cases: [keyof typeof Event, (out: ByteWriter) => void, Record<string, unknown>][] = [
  ['NODE_UP', address, { address: 'a09acf0233' }],
  ['NODE_DOWN', address, { address: 'a09acf0233' }],
  ['NODE_FATAL_ERROR', (o) => o.u8(1).str16('why'), { reason: 'IDENTITY_COLLISION', detail: 'why' }],
  ['NODE_CONNECTIVITY', connectivityBody, { connectivity }],
  [
    'REMOTE_TRACE',
    (o) => {
      address(o);
      o.str16('event=1');
    },
    { from: 'a09acf0233', text: 'event=1' },
  ],
  [
    'SURFACE_CHANGED',
    (o) => o.list([local, remote], (endpoint) => writeEndpoint(o, endpoint)),
    { endpoints: [local, remote] },
  ],
  ['NETWORK_OK', networkBody, { network }],
  [
    'NETWORK_AUTHENTICATION_REQUIRED',
    (o) => refusedNetwork(o, 0),
    { network: { ...refused, signOn: { version: 0, url: 'https://sign.on' } } },
  ],
  [
    'NETWORK_UPDATE',
    (o) => refusedNetwork(o, 1),
    { network: { ...refused, signOn: { version: 1, url: 'https://sign.on', openId } } },
  ],
  ['STACK_UP', () => undefined, {}],
  ['TUNNEL_UP', (o) => writeEndpoint(o, remote), { server: remote }],
  ['TUNNEL_DOWN', (o) => writeEndpoint(o, remote), { server: remote }],
  [
    'NETIF_UP',
    (o) => {
      writeNetworkId(o, 'a09acf0233000001');
      o.put(mac).u32(2800);
    },
    { networkId: 'a09acf0233000001', mac: '02:00:00:00:00:09', mtu: 2800 },
  ],
  ['PEER_DIRECT', peerBody, { peer, path: remote }],
  ['ADDR_ADDED_IP4', prefix, { networkId: 'a09acf0233000001', address: { address: '10.0.0.1', bits: 24 } }],
  ['STORE_IDENTITY_SECRET', (o) => o.str16('text'), { text: 'text' }],
  ['STORE_PLANET', (o) => o.blob32(mac), { data: mac }],
  [
    'STORE_MOON',
    (o) => {
      writeNetworkId(o, '000000a09acf0233');
      o.blob32(mac);
    },
    { moon: '000000a09acf0233', data: mac },
  ],
  [
    'STORE_PEER',
    (o) => {
      address(o);
      o.blob32(mac);
    },
    { peer: 'a09acf0233', data: mac },
  ],
  [
    'STORE_NETWORK',
    (o) => {
      writeNetworkId(o, 'a09acf0233000001');
      o.blob32(mac);
    },
    { networkId: 'a09acf0233000001', data: mac },
  ],
  [
    'TCP_CONNECTED',
    (o) => {
      o.u32(3);
      writeEndpoint(o, local);
      writeEndpoint(o, remote);
    },
    { socket: 3, local, remote },
  ],
  [
    'TCP_ACCEPTED',
    (o) => {
      o.u32(1).u32(2);
      writeNetworkId(o, 'a09acf0233000001');
      writeEndpoint(o, local);
      writeEndpoint(o, remote);
    },
    { listener: 1, socket: 2, networkId: 'a09acf0233000001', local, remote },
  ],
  ['TCP_READABLE', (o) => o.u32(9), { socket: 9 }],
  ['TCP_CLOSED', (o) => o.u32(9).u32(11), { socket: 9, status: 11 }],
  [
    'UDP_ERROR',
    (o) => {
      o.u32(9).u32(9);
      writeEndpoint(o, remote);
    },
    { socket: 9, status: 9, remote },
  ],
  [
    'PING_REPLY',
    (o) => {
      o.u32(1).u32(0);
      writeIp(o, '10.0.0.1');
      o.u32(12);
    },
    { token: 1, status: 0, address: '10.0.0.1', rttMs: 12 },
  ],
  [
    'CONTROLLER_REQUEST',
    (o) => {
      writeNetworkId(o, 'a09acf0233000001');
      o.u64(5n).str16('id').u8(1);
      writeEndpoint(o, remote);
      o.blob16(mac);
    },
    { networkId: 'a09acf0233000001', requestId: 5n, identity: 'id', hops: 1, from: remote, metadata: mac },
  ],
  [
    'USER_MESSAGE',
    (o) => {
      address(o);
      o.u64(4n).blob16(mac);
    },
    { from: 'a09acf0233', messageType: 4n, data: mac },
  ],
  [
    'CAPTURE_DATA',
    (o) => o.u32(2).bool(true).u64(9n).u64(4n).blob32(mac),
    { capture: 2, last: true, packets: 9, dropped: 4, data: mac },
  ],
  ['FRAMES_READABLE', (o) => o.u32(3), { port: 3 }],
  ['FRAMES_WRITABLE', (o) => o.u32(3), { port: 3 }],
  ['FRAMES_CLOSED', (o) => o.u32(3).u32(17), { port: 3, status: 17 }],
  ['WARNING', (o) => o.u8(1).str16('detail'), { kind: 'ROOT_UNREACHABLE', detail: 'detail' }],
];

function encode(code: number, write: (out: ByteWriter) => void): Uint8Array {
  const body = new ByteWriter();
  write(body);
  return new ByteWriter().u16(code).blob32(body.written).written.slice();
}

describe('event decoding', () => {
  it.each(cases)('%s', (type, write, fields) => {
    expect(decodeEvents(encode(Event[type], write))).toEqual([{ type, code: Event[type], ...fields }]);
  });

  it('knows a body for every code of the table', () => {
    for (const code of Object.keys(EventName)) {
      // A body of zeros of any event either decodes or ends early; it is never unknown.
      try {
        decodeEvents(encode(Number(code), (o) => o.put(new Uint8Array(64))));
      } catch (error) {
        expect(String(error)).not.toContain('unknown event');
      }
    }
  });

  it('tells the codes of a batch without its bodies', () => {
    const batch = [Event.NODE_UP, Event.NODE_ONLINE].flatMap((code) => [...encode(code, (o) => o.put(mac))]);
    expect(eventCodes(Uint8Array.from(batch))).toEqual([Event.NODE_UP, Event.NODE_ONLINE]);
    expect(eventCodes(new Uint8Array())).toEqual([]);
  });

  it('keeps the order of a batch and copies data out of it', () => {
    const batch = Uint8Array.of(
      ...encode(Event.STORE_PLANET, (o) => o.blob32(mac)),
      ...encode(Event.STACK_UP, () => undefined),
    );
    const events = decodeEvents(batch);
    batch.fill(0);
    expect(events.map((e) => e.type)).toEqual(['STORE_PLANET', 'STACK_UP']);
    expect(events[0]).toMatchObject({ data: mac });
  });

  it('refuses an unknown code and a short batch', () => {
    expect(() => decodeEvents(encode(9999, () => undefined))).toThrow(/unknown event 9999/);
    expect(() => decodeEvents(encode(Event.TCP_READABLE, (o) => o.u8(1)))).toThrow(RangeError);
    expect(() => decodeEvents(encode(Event.TCP_READABLE, (o) => o.u32(1)).subarray(0, 7))).toThrow(RangeError);
  });
});
