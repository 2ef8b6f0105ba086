/** NAT-PMP (RFC 6886): two messages of a dozen bytes. */
import { ask } from './gateway-socket.js';
import { type Mapping, MappingRefused, type MappingRequest } from './mapping-protocol.js';

/** RFC 6886 §3: the gateway's. */
export const gatewayPort = 5351;

const VERSION = 0;
const OP_EXTERNAL_ADDRESS = 0;
const OP_MAP_UDP = 1;
const OP_RESPONSE = 128;
const results = [
  '',
  'unsupported version',
  'not authorized',
  'network failure',
  'out of resources',
  'unsupported opcode',
];

/** The body of an answer to `op`, `undefined` when it is not one. */
function bodyOf(answer: Uint8Array, op: number, size: number): DataView | undefined {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  if (answer.length < 4 || view.getUint8(0) !== VERSION || view.getUint8(1) !== OP_RESPONSE + op) return undefined;
  const result = view.getUint16(2);
  if (result !== 0) throw new MappingRefused(`NAT-PMP: ${results[result] ?? `result ${result}`}`);
  return answer.length >= size ? view : undefined;
}

/** §3.3. Lifetime 0 takes the mapping back. */
function mapQuestion(localPort: number, wantedPort: number, lifetime: number): Uint8Array {
  const question = new DataView(new ArrayBuffer(12));
  question.setUint8(1, OP_MAP_UDP);
  question.setUint16(4, localPort);
  question.setUint16(6, wantedPort);
  question.setUint32(8, lifetime);
  return new Uint8Array(question.buffer);
}

/** `port`: another than the standard one, for tests. */
export async function mapByNatPmp(request: MappingRequest, port = gatewayPort): Promise<Mapping> {
  const { local, gateway, wantedPort, lifetime, signal } = request;
  const to = { address: gateway, port };
  const readAddress = (answer: Uint8Array): string | undefined =>
    bodyOf(answer, OP_EXTERNAL_ADDRESS, 12) && answer.subarray(8, 12).join('.');
  const readMapping = (answer: Uint8Array): DataView | undefined => {
    const view = bodyOf(answer, OP_MAP_UDP, 16);
    return view?.getUint16(8) === local.port ? view : undefined;
  };
  const address = await ask(to, local.address, Uint8Array.of(VERSION, OP_EXTERNAL_ADDRESS), readAddress, signal);
  const map = (lease: number, external: number, until: AbortSignal): Promise<DataView> =>
    ask(to, local.address, mapQuestion(local.port, external, lease), readMapping, until);
  const granted = await map(lifetime, wantedPort, signal);
  return {
    external: { address, port: granted.getUint16(10) },
    lifetime: granted.getUint32(12),
    epoch: { protocol: 'NAT-PMP', seconds: granted.getUint32(4), at: Date.now() },
    remove: async (until) => void (await map(0, 0, until)),
  };
}
