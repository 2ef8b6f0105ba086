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

describe('the option planet', () => {
  const tagged = (planet: Uint8Array | null) => valuesOf(encodeOptions({ ...base, planet }, 'x'), CreateOption.PLANET);

  it('is the planet, or empty for none; an empty planet is none that was given', () => {
    expect(tagged(Uint8Array.of(1, 2))).toEqual(['0102']);
    expect(tagged(null)).toEqual(['']);
    expect(tagged(new Uint8Array())).toEqual([]);
  });
});

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

describe('the option network_permissions', () => {
  const id = '8056c2e21c000001' as never;
  const tagged = (permissions?: object) => {
    const cachedNetworks = [{ id, dictionary: new Uint8Array(), ...(permissions && { permissions }) }];
    return valuesOf(encodeOptions({ ...base, cachedNetworks }, 'x'), CreateOption.NETWORK_PERMISSIONS);
  };

  it('is the network, flags and a white list', () => {
    expect(tagged({})).toEqual([`${id}010000`]);
    expect(tagged({ allowManaged: ['10.0.0.0/8'], allowGlobal: true, allowDefault: true })).toEqual([
      `${id}070001040a00000008`,
    ]);
    expect(tagged({ allowManaged: false })).toEqual([`${id}000000`]);
  });

  it('permits nothing by an empty white list, and is left out for a network without', () => {
    expect(tagged({ allowManaged: [] })).toEqual([`${id}000000`]);
    expect(tagged()).toEqual([]);
  });
});

describe('the options of physical paths', () => {
  const of = (options: object, tag: number) => valuesOf(encodeOptions({ ...base, ...options }, 'x'), tag);
  const address = 'feedbeef12';

  it('are prefixes with what is special there', () => {
    const physicalNetworks = [
      { network: '10.0.0.0/8', trustedPathId: 0x0102030405060708n, mtu: 9000 },
      { network: 'fd00::/8' },
    ];
    expect(of({ physicalNetworks }, CreateOption.PHYSICAL_NETWORK)).toEqual([
      '040a0000000801020304050607082328',
      `06fd${'00'.repeat(15)}08${'00'.repeat(10)}`,
    ]);
  });

  it('are endpoints and prefixes of single nodes', () => {
    const endpointHints = [{ address, endpoints: [{ address: '10.0.0.1', port: 9993 }] }];
    expect(of({ endpointHints }, CreateOption.ENDPOINT_HINT)).toEqual(['feedbeef120001040a0000012709']);
    const peerBlacklists = [{ address, prefixes: ['10.0.0.0/8', '192.0.2.0/24'] }];
    expect(of({ peerBlacklists }, CreateOption.PEER_BLACKLIST)).toEqual([
      'feedbeef12040a00000008',
      'feedbeef1204c000020018',
    ]);
  });

  it('are left out when they are not given', () => {
    expect(of({ lowBandwidth: true }, CreateOption.LOW_BANDWIDTH)).toEqual(['01']);
    for (const tag of [CreateOption.LOW_BANDWIDTH, CreateOption.PHYSICAL_NETWORK, CreateOption.ENDPOINT_HINT]) {
      expect(of({}, tag)).toEqual([]);
    }
  });
});
