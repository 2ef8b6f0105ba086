/** Batches of encoded events as values (HOST_PROTOCOL.md §4). */
import type { Endpoint, NodeEvent } from '@ztkit/types';
import { Event, EventName, FatalReasonName, WarningName } from '@ztkit/types';
import { ByteReader } from './byte-reader.js';
import { readConnectivity, readNetwork, readPeer } from './decode-bodies.js';
import { readEndpoint, readIp, readMac, readNetworkId, readNodeAddress, readPrefix, readRoute } from './fields.js';

type Fields = Record<string, unknown>;
type BodyReader = (input: ByteReader) => Fields;

const node: BodyReader = (i) => ({ address: readNodeAddress(i) });
const network: BodyReader = (i) => ({ network: readNetwork(i) });
const nothing: BodyReader = () => ({});
const tunnel: BodyReader = (i) => ({ server: readEndpoint(i) });
const netif: BodyReader = (i) => ({ networkId: readNetworkId(i), mac: readMac(i), mtu: i.u32() });
const route: BodyReader = (i) => ({ networkId: readNetworkId(i), route: readRoute(i) });
const address: BodyReader = (i) => ({ networkId: readNetworkId(i), address: readPrefix(i) });
const text: BodyReader = (i) => ({ text: i.str16() });
const socket: BodyReader = (i) => ({ socket: i.u32() });
const framePort: BodyReader = (i) => ({ port: i.u32() });

function peer(input: ByteReader): Fields {
  const info = readPeer(input);
  const path: Endpoint = readEndpoint(input);
  return path.address === '' ? { peer: info } : { peer: info, path };
}

function controllerRequest(i: ByteReader): Fields {
  return {
    networkId: readNetworkId(i),
    requestId: i.u64(),
    identity: i.str16(),
    hops: i.u8(),
    from: readEndpoint(i),
    metadata: i.blob16(),
  };
}

function accepted(i: ByteReader): Fields {
  return {
    listener: i.u32(),
    socket: i.u32(),
    networkId: readNetworkId(i),
    local: readEndpoint(i),
    remote: readEndpoint(i),
  };
}

const bodies: Record<number, BodyReader> = {
  [Event.NODE_UP]: node,
  [Event.NODE_ONLINE]: node,
  [Event.NODE_OFFLINE]: node,
  [Event.NODE_DOWN]: node,
  [Event.NODE_CONNECTIVITY]: (i) => ({ connectivity: readConnectivity(i) }),
  [Event.NODE_FATAL_ERROR]: (i) => ({ reason: FatalReasonName[i.u8()] ?? 'UNKNOWN', detail: i.str16() }),
  [Event.SURFACE_CHANGED]: (i) => ({ endpoints: i.list(() => readEndpoint(i)) }),
  [Event.STACK_UP]: nothing,
  [Event.STACK_DOWN]: nothing,
  [Event.TUNNEL_UP]: tunnel,
  [Event.TUNNEL_DOWN]: tunnel,
  [Event.ROUTE_ADDED]: route,
  [Event.ROUTE_REMOVED]: route,
  [Event.ADDR_ADDED_IP4]: address,
  [Event.ADDR_REMOVED_IP4]: address,
  [Event.ADDR_ADDED_IP6]: address,
  [Event.ADDR_REMOVED_IP6]: address,
  [Event.STORE_IDENTITY_SECRET]: text,
  [Event.STORE_IDENTITY_PUBLIC]: text,
  [Event.STORE_PLANET]: (i) => ({ data: i.blob32() }),
  [Event.STORE_MOON]: (i) => ({ moon: readNetworkId(i), data: i.blob32() }),
  [Event.STORE_PEER]: (i) => ({ peer: readNodeAddress(i), data: i.blob32() }),
  [Event.STORE_NETWORK]: (i) => ({ networkId: readNetworkId(i), data: i.blob32() }),
  [Event.TCP_CONNECTED]: (i) => ({ socket: i.u32(), local: readEndpoint(i), remote: readEndpoint(i) }),
  [Event.TCP_ACCEPTED]: accepted,
  [Event.TCP_READABLE]: socket,
  [Event.TCP_WRITABLE]: socket,
  [Event.TCP_CLOSED]: (i) => ({ socket: i.u32(), status: i.i32() }),
  [Event.UDP_READABLE]: socket,
  [Event.UDP_ERROR]: (i) => ({ socket: i.u32(), status: i.i32(), remote: readEndpoint(i) }),
  [Event.PING_REPLY]: (i) => ({ token: i.u32(), status: i.i32(), address: readIp(i), rttMs: i.u32() }),
  [Event.CONTROLLER_REQUEST]: controllerRequest,
  [Event.USER_MESSAGE]: (i) => ({ from: readNodeAddress(i), messageType: i.u64(), data: i.blob16() }),
  [Event.REMOTE_TRACE]: (i) => ({ from: readNodeAddress(i), text: i.str16() }),
  [Event.CAPTURE_DATA]: (i) => ({
    capture: i.u32(),
    last: i.bool(),
    packets: Number(i.u64()),
    dropped: Number(i.u64()),
    data: i.blob32(),
  }),
  [Event.FRAMES_READABLE]: framePort,
  [Event.FRAMES_WRITABLE]: framePort,
  [Event.FRAMES_CLOSED]: (i) => ({ port: i.u32(), status: i.i32() }),
  [Event.WARNING]: (i) => ({ kind: WarningName[i.u8()] ?? 'UNKNOWN', detail: i.str16() }),
};

function bodyOf(code: number): BodyReader | undefined {
  const own = bodies[code];
  if (own !== undefined) return own;
  const name = EventName[code];
  if (name?.startsWith('NETWORK_')) return network;
  if (name?.startsWith('NETIF_')) return netif;
  if (name?.startsWith('PEER_')) return peer;
  return undefined;
}

/** Every event of a batch, in order. Bytes are copied out of it. An unknown code or a short body throws. */
export function decodeEvents(batch: Uint8Array): NodeEvent[] {
  const input = new ByteReader(batch);
  const events: NodeEvent[] = [];
  while (input.remaining > 0) {
    const code = input.u16();
    const body = new ByteReader(input.view(input.u32()));
    const read = bodyOf(code);
    if (read === undefined) throw new RangeError(`host protocol: unknown event ${code}`);
    // The table above gives each code the fields that NodeEvent declares for it; the round-trip test checks each.
    events.push({ type: EventName[code], code, ...read(body) } as unknown as NodeEvent);
  }
  return events;
}

/** The codes of a batch, without a look at the bodies. */
export function eventCodes(batch: Uint8Array): number[] {
  const codes: number[] = [];
  const input = new ByteReader(batch);
  while (input.remaining > 0) {
    codes.push(input.u16());
    input.view(input.u32());
  }
  return codes;
}
