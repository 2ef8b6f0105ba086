/** Identities: forms, work function, agreement, signatures (a-, b-, c- files and vl1-vectors.json). */
import { describe, expect, test } from 'vitest';
import { hex, join, loadVectors, sized, text, toHex, toText, u32 } from './probe-input.js';
import { targets } from './targets.js';

interface Identities {
  identities: {
    public: string;
    secret: string;
    memoryHardDigest: string;
    binaryPublic: string;
    binarySecret: string;
    publicKeyHashSHA384: string;
    fromString: boolean;
    locallyValidate: boolean;
  }[];
  invalid: {
    what: string;
    identity: string;
    fromString: boolean;
    locallyValidate: boolean | null;
    memoryHardDigest?: string;
  }[];
}
interface Agreement {
  pairs: { a: string; b: string; key48: string; sha512_64: string }[];
}
interface Signatures {
  valid: { signer: string; message: string; signature: string; verify: boolean }[];
  invalid: { signer: string; message: string; signature: string; verify: boolean }[];
}
interface Vl1 {
  identity: {
    name: string;
    secret_string: string;
    public_string: string;
    binary_public: string;
    binary_secret: string;
    work_digest: string;
    sha512_of_pub: string;
  }[];
  identity_work_trace_alice: {
    sha512_of_public_key: string;
    buffer_block_0: string;
    buffer_block_1: string;
    buffer_block_last: string;
    steps: { step: number; idx1: number; idx2: number; digest_after: string }[];
    final: string;
  };
  identity_invalid: { why: string; public_string: string }[];
  key_agreement: { a: string; b: string; shared48: string };
  signature: { signer: string; message_hex: string; signature96: string };
}

const a = loadVectors<Identities>('a-identities.json');
const { pairs } = loadVectors<Agreement>('b-agreement.json');
const signatures = loadVectors<Signatures>('c-signatures.json');
const vl1 = loadVectors<Vl1>('vl1-vectors.json');

const kFillBlocks = 32768;
const kTotalBlocks = 163840;
const publicKeyOf = (identity: string): Uint8Array => hex(identity.split(':')[2] ?? '');
const publicPartOf = (identity: string): string => identity.split(':').slice(0, 3).join(':');
const named = <T extends { public: string }>(list: T[]) =>
  list.map((item) => [item.public.slice(0, 10), item] as const);

