import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ipVersion } from './ip-address.js';

const texts = [
  '0.0.0.0',
  '255.255.255.255',
  '256.0.0.0',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '1.2.3.4 ',
  '-1.2.3.4',
  '1.2.3.',
  '',
  '::',
  '::1',
  '1::',
  'fe80::1',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  ':::',
  ':1',
  '1:',
  '::ffff:1.2.3.4',
  '1:2:3:4:5:6:1.2.3.4',
  '1.2.3.4::',
  '1:2:3:4:5:6:7:1.2.3.4',
  '::1.2.3',
  '12345::',
  'g::',
  '1:2:3:4:5:6:7::',
  '1:2:3:4:5:6:7:8::',
  '::1:2:3:4:5:6:7',
  'FE80::A',
  '1::2:',
  ':1::2',
  '2001:db8:0:0:1:0:0:1',
  '::ffff:256.1.1.1',
];

describe('ipVersion', () => {
  it.each(texts)('agrees with the system about %j', (text) => {
    expect(ipVersion(text)).toBe(isIP(text));
  });

  it('refuses zones and what is no text', () => {
    for (const bad of ['fe80::1%eth0', 7, null, undefined, {}, `${'0'.repeat(50)}::`]) expect(ipVersion(bad)).toBe(0);
  });
});
