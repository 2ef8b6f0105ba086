/** Few values of each kind, so that rules and frames made apart from each other often speak of the same thing. */
const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'));

export const networkId = 0x7f5f33034e5fef85n;
export const self = 0x7f5f33034en;
export const peer = 0x3333333333n;
export const others = [0x2222222222n, 0x1111111111n];

export const macs = ['860102030406', '020102030405', 'ffffffffffff', '3333ff000001', '01005e000001'].map(hex);
export const ipv4 = ['0a000001', '0a000002', '0a0000ff', 'c0a80101', '00000000'].map(hex);

const folded = (networkId ^ (networkId >> 32n)) & 0xffff_ffffn;
const digits = (value: bigint, count: number): string => value.toString(16).padStart(count, '0');
/** 6PLANE and RFC4193 addresses of a member (vl2.md §2.3). */
export const sixPlane = (node: bigint): Uint8Array => hex(`fc${digits(folded, 8)}${digits(node, 10)}000000000001`);
export const rfc4193 = (node: bigint): Uint8Array => hex(`fd${digits(networkId, 16)}9993${digits(node, 10)}`);
export const ipv6 = [
  hex('fe800000000000000000000000000001'),
  hex('fd000000000000000000000000000000'),
  new Uint8Array(16),
  sixPlane(self),
  sixPlane(peer),
  rfc4193(self),
  rfc4193(peer),
];
export const ports = [0, 22, 53, 80, 443, 65535];
export const etherTypes = [0x0800, 0x86dd, 0x0806, 0x8100, 0x1234];
export const protocols = [1, 6, 17, 58, 132, 136, 0, 43, 44, 60, 135];
export const tagIds = [1, 2, 3];
export const tagValues = [0, 1, 2, 3, 7, 0xffffffff];
export const icmpTypes = [8, 8, 8, 128, 128, 0, 135, 136];
export const tos = [0, 4, 8, 0x2e, 0xb8, 0xff];