describe.each(targets)('$name: identities', (target) => {
  test.each(named(a.identities))('%s in all its forms', (_address, id) => {
    expect(toText(target.probe('identity.text', text(id.public)))).toBe(id.public);
    expect(toText(target.probe('identity.text', text(id.secret)))).toBe(id.public);
    expect(toText(target.probe('identity.text', text(id.public.toUpperCase())))).toBe(id.public);
    expect(toText(target.probe('identity.secret_text', text(id.secret)))).toBe(id.secret);
    expect(toHex(target.probe('identity.to_binary', text(id.public)))).toBe(id.binaryPublic);
    expect(toText(target.probe('identity.from_binary', hex(id.binaryPublic)))).toBe(id.public);
    expect(toHex(target.probe('identity.hash', text(id.public)))).toBe(id.publicKeyHashSHA384);
    // vl1.md §2.7: the secret never travels, so its binary form is refused.
    expect(target.probe('identity.from_binary', hex(id.binarySecret))).toBeNull();
  });

  test.each(named(a.identities))('%s: work', (_address, id) => {
    const work = target.probe('identity.work', join(publicKeyOf(id.public), u32(kTotalBlocks)));
    expect(toHex(work)).toBe(id.memoryHardDigest);
    expect(target.probe('identity.validate', text(id.public)) !== null).toBe(id.locallyValidate);
  });

  test.each(a.invalid.map((c) => [c.what, c] as const))('invalid: %s', (_what, c) => {
    expect(target.probe('identity.text', text(c.identity)) !== null).toBe(c.fromString);
    // Where the reference could not read it there is nothing to validate.
    expect(target.probe('identity.validate', text(c.identity)) !== null).toBe(c.locallyValidate ?? false);
    // Stricter than the reference, as vl1.md §2.6 permits: an own identity whose halves do not belong together is
    // refused whatever else is right about it.
    expect(target.probe('identity.secret_text', text(c.identity))).toBeNull();
    if (c.memoryHardDigest !== undefined) {
      const work = target.probe('identity.work', join(publicKeyOf(c.identity), u32(kTotalBlocks)));
      expect(toHex(work)).toBe(c.memoryHardDigest);
    }
  });

  test('malformed texts are refused', () => {
    const good = a.identities[0]?.public ?? '';
    const bad = [
      '',
      ':',
      '::',
      `${good}:`,
      `${good}::`,
      `${good}:${'00'.repeat(64)}:`,
      `${good} `,
      ` ${good}`,
      `${good}\n`,
    ];
    bad.push(good.replace(':0:', ':00:'), good.replace(':0:', '::'), `${good}00`, good.replace(/.$/, 'g'), `0${good}`);
    for (const candidate of bad) expect(target.probe('identity.text', text(candidate)), candidate).toBeNull();
    for (let size = 0; size < good.length; ++size) {
      expect(target.probe('identity.text', text(good.slice(0, size)))).toBeNull();
    }
  });

  test('malformed binary forms are refused', () => {
    const good = hex(a.identities[0]?.binaryPublic ?? '');
    for (let size = 0; size < good.length; ++size) {
      expect(target.probe('identity.from_binary', good.subarray(0, size))).toBeNull();
    }
    const changed = (at: number, value: number) => good.map((byte, i) => (i === at ? value : byte));
    expect(target.probe('identity.from_binary', changed(0, 0xff))).toBeNull();
    expect(target.probe('identity.from_binary', changed(5, 1))).toBeNull();
    expect(target.probe('identity.from_binary', changed(70, 1))).toBeNull();
    expect(target.probe('identity.from_binary', changed(70, 64))).toBeNull();
  });

  test('a generated identity is valid and repeats for the same seed', () => {
    const first = toText(target.probe('identity.generate', sized('42'.repeat(32)))) ?? '';
    expect(first).toHaveLength(270);
    expect(toText(target.probe('identity.secret_text', text(first)))).toBe(first);
    expect(target.probe('identity.validate', text(first))).not.toBeNull();
    expect(toText(target.probe('identity.generate', sized('42'.repeat(32))))).toBe(first);
    expect(toText(target.probe('identity.generate', sized('43'.repeat(32))))).not.toBe(first);
  });
});

describe.each(targets)('$name: vl1.md Appendix C identities', (target) => {
  test.each(vl1.identity.map((id) => [id.name, id] as const))('%s', (_name, id) => {
    expect(toText(target.probe('identity.secret_text', text(id.secret_string)))).toBe(id.secret_string);
    expect(toText(target.probe('identity.text', text(id.secret_string)))).toBe(id.public_string);
    expect(toHex(target.probe('identity.to_binary', text(id.public_string)))).toBe(id.binary_public);
    expect(target.probe('identity.from_binary', hex(id.binary_secret))).toBeNull();
    expect(toHex(target.probe('crypto.sha512', publicKeyOf(id.public_string)))).toBe(id.sha512_of_pub);
    const work = target.probe('identity.work', join(publicKeyOf(id.public_string), u32(kTotalBlocks)));
    expect(toHex(work)).toBe(id.work_digest);
    expect(target.probe('identity.validate', text(id.public_string))).not.toBeNull();
  });

  test.each(vl1.identity_invalid.map((c) => [c.why, c] as const))('invalid: %s', (_why, c) => {
    expect(target.probe('identity.validate', text(c.public_string))).toBeNull();
  });

  test('the trace of the work function', () => {
    const trace = vl1.identity_work_trace_alice;
    const key = publicKeyOf(vl1.identity.find((id) => id.name === 'alice')?.public_string ?? '');
    const after = (blocks: number) => {
      const bytes = target.probe('identity.work_trace', join(key, u32(blocks)));
      if (bytes === null) throw new Error('rejected');
      return { digest: toHex(bytes.subarray(0, 64)), memory: bytes.subarray(64) };
    };
    const filled = after(kFillBlocks);
    expect(filled.digest).toBe(trace.sha512_of_public_key);
    expect(toHex(filled.memory.subarray(0, 64))).toBe(trace.buffer_block_0);
    expect(toHex(filled.memory.subarray(64, 128))).toBe(trace.buffer_block_1);
    expect(toHex(filled.memory.subarray(-64))).toBe(trace.buffer_block_last);
    for (const step of trace.steps) {
      const before = after(kFillBlocks + step.step);
      const reached = after(kFillBlocks + step.step + 1);
      expect(reached.digest).toBe(step.digest_after);
      // The word swapped into the memory is the digest's old word.
      const old = before.digest?.slice(16 * step.idx1, 16 * step.idx1 + 16);
      expect(toHex(reached.memory.subarray(8 * step.idx2, 8 * step.idx2 + 8))).toBe(old);
    }
    expect(after(kTotalBlocks).digest).toBe(trace.final);
  });
});

