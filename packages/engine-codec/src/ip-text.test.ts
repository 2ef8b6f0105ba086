import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { formatIp, parseIp } from './ip-text.js';

const good = [
  '0.0.0.0',
  '10.1.2.255',
  '::',
  '::1',
  'fe80::1',
  '2001:db8::1:0:0:1',
  '1:2:3:4:5:6:7:8',
  '::ffff:1.2.3.4',
  '1::',
  'fd00:0:0:1::',
];
const bad = [
  '',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '256.1.1.1',
  ':',
  ':::',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8:9',
  'g::',
  '::1.2.3',
  '1.2.3.4::',
  ' 1.2.3.4',
  '::1%lo',
];

describe('IP text', () => {
  it.each(good)('%s is read and written back to the same address', (text) => {
    const bytes = parseIp(text);
    expect(isIP(text)).not.toBe(0);
    expect(bytes).toBeDefined();
    expect(parseIp(formatIp(bytes as Uint8Array))).toEqual(bytes);
  });

  it.each(bad)('"%s" is refused', (text) => expect(parseIp(text)).toBeUndefined());

  it.each([
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('%s is written as RFC 5952 says: %s', (text, canonical) => {
    expect(formatIp(parseIp(text) as Uint8Array)).toBe(canonical);
  });
});
