/** The signed objects and the dictionary of vl2.md §18.3, made by the original controller. */
import { describe, expect, test } from 'vitest';
import { hex, join, sized, text } from './probe-input.js';
import { targets } from './targets.js';
import { all, ask, number, one } from './wire-answer.js';

const controllerKey =
  'e44665ab84df6b6428a6b4983b45a4ff3ccefb446f592e1fd816b7487ce79f3dc0f13a3326a21a4a3b9064803562b6d3ca39' +
  '88635c523eb73a933b247027995d';
const memberKey =
  '1ddae6a2056645b8ab0584d6ca413908fc01d0ddd3e3e3514a4dde7141bebd658f1b6ff226cf70fa200e430e963e92f1274a' +
  'ba8312a9c3035ffaba1727bf7f4d';
const com =
  '0100070000000000000000000001a203296d6300000000001b774000000000000000017f5f33034e5fef8500000000000000' +
  '0000000000000000020000004a96884bd0ffffffffffffffff000000000000000357a3d1d32b486b30ffffffffffffffff00' +
  '00000000000004ff4365a5c18705e9ffffffffffffffff0000000000000005f897450ef98ae9b3ffffffffffffffff000000' +
  '0000000006dd55920cb2aef33dffffffffffffffff7f5f33034ee8330a30f8145a396e860cd5954244a594bf5f5a82270e1e' +
  '0522596e8cd17c61d15f20b74431ed44ed234710a8b6cca0a92ac946ef0dd3b5b40f996375575901e25246ff25831b6cd672' +
  '0f46bd9faec74021b7f84aed2798c0e5dc9ef55f1143';
const capability =
  '7f5f33034e5fef85000001a203296d630000000500022804001600160100014a96884bd07f5f33034e0100603a4d0cd4c69c' +
  '4859e358741f8a58575996f404c0c4b271b7128be3844b000fe57e4ce1c95ce7f8e02c468dc5eaea9bdd8b964645b194042c' +
  'dbceb1190131b70a9fef8f2ce41ee6cdf6fe98e395da2ed8afdda6a9973dfed5fd495abccc1ac57700000000000000';
const tag =
  '7f5f33034e5fef85000001a203296d63000003e8000000074a96884bd07f5f33034e010060752327ca24603dce4357056381' +
  '7ff896e9579a35f16bba6f8c3448f851f739c09c6cdabcc93be3680ca3ed8f96bb00b0ad0642986ea5d34b1acff5b3f4ad3f' +
  '03b1676541eb26679e739510e525cd212a5d832f54033371daad46c7fe45463ec80000';
const ownership =
  '7f5f33034e5fef85000001a203296d63000000000000000000000001000403fd7f5f33034e5fef8599934a96884bd003fc31' +
  '00dc864a96884bd000000000000103fd00aaaa000000000000004a96884bd1020a09000b0000000000000000000000004a96' +
  '884bd07f5f33034e0100601c7ab398c027e44a4053b1070185fd9ea21feb21024bed09b68b265fd8dff580fdca0a625a10d5' +
  '00cf2abdbf6d593d7781fe81438c09187f2783b5fda64591000fbb8fbca794c778c166c292019485ef26544cd74ac629c466' +
  '50461cd71a5cc70000';
const routes =
  '040a0900000010000000000006fd00aaaa0000000000000000000000000040000000000004000000000000040a0900010000' + '00000000';
const addresses =
  '06fd7f5f33034e5fef8599934a96884bd0005806fc3100dc864a96884bd0000000000001002806fd00aaaa00000000000000' +
  '4a96884bd10040040a09000b0010';
const rules = 'a5020800690880000000000000000000020e000000012345678900000000ffff26030800000100';
const dns = `7a742e6578616d706c65${'00'.repeat(118)}040a0900010000000000`;

const controller = `7f5f33034e:0:${controllerKey}`;
const member = `4a96884bd0:0:${memberKey}`;

