/** Credentials, rules, socket addresses and derived addresses (f-credentials.json, vl2.md §18). */
import { describe, expect, test } from 'vitest';
import { hex, join, loadVectors, sized, text, toHex, u64 } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';
import { all, ask, number, one, parseFields } from './wire-answer.js';

interface Credential {
  type: string;
  serialized: string;
  signedMessage: string;
  qualifiers?: { id: string; value: string; maxDelta: string }[];
  verify: number;
  tampered: string;
  tamperedVerify: number;
  signedByOther?: string;
}
interface Derived {
  address: string;
  nwid: string;
  mac: string;
  rfc4193: string;
  '6plane': string;
  linkLocal: string;
  macToAddress: string;
}
const vectors = loadVectors<{
  controller: string;
  nwid: string;
  issuedTo: string;
  issuedToOther: string;
  inetAddress: { string: string | null; serialized: string; toString: string }[];
  derived: Derived[];
  objects: Credential[];
  comAgreement: Record<string, boolean>;
  rules: { typeByte: number; type: number; not: boolean; or: boolean; serialized: string }[];
}>('f-credentials.json');

const names: Record<string, string> = {
  CertificateOfMembership: 'wire.com',
  Tag: 'wire.tag',
  Capability: 'wire.capability',
  CertificateOfOwnership: 'wire.ownership',
  Revocation: 'wire.revocation',
};
const nameOf = (c: Credential): string => names[c.type] ?? `unknown type ${c.type}`;
const publicPart = (identity: string): string => identity.split(':').slice(0, 3).join(':');
const verifies = (target: ProbeTarget, name: string, object: string, identity: string): boolean =>
  target.probe(`${name}.verify`, join(sized(object), sized(text(publicPart(identity))))) !== null;
const cases = vectors.objects.map((c, i) => [i, c.type, c] as const);

describe.each(targets)('$name: credentials', (target) => {
  test.each(cases)('object %i, %s: form and signed message', (_index, _type, c) => {
    const answer = ask(target, nameOf(c), hex(c.serialized));
    expect(answer?.serialized).toBe(c.serialized);
    expect(answer?.signedMessage).toBe(c.signedMessage);
    if (c.qualifiers !== undefined) {
      expect(all(answer, 'qualifier')).toEqual(c.qualifiers.map((q) => q.id + q.value + q.maxDelta));
      expect(one(answer, 'timestamp')).toBe(c.qualifiers[0]?.value);
    }
  });

  test.each(cases)('object %i, %s: verdicts', (_index, _type, c) => {
    expect(verifies(target, nameOf(c), c.serialized, vectors.controller)).toBe(c.verify === 0);
    expect(verifies(target, nameOf(c), c.tampered, vectors.controller)).toBe(c.tamperedVerify === 0);
    expect(verifies(target, nameOf(c), c.serialized, vectors.issuedTo)).toBe(false);
    // A foreign signer does not get in by being asked about itself either.
    if (c.signedByOther !== undefined) {
      expect(verifies(target, nameOf(c), c.serialized, c.signedByOther)).toBe(false);
    }
  });

  test.each(cases)('object %i, %s: signing gives the same bytes', (_index, _type, c) => {
    const signer = c.signedByOther ?? vectors.controller;
    const signed = target.probe(`${nameOf(c)}.sign`, join(sized(c.serialized), sized(text(signer))));
    expect(toHex(signed)).toBe(c.serialized);
  });

  test.each(cases)('object %i, %s: no beginning of it is accepted', (_index, _type, c) => {
    const whole = hex(c.serialized);
    for (const size of [0, 1, 2, 30, whole.length - 97, whole.length - 3, whole.length - 1]) {
      expect(ask(target, nameOf(c), whole.subarray(0, size)), `${size} bytes`).toBeNull();
    }
  });

  test('membership agreement', () => {
    const com = (index: number): string => vectors.objects[index]?.serialized ?? '';
    const agrees = (mine: number, peer: number, identity: string): boolean =>
      target.probe('wire.com.agrees', join(sized(com(mine)), sized(com(peer)), sized(text(identity)))) !== null;
    const { issuedTo, issuedToOther } = vectors;
    expect({
      '0 agreesWith 1 (identity issuedToOther)': agrees(0, 1, issuedToOther),
      '1 agreesWith 0 (identity issuedTo)': agrees(1, 0, issuedTo),
      '0 agreesWith 1 with wrong identity': agrees(0, 1, issuedTo),
      '0 agreesWith 2 (too far apart in time)': agrees(0, 2, issuedToOther),
      '0 agreesWith 3 (other network)': agrees(0, 3, issuedToOther),
    }).toEqual(vectors.comAgreement);
  });

  test('a certificate issued by us is the controller’s, byte for byte', () => {
    const c = vectors.objects[0];
    const qualifier = c?.qualifiers?.[0];
    const issued = target.probe(
      'wire.com.issue',
      join(
        sized(text(vectors.controller)),
        vectors.nwid,
        sized(text(vectors.issuedTo)),
        qualifier?.value ?? '',
        qualifier?.maxDelta ?? '',
      ),
    );
    expect(toHex(issued)).toBe(c?.serialized);
  });
});

