/** Primitives against data of the reference implementation (d-primitives.json, b-agreement.json, vl1-vectors.json). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hex, join, loadVectors, type Piece, sized, toHex, u8, u32, u64 } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';

interface Primitives {
  cases: {
    key32: string;
    iv8: string;
    in: string;
    salsa2012: string;
    salsa2020: string;
    poly1305: string;
    sha512: string;
    sha384: string;
    hmacKey48: string;
    hmacSha384: string;
  }[];
  aesGmacSiv: { k0_gmac: string; k1_ctr: string; iv8: string; aad: string; in: string; out: string; tag16: string }[];
  aesGmac: { k: string; iv12: string; in: string; gmac16: string }[];
}

interface Agreement {
  pairs: {
    key48: string;
    aesK0_kbkdf48: string;
    aesK1_kbkdf48: string;
    kbkdf_H_0_0: string;
    kbkdf_x_7f_01020304: string;
  }[];
}

interface Vl1 {
  primitives: {
    salsa20_12: { key: string; iv: string; block0: string; block1: string };
    salsa20_20: { key: string; iv: string; block0: string };
    poly1305: { key: string; msg: string; tag16: string };
  };
  key_agreement: { shared48: string; kbkdf_label_0: string; kbkdf_label_1: string; aes_k0: string; aes_k1: string };
}

const primitives = loadVectors<Primitives>('d-primitives.json');
const agreement = loadVectors<Agreement>('b-agreement.json');
const vl1 = loadVectors<Vl1>('vl1-vectors.json');

const hasAes = (target: ProbeTarget): boolean => {
  const answer = target.probe('crypto.aes_available', new Uint8Array());
  if (answer === null || answer.length !== 1) throw new Error('crypto.aes_available gives one byte');
  return answer[0] === 1;
};

/** Whether Linux lists a flag of the CPU. */
const cpuHas = (flag: string): boolean =>
  new RegExp(`^flags.* ${flag}( |$)`, 'm').test(readFileSync('/proc/cpuinfo', 'utf8'));

function salsa(target: ProbeTarget, key: string, iv: string, rounds: number, block: bigint, data: string) {
  return toHex(target.probe('crypto.salsa20', join(key, iv, u8(rounds), u64(block), sized(data))));
}

test('there is at least one target', () => {
  expect(targets.length).toBeGreaterThan(0);
});

describe.each(targets)('$name: ciphers and hashes', (target) => {
  test.each(primitives.cases.map((c) => [c.in.length / 2, c] as const))('case of %i bytes', (_size, c) => {
    // The vectors' salsa fields are the input exclusive-or the stream.
    expect(salsa(target, c.key32, c.iv8, 12, 0n, c.in)).toBe(c.salsa2012);
    expect(salsa(target, c.key32, c.iv8, 20, 0n, c.in)).toBe(c.salsa2020);
    expect(toHex(target.probe('crypto.poly1305', join(c.key32, sized(c.in))))).toBe(c.poly1305);
    expect(toHex(target.probe('crypto.sha512', hex(c.in)))).toBe(c.sha512);
    expect(toHex(target.probe('crypto.sha384', hex(c.in)))).toBe(c.sha384);
    expect(toHex(target.probe('crypto.hmac_sha384', join(sized(c.hmacKey48), sized(c.in))))).toBe(c.hmacSha384);
  });

  test('the primitives of vl1.md Appendix C', () => {
    const { salsa20_12, salsa20_20, poly1305 } = vl1.primitives;
    const zeros = '00'.repeat(64);
    expect(salsa(target, salsa20_12.key, salsa20_12.iv, 12, 0n, zeros)).toBe(salsa20_12.block0);
    expect(salsa(target, salsa20_12.key, salsa20_12.iv, 12, 1n, zeros)).toBe(salsa20_12.block1);
    expect(salsa(target, salsa20_20.key, salsa20_20.iv, 20, 0n, zeros)).toBe(salsa20_20.block0);
    const tag = target.probe('crypto.poly1305', join(poly1305.key, sized(poly1305.msg)));
    expect(toHex(tag)).toBe(poly1305.tag16);
  });
});