/** The escapes of vl2.md §4, written here a second time on purpose. */
function escaped(bytes: Uint8Array): Uint8Array {
  const escapes = new Map([0, 13, 10, 92, 61].map((byte, i) => [byte, '0rn\\e'.charCodeAt(i)]));
  return Uint8Array.from([...bytes].flatMap((byte) => (escapes.has(byte) ? [92, escapes.get(byte) ?? 0] : [byte])));
}

const values: [string, Uint8Array][] = [
  ['v', text('0000000000000007')],
  ['nwid', text('7f5f33034e5fef85')],
  ['ts', text('000001a203296d63')],
  ['ctmd', text('00000000001b7740')],
  ['r', text('0000000000000003')],
  ['id', text('4a96884bd0')],
  ['tt', text('0123456789')],
  ['tl', text('0000000000000000')],
  ['f', text('0000000000000006')],
  ['ml', text('0000000000000040')],
  ['t', text('0000000000000000')],
  ['n', text('test net=1')],
  ['mtu', text('0000000000000500')],
  ['C', hex(com)],
  ['CAP', hex(capability)],
  ['TAG', hex(tag)],
  ['COO', hex(ownership)],
  ['RT', hex(routes)],
  ['I', hex(addresses)],
  ['R', hex(rules)],
  ['DNS', hex(dns)],
  ['ssov', text('0000000000000000')],
  ['ssoe', text('0')],
];
const newline = text('\n');
const dictionary = join(
  ...values.flatMap(([key, value], i) => [...(i === 0 ? [] : [newline]), text(`${key}=`), escaped(value)]),
);

describe.each(targets)('$name: the example of vl2.md §18.3', (target) => {
  test.each([
    ['wire.com', com, 272],
    ['wire.capability', capability, 147],
    ['wire.tag', tag, 135],
    ['wire.ownership', ownership, 209],
  ])('%s', (name, object, size) => {
    expect(object.length / 2).toBe(size);
    const answer = ask(target, name, hex(object));
    expect(answer?.serialized).toBe(object);
    expect(one(answer, 'network')).toBe('7f5f33034e5fef85');
    expect(one(answer, 'issued_to')).toBe('4a96884bd0');
    const verifies = (identity: string) =>
      target.probe(`${name}.verify`, join(sized(object), sized(text(identity)))) !== null;
    expect([verifies(controller), verifies(member)]).toEqual([true, false]);
  });

  test('the certificate is bound to the member’s key', () => {
    const agrees = (identity: string) =>
      target.probe('wire.com.agrees', join(sized(com), sized(com), sized(text(identity)))) !== null;
    expect([agrees(member), agrees(controller)]).toEqual([true, false]);
  });

  test('the dictionary', () => {
    const answer = ask(target, 'wire.config', dictionary);
    expect(answer?.serialized).toBe(Buffer.from(dictionary).toString('hex'));
    expect(one(answer, 'n')).toBe('test net=1');
    expect(one(answer, 'tt')).toBe('0123456789');
    expect(one(answer, 'mtu')).toBe(number(1280));
    expect(all(answer, 'route')).toEqual(['10.9.0.0/16', 'fd00:aaaa::/64', '0.0.0.0/0 via 10.9.0.1']);
    expect(all(answer, 'address')).toEqual([
      'fd7f:5f33:34e:5fef:8599:934a:9688:4bd0/88',
      'fc31:dc:864a:9688:4bd0::1/40',
      'fd00:aaaa::4a:9688:4bd1/64',
      '10.9.0.11/16',
    ]);
    expect(one(answer, 'domain')).toBe('zt.example');
    expect(all(answer, 'server')).toEqual(['10.9.0.1']);
    const counts = ['com', 'rules', 'caps', 'tags', 'coos'].map((name) => one(answer, name));
    expect(counts).toEqual([1, 6, 1, 1, 1].map(number));
  });
});