describe.each(targets)('$name: agreement', (target) => {
  const agree = (us: string, peer: string) =>
    toHex(target.probe('identity.agree', join(sized(text(us)), sized(text(peer)))));

  test.each(pairs.map((p) => [p.a.slice(0, 10), p.b.slice(0, 10), p] as const))('%s and %s', (_a, _b, p) => {
    expect(p.sha512_64.startsWith(p.key48)).toBe(true);
    expect(agree(p.a, publicPartOf(p.b))).toBe(p.key48);
    expect(agree(p.b, publicPartOf(p.a))).toBe(p.key48);
  });

  test('alice and bob', () => {
    const [alice, bob] = [vl1.key_agreement.a, vl1.key_agreement.b].map((name) =>
      vl1.identity.find((id) => id.name === name),
    );
    expect(agree(alice?.secret_string ?? '', bob?.public_string ?? '')).toBe(vl1.key_agreement.shared48);
    expect(agree(bob?.secret_string ?? '', alice?.public_string ?? '')).toBe(vl1.key_agreement.shared48);
  });

  test('a peer with a key of small order is refused', () => {
    const us = pairs[0]?.a ?? '';
    const weak = `${publicPartOf(us).slice(0, 13)}${'00'.repeat(32)}${'11'.repeat(32)}`;
    expect(target.probe('identity.text', text(weak))).not.toBeNull();
    expect(agree(us, weak)).toBeNull();
  });
});

describe.each(targets)('$name: signatures', (target) => {
  const verify = (signer: string, message: string, signature: string) =>
    target.probe('identity.verify', join(sized(text(signer)), sized(message), sized(signature))) !== null;
  const sign = (signer: string, message: string) =>
    toHex(target.probe('identity.sign', join(sized(text(signer)), sized(message))));

  test.each(signatures.valid.map((c) => [c.message.length / 2, c] as const))('valid, %i bytes', (_size, c) => {
    expect(sign(c.signer, c.message)).toBe(c.signature);
    expect(verify(publicPartOf(c.signer), c.message, c.signature)).toBe(c.verify);
    expect(verify(publicPartOf(c.signer), c.message, c.signature.slice(2))).toBe(false);
    expect(verify(publicPartOf(c.signer), c.message, `${c.signature}00`)).toBe(false);
  });

  test.each(signatures.invalid.map((c, i) => [i, c] as const))('invalid, %i', (_index, c) => {
    expect(verify(publicPartOf(c.signer), c.message, c.signature)).toBe(c.verify);
    expect(c.verify).toBe(false);
  });

  test('the signature of vl1.md Appendix C', () => {
    const { signer, message_hex, signature96 } = vl1.signature;
    const identity = vl1.identity.find((id) => id.name === signer);
    expect(sign(identity?.secret_string ?? '', message_hex)).toBe(signature96);
    expect(verify(identity?.public_string ?? '', message_hex, signature96)).toBe(true);
  });
});