describe.each(targets)('$name: key derivation', (target) => {
  const kbkdf = (key: string, label: string, context = 0, iteration = 0) =>
    toHex(target.probe('crypto.kbkdf', join(key, u8(label.charCodeAt(0)), u8(context), u32(iteration))));

  test.each(agreement.pairs.map((p) => [p.key48.slice(0, 16), p] as const))('key %s', (_name, pair) => {
    expect(kbkdf(pair.key48, '0')).toBe(pair.aesK0_kbkdf48);
    expect(kbkdf(pair.key48, '1')).toBe(pair.aesK1_kbkdf48);
    expect(kbkdf(pair.key48, 'H')).toBe(pair.kbkdf_H_0_0);
    expect(kbkdf(pair.key48, 'x', 0x7f, 0x01020304)).toBe(pair.kbkdf_x_7f_01020304);
  });

  test('the derived keys of vl1.md Appendix C', () => {
    const { shared48, kbkdf_label_0, kbkdf_label_1, aes_k0, aes_k1 } = vl1.key_agreement;
    expect(kbkdf(shared48, '0')).toBe(kbkdf_label_0);
    expect(kbkdf(shared48, '1')).toBe(kbkdf_label_1);
    expect(kbkdf_label_0.startsWith(aes_k0)).toBe(true);
    expect(kbkdf_label_1.startsWith(aes_k1)).toBe(true);
  });
});

describe.each(targets)('$name: public keys (RFC 7748, RFC 8032)', (target) => {
  test('X25519: RFC 7748 §5.2', () => {
    const scalar = 'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4';
    const point = 'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c';
    expect(toHex(target.probe('crypto.x25519', join(scalar, point)))).toBe(
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    );
  });

  test('an all-zero agreement is refused', () => {
    expect(target.probe('crypto.x25519', join('11'.repeat(32), '00'.repeat(32)))).toBeNull();
  });

  test('Ed25519: RFC 8032 §7.1 test 2', () => {
    const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
    const key = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
    const signature =
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
    expect(toHex(target.probe('crypto.ed25519_public', hex(seed)))).toBe(key);
    expect(toHex(target.probe('crypto.ed25519_sign', join(seed, key, sized('72'))))).toBe(signature);
    expect(target.probe('crypto.ed25519_verify', join(key, signature, sized('72')))).not.toBeNull();
    expect(target.probe('crypto.ed25519_verify', join(key, signature, sized('73')))).toBeNull();
  });
});

describe.each(targets)('$name: AES-GMAC-SIV', (target) => {
  test('is in hardware exactly where the CPU has the instructions, and never on WebAssembly', () => {
    if (target.name === 'wasm') expect(hasAes(target)).toBe(false);
    else if (process.arch !== 'x64') expect(hasAes(target)).toBe(false);
    else if (process.platform === 'linux') expect(hasAes(target)).toBe(cpuHas('aes') && cpuHas('pclmulqdq'));
  });

  // The fastest of this machine and, by the suffix, the one for machines without the instructions.
  describe.each(['', '_portable'])('implementation "%s"', (suffix) => {
    test.each(primitives.aesGmac.map((c) => [c.in.length / 2, c] as const))('GMAC of %i bytes', (_size, c) => {
      const tag = toHex(target.probe(`crypto.gmac${suffix}`, join(c.k, c.iv12, sized(c.in))));
      expect(tag).toBe(c.gmac16);
    });

    test.each(primitives.aesGmacSiv.map((c) => [c.in.length / 2, c] as const))('%i bytes', (_size, c) => {
      const keys = [c.k0_gmac, c.k1_ctr] as const;
      const open = (tag: Piece) =>
        toHex(target.probe(`crypto.aes_open${suffix}`, join(...keys, tag, c.aad, sized(c.out))));
      const sealed = target.probe(`crypto.aes_seal${suffix}`, join(...keys, c.iv8, c.aad, sized(c.in)));
      expect(toHex(sealed)).toBe(c.tag16 + c.out);
      expect(open(c.tag16)).toBe(c.in);
      const otherTag = hex(c.tag16);
      otherTag[15] = (otherTag[15] ?? 0) ^ 1;
      expect(open(otherTag)).toBeNull();
    });
  });
});
