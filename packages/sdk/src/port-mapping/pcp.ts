/** PCP (RFC 6887): the MAP operation for one UDP port, IPv4. */
import { ask } from './gateway-socket.js';
import { type Mapping, MappingRefused, type MappingRequest } from './mapping-protocol.js';
import { gatewayPort } from './nat-pmp.js';

const VERSION = 2;
const OP_MAP = 1;
const RESPONSE = 0x80;
const UDP = 17;
/** §7.1, §11.1: header and MAP body. */
const HEADER_BYTES = 24;
const MESSAGE_BYTES = HEADER_BYTES + 36;
const NONCE_BYTES = 12;

/** §5: an IPv4 address in the 16 bytes of an IPv6 one. */
function mappedIpv4(address: string): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([0xff, 0xff, ...address.split('.').map(Number)], 10);
  return bytes;
}

function question({ local, wantedPort }: MappingRequest, nonce: Uint8Array, lifetime: number): Uint8Array {
  const message = new Uint8Array(MESSAGE_BYTES);
  const view = new DataView(message.buffer);
  message.set([VERSION, OP_MAP]);
  view.setUint32(4, lifetime);
  message.set(mappedIpv4(local.address), 8);
  message.set(nonce, HEADER_BYTES);
  view.setUint8(HEADER_BYTES + 12, UDP);
  view.setUint16(HEADER_BYTES + 16, local.port);
  view.setUint16(HEADER_BYTES + 18, lifetime === 0 ? 0 : wantedPort);
  message.set(mappedIpv4('0.0.0.0'), HEADER_BYTES + 20);
  return message;
}

/** `undefined` when it does not answer our question. The nonce keeps others from answering in the gateway's name. */
function read(answer: Uint8Array, nonce: Uint8Array, localPort: number): DataView | undefined {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  if (answer.length >= 4 && view.getUint8(0) === 0) throw new MappingRefused('PCP: the gateway speaks NAT-PMP only');
  if (answer.length < HEADER_BYTES || view.getUint8(0) !== VERSION || view.getUint8(1) !== RESPONSE + OP_MAP) {
    return undefined;
  }
  if (view.getUint8(3) !== 0) throw new MappingRefused(`PCP: result ${view.getUint8(3)}`);
  if (answer.length < MESSAGE_BYTES || view.getUint16(HEADER_BYTES + 16) !== localPort) return undefined;
  return nonce.every((byte, index) => answer[HEADER_BYTES + index] === byte) ? view : undefined;
}

/** `port`: another than the standard one, for tests. */
export async function mapByPcp(request: MappingRequest, port = gatewayPort): Promise<Mapping> {
  const { local, gateway, lifetime, signal } = request;
  const to = { address: gateway, port };
  // The same nonce belongs to a mapping as long as it lives (§11.2): it is made from what names the mapping.
  const nonce = await nonceOf(request);
  const map = (lease: number, until: AbortSignal): Promise<DataView> =>
    ask(to, local.address, question(request, nonce, lease), (answer) => read(answer, nonce, local.port), until);
  const granted = await map(lifetime, signal);
  const address = new Uint8Array(granted.buffer, granted.byteOffset + HEADER_BYTES + 20 + 12, 4).join('.');
  return {
    external: { address, port: granted.getUint16(HEADER_BYTES + 18) },
    lifetime: granted.getUint32(4),
    epoch: { protocol: 'PCP', seconds: granted.getUint32(8), at: Date.now() },
    remove: async (until) => void (await map(0, until)),
  };
}

const secret = crypto.getRandomValues(new Uint8Array(32));

async function nonceOf({ gateway, local }: MappingRequest): Promise<Uint8Array> {
  const name = new TextEncoder().encode(`${gateway} ${local.address}/${local.port}`);
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, name)).subarray(0, NONCE_BYTES);
}
