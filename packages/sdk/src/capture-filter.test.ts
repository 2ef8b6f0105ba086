import type { ZtError } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { compileCaptureFilter } from './capture-filter.js';

const messageOf = (filter: unknown): string => {
  try {
    compileCaptureFilter(filter);
  } catch (error) {
    expect((error as ZtError).code).toBe('ERR_ZT_INVALID_ARGUMENT');
    return (error as Error).message;
  }
  return 'no error';
};
const host = (address: string, bits = 32) => ({ address, bits });

describe('structured filters', () => {
  it.each([
    [undefined, []],
    [{}, [{}]],
    [{ protocol: 'tcp', port: 443 }, [{ protocol: 6, port: 443 }]],
    [{ protocol: 'icmp' }, [{ protocol: 1 }, { protocol: 58 }]],
    [{ protocol: 132 }, [{ protocol: 132 }]],
    [{ host: '10.1.2.3' }, [{ host: host('10.1.2.3') }]],
    [{ host: 'fd00::/8' }, [{ host: host('fd00::', 8) }]],
    [{ host: 'fd00::1' }, [{ host: host('fd00::1', 128) }]],
    [{ network: '8056C2E21C000001', etherType: 0x806 }, [{ network: '8056c2e21c000001', etherType: 0x806 }]],
    [
      [{ port: 1 }, { protocol: 'udp' }],
      [{ port: 1 }, { protocol: 17 }],
    ],
  ])('%j', (filter, terms) => {
    expect(compileCaptureFilter(filter)).toEqual(terms);
  });

  it.each([
    [5, /"filter" must be an object, not 5/],
    [null, /"filter" must be an object, not null/],
    [[], /"filter" is an empty array/],
    [[{}, 'tcp'], /"filter\[1\]" must be an object/],
    [{ ports: 1 }, /"filter.ports" is no part of a filter/],
    [{ port: 0 }, /"filter.port" must be an integer in 1..65535, not 0/],
    [{ protocol: 'sctp' }, /"filter.protocol" must be tcp, udp, icmp or a number in 1..255, not "sctp"/],
    [{ protocol: 'toString' }, /"filter.protocol" must be tcp/],
    [{ protocol: 256 }, /"filter.protocol" must be an integer in 1..255, not 256/],
    [{ host: 'localhost' }, /"filter.host" must be a prefix/],
    [{ host: '10.0.0.0/33' }, /"filter.host" must be a prefix/],
    [{ network: '1' }, /"filter.network" must be a network id/],
    [{ etherType: 1.5 }, /"filter.etherType" must be an integer/],
    [new Array(65).fill({ port: 1 }), /65 alternatives, more than 64/],
  ])('refuses %j', (filter, message) => {
    expect(messageOf(filter)).toMatch(message);
  });
});

describe('filters in text', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['tcp port 443', [{ protocol: 6, port: 443 }]],
    ['host 10.1.2.3', [{ host: host('10.1.2.3') }]],
    ['udp and port 53 or icmp', [{ protocol: 17, port: 53 }, { protocol: 1 }, { protocol: 58 }]],
    // As in tcpdump both bind alike, from left to right.
    ['tcp or udp and port 53', [6, 17].map((protocol) => ({ protocol, port: 53 }))],
    ['icmp6 or (udp and port 53)', [{ protocol: 58 }, { protocol: 17, port: 53 }]],
    ['(tcp||udp)&&port 53', [6, 17].map((protocol) => ({ protocol, port: 53 }))],
    ['TCP Port 0x50 host FD00::1', [{ protocol: 6, port: 80, host: host('fd00::1', 128) }]],
    ['ip6 and net fd00::/8', [{ etherType: 0x86dd, host: host('fd00::', 8) }]],
    ['arp or proto 132', [{ etherType: 0x0806 }, { protocol: 132 }]],
    ['network 8056c2e21c000001 and ethertype 0x88cc', [{ network: '8056c2e21c000001', etherType: 0x88cc }]],
    ['icmp host 10.0.0.1', [1, 58].map((protocol) => ({ protocol, host: host('10.0.0.1') }))],
    ['icmp and icmp6', [{ protocol: 58 }]],
    ['((((tcp))))', [{ protocol: 6 }]],
  ])('%s', (text, terms) => {
    expect(compileCaptureFilter(text)).toEqual(terms);
  });

  it.each([
    ['tcp prot 443', /column 5: expected "and" or "or" before "prot"/],
    ['tcp port', /column 9: expected a port in 1..65535, not the end/],
    ['port 443x', /column 6: expected a port in 1..65535, not "443x"/],
    ['port 65536', /column 6: expected a port/],
    ['port 0', /column 6: expected a port/],
    ['port -1', /column 6: expected a port/],
    ['host example.org', /column 6: expected an IP address or a prefix such as 10.0.0.0\/8, not "example.org"/],
    ['net 10.0.0.0/33', /column 5: expected an IP address/],
    ['net 10.0.0.0/8/8', /column 5: expected an IP address/],
    ['network 12', /column 9: expected a network id/],
    ['tcp and', /column 8: expected one of tcp, .* or "\(", not the end/],
    ['and tcp', /column 1: expected one of/],
    ['tcp & udp', /column 5: expected "and" or "or" before "&"/],
    ['(tcp or udp', /column 12: expected "\)" for the "\(" at column 1, not the end/],
    ['tcp)', /column 4: expected "and" or "or" before "\)"/],
    ['not tcp', /column 1: "not" is not supported/],
    ['!tcp', /column 1: "!" is not supported/],
    ['src host 10.0.0.1', /column 1: "src" is not supported/],
    ['constructor', /column 1: expected one of/],
    ['tcp and udp', /contradicts itself/],
    ['host 10.0.0.1 and host 10.0.0.2', /column 15: two hosts at once/],
    ['tcp port 1 port 2', /column 12: two ports at once/],
    ['é tcp', /column 1: expected one of/],
    [`tcp or ${'udp or '.repeat(200)}tcp`, /longer than 1024/],
    [`${'tcp or '.repeat(70)}tcp`, /71 alternatives, more than 64/],
    ['('.repeat(1000), /column 1001: expected one of/],
    [`(${Array(20).fill('icmp').join(' or ')}) and (${Array(20).fill('icmp').join(' or ')})`, /too many alternatives/],
  ])('refuses %s', (text, message) => {
    expect(messageOf(text)).toMatch(message);
  });
});
