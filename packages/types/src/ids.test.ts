import { describe, expect, it } from 'vitest';
import { rfc4193Address, sixPlaneAddress } from './derived-addresses.js';
import { ZtError } from './errors.js';
import {
  adHocNetworkId,
  controllerOf,
  formatNetworkId,
  formatNodeAddress,
  parseNetworkId,
  parseNodeAddress,
} from './ids.js';

describe('ids', () => {
  it('accepts any case and gives lower case', () => {
    expect(parseNodeAddress('89E92CEEE5')).toBe('89e92ceee5');
    expect(parseNetworkId('8056C2E21C000001')).toBe('8056c2e21c000001');
    expect(controllerOf(parseNetworkId('8056c2e21c000001'))).toBe('8056c2e21c');
  });

  it.each([
    '',
    '89e92ceee',
    '89e92ceee55',
    '0x89e92cee',
    '89e92ceeg5',
    ' 89e92ceee',
    '0000000000',
    'ff00000001',
    5,
    null,
    undefined,
    {},
  ])('refuses the node address %j with a typed error', (bad) => {
    expect(() => parseNodeAddress(bad)).toThrow(ZtError);
  });

  it.each(['', '8056c2e21c00001', '0000000000000000', '8056c2e21c0000011', 'x'.repeat(10_000), 7n])(
    'refuses the network id %s and keeps the message short',
    (bad) => {
      const error = (() => {
        try {
          parseNetworkId(bad);
        } catch (caught) {
          return caught;
        }
      })() as ZtError;
      expect(error).toMatchObject({ name: 'ZtError', code: 'ERR_ZT_INVALID_ARGUMENT' });
      expect(error.message.length).toBeLessThan(200);
    },
  );

  it('formats numbers with leading zeros and refuses what is out of range', () => {
    expect(formatNodeAddress(1n)).toBe('0000000001');
    expect(formatNetworkId(0x102030405060752n)).toBe('0102030405060752');
    expect(() => formatNodeAddress(0n)).toThrow(/not a node address/);
    expect(() => formatNodeAddress(0xff00000000n)).toThrow(/not a node address/);
    expect(() => formatNetworkId(1n << 64n)).toThrow(/not a network id/);
  });

  it('makes ad-hoc ids as sdk-api.md §11 does', () => {
    expect(adHocNetworkId(22, 22)).toBe('ff00160016000000');
    expect(() => adHocNetworkId(2, 1)).toThrow(/empty/);
    expect(() => adHocNetworkId(0, 65536)).toThrow(/65535/);
  });
});

describe('derived addresses (vl2.md §18.1)', () => {
  it.each([
    ['0123456789', '8056c2e21c000001', 'fc9c:56c2:e301:2345:6789::1', 'fd80:56c2:e21c:0:199:9301:2345:6789'],
    ['a09acf0233', 'a09acf023be465c1', 'fc9b:7eaa:c3a0:9acf:233::1', 'fda0:9acf:23b:e465:c199:93a0:9acf:233'],
    ['1122334455', 'ff00160016000000', 'fce9:16:11:2233:4455::1', 'fdff:16:16:0:99:9311:2233:4455'],
    ['deadbeef00', '0102030405060752', 'fc04:404:56de:adbe:ef00::1', 'fd01:203:405:607:5299:93de:adbe:ef00'],
  ])('%s in %s', (node, network, sixPlane, rfc4193) => {
    expect(sixPlaneAddress(parseNetworkId(network), parseNodeAddress(node))).toBe(sixPlane);
    expect(rfc4193Address(parseNetworkId(network), parseNodeAddress(node))).toBe(rfc4193);
  });
});
