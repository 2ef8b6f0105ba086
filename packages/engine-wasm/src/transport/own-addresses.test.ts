import { describe, expect, it } from 'vitest';
import { announcedEndpoints, unfitIpv6, usableAddresses } from './own-addresses.js';

const rule = { exclude: [], loopback: false, blacklist: [] };
const none = new Set<string>();
const of = (...addresses: string[]) => addresses.map((address) => ({ address }));
const interfaces = {
  lo: of('127.0.0.1', '::1'),
  eth0: of('192.168.1.5', '2001:db8::5', 'fe80::5%2', 'fe80::6', '169.254.1.1', '2001:470::1'),
  ztabc123: of('10.147.17.9'),
  tun0: of('10.8.0.2'),
  tap3: of('10.9.0.2'),
  docker0: of('172.17.0.1'),
};

describe('the addresses a node uses', () => {
  it('are those of usable scope, none of a tunnel or of loopback', () => {
    expect(usableAddresses(interfaces, none, rule)).toEqual(['192.168.1.5', '2001:db8::5', '172.17.0.1']);
  });

  it('leave out interfaces by name or by the beginning of it, and prefixes', () => {
    expect(usableAddresses(interfaces, none, { ...rule, exclude: ['docker*'] })).not.toContain('172.17.0.1');
    expect(usableAddresses(interfaces, none, { ...rule, exclude: ['docker'] })).toContain('172.17.0.1');
    expect(usableAddresses(interfaces, none, { ...rule, exclude: ['docker0', 'eth0'] })).toEqual([]);
    const blacklist = ['192.168.0.0/16', '2001:db8::/32'];
    expect(usableAddresses(interfaces, none, { ...rule, blacklist })).toEqual(['172.17.0.1']);
  });

  it('have loopback only where it may be a path', () => {
    expect(usableAddresses({ lo: interfaces.lo }, none, { ...rule, loopback: true })).toEqual(['127.0.0.1', '::1']);
  });

  it('leave out what is temporary or not ready, as Linux tells', () => {
    const table = [
      '20010db8000000000000000000000005 02 40 00 80     eth0',
      '20010db8000000000000000000000006 02 40 00 01     eth0',
      '20010db8000000000000000000000007 02 40 00 c0     eth0',
      '',
    ].join('\n');
    const unfit = unfitIpv6(table);
    expect([...unfit]).toEqual(['2001:db8::6', '2001:db8::7']);
    const eth0 = of('2001:db8::5', '2001:db8::6', '2001:db8::7');
    expect(usableAddresses({ eth0 }, unfit, rule)).toEqual(['2001:db8::5']);
  });

  it('are bounded and each is there once', () => {
    const many = Array.from({ length: 500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    expect(usableAddresses({ eth0: of(...many), eth1: of(...many) }, none, rule)).toHaveLength(32);
  });
});

describe('what is announced', () => {
  it('is every address of its family for a wildcard, and what was bound by name', () => {
    const bound = [
      { address: '0.0.0.0', port: 9993 },
      { address: '::', port: 9994 },
      { address: '127.0.0.7', port: 1 },
    ];
    expect(announcedEndpoints(bound, ['192.168.1.5', '2001:db8::5'])).toEqual([
      { address: '192.168.1.5', port: 9993 },
      { address: '2001:db8::5', port: 9994 },
      { address: '127.0.0.7', port: 1 },
    ]);
  });
});
