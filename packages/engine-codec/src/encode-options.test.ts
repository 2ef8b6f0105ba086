import { CreateOption } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { encodeOptions } from './encode-options.js';

/** The values of one option, in order, as hexadecimal text. */
function valuesOf(encoded: Uint8Array, wanted: number): string[] {
  const input = new ByteReader(encoded);
  const values: string[] = [];
  while (input.remaining > 0) {
    const tag = input.u16();
    const value = input.view(input.u32());
    if (tag === wanted) values.push(Buffer.from(value).toString('hex'));
  }
  return values;
}

const base = { planet: Uint8Array.of(1), bind: [{ address: '0.0.0.0', port: 0 }], onEvents: () => undefined };

describe('the option tcp_relay', () => {
  const server = { address: '204.80.128.1', port: 443 };
  it('is mode, server and the time without UDP', () => {
    const tagged = (tcpRelay: object) =>
      valuesOf(encodeOptions({ ...base, tcpRelay: { server, ...tcpRelay } }, 'x'), CreateOption.TCP_RELAY);
    expect(tagged({})).toEqual(['0104cc50800101bb00000000']);
    expect(tagged({ mode: 'forced' })).toEqual(['0204cc50800101bb00000000']);
    expect(tagged({ mode: 'off' })).toEqual(['0004cc50800101bb00000000']);
    expect(tagged({ engageAfterMs: 1000 })).toEqual(['0104cc50800101bb000003e8']);
  });

  it('is left out when there is no relay', () => {
    expect(valuesOf(encodeOptions(base, 'x'), CreateOption.TCP_RELAY)).toEqual([]);
  });
});