describe.each(targets)('$name: rules', (target) => {
  test.each(vectors.rules)('type $type: $serialized', (rule) => {
    const answer = ask(target, 'wire.rule', hex(rule.serialized));
    expect(answer?.serialized).toBe(rule.serialized);
    expect(one(answer, 'type')).toBe(number(rule.type));
    expect(one(answer, 'not')).toBe(number(rule.not ? 1 : 0));
    expect(one(answer, 'or')).toBe(number(rule.or ? 1 : 0));
    expect(one(answer, 'known')).toBe(number(1));
    expect(Number.parseInt(rule.serialized.slice(0, 2), 16)).toBe(rule.typeByte);
  });

  // vl2.md §18.2
  test.each([
    ['020e0000000123456789000000000040', { address: '0123456789', copy_length: number(64) }],
    ['99050123456789', { address: '0123456789', not: number(1) }],
    ['1a020123', { number: number(0x123) }],
    ['5e06010203040506', { mac: '01:02:03:04:05:06', or: number(1) }],
    ['1f050a01020018', { prefix: '10.1.2.0/24' }],
    ['2111fd00000000000000000000000000000008', { prefix: 'fd00::/8' }],
    ['2303fc0408', { tos_mask: number(0xfc), low: number(4), high: number(8) }],
    ['250286dd', { number: number(0x86dd) }],
    ['2603080001', { icmp_type: number(8), icmp_code: number(0), icmp_flags: number(1) }],
    ['2704005001bb', { low: number(80), high: number(443) }],
    ['29088000000000000002', { characteristics: '8000000000000002' }],
    ['2b047fffffff', { number: number(0x7fffffff) }],
    ['2c08000003e8000000c8', { tag_id: number(1000), tag_value: number(200) }],
    [
      '33131122334455667788112233445566779800048f',
      { low: '1122334455667788', high: '1122334455667798', index: number(4), format: number(0x8f) },
    ],
  ])('%s means what the table says', (serialized, fields) => {
    const answer = ask(target, 'wire.rule', hex(serialized));
    expect(answer?.serialized).toBe(serialized);
    for (const [name, value] of Object.entries(fields)) expect(one(answer, name), name).toBe(value);
  });

  test('an unknown type is kept and skipped; a rule that runs past the end is malformed', () => {
    const unknown = ask(target, 'wire.rule', hex('3f03aabbcc'));
    expect([one(unknown, 'type'), one(unknown, 'known')]).toEqual([number(63), number(0)]);
    for (const bad of ['', '25', '2502', '250286', '3f03aabb', '33121122334455667788112233445566779800048f']) {
      expect(ask(target, 'wire.rule', hex(bad)), bad).toBeNull();
    }
  });
});

describe.each(targets)('$name: addresses on the wire', (target) => {
  test.each(vectors.inetAddress)('$string', (c) => {
    const answer = ask(target, 'wire.endpoint', hex(c.serialized));
    expect(answer?.serialized).toBe(c.serialized);
    expect(one(answer, 'endpoint')).toBe(c.string === null ? '' : c.toString);
  });

  test('reserved types read as none, unknown ones are malformed', () => {
    for (const none of ['00', '01aabbccddeeff', '02aabbccddeeff', '0300021122', '030000']) {
      expect(one(ask(target, 'wire.endpoint', hex(none)), 'endpoint'), none).toBe('');
    }
    for (const bad of ['', '05', '07', 'ff', '0401020304', '040102030400', '06', '0300', '03000211', '01aabb']) {
      expect(ask(target, 'wire.endpoint', hex(bad)), bad).toBeNull();
    }
  });

  test.each(vectors.derived)('$address on $nwid', (c) => {
    const fields = parseFields(target.probe('wire.derived', join(c.address, c.nwid)) ?? new Uint8Array());
    const { address: _address, nwid: _nwid, ...expected } = c;
    expect(Object.fromEntries(fields)).toEqual(expected);
  });

  // vl2.md §18.1
  test.each([
    ['0123456789', 0x8056c2e21c000001n, '02:01:23:59:85:4b', 'fc9c:56c2:e301:2345:6789::1/40'],
    ['a09acf0233', 0xa09acf023be465c1n, 'c2:c5:7e:f4:00:fc', 'fc9b:7eaa:c3a0:9acf:233::1/40'],
    ['89e92ceee5', 0x89e92ceee5c1a252n, '32:2b:28:c9:00:c9', 'fc6c:288e:bc89:e92c:eee5::1/40'],
    ['1122334455', 0xff00160016000000n, '02:11:22:25:44:43', 'fce9:16:11:2233:4455::1/40'],
    ['deadbeef00', 0x0102030405060752n, '32:d9:ab:bb:eb:03', 'fc04:404:56de:adbe:ef00::1/40'],
  ] as const)('%s of vl2.md', (address, network, mac, sixPlane) => {
    const answer = target.probe('wire.derived', join(address, u64(network)));
    const fields = Object.fromEntries(parseFields(answer ?? new Uint8Array()));
    expect([fields.mac, fields['6plane'], fields.macToAddress]).toEqual([mac, sixPlane, address]);
  });
});
