import { describe, expect, it } from 'vitest';
import { readLocalConf } from './local-conf.js';
import { checkNodeOptions } from './node-options.js';

describe('local.conf', () => {
  it('becomes options that createNode takes', () => {
    const conf = readLocalConf(`{
      "physical": {
        "10.0.0.0/24": { "blacklist": true },
        "10.10.10.0/24": { "trustedPathId": 101010024, "mtu": 9000 },
        "fd00::/8": { "mtu": 20 }
      },
      "virtual": {
        "feedbeef12": { "role": "UPSTREAM", "try": [ "10.10.20.1/9993", "fd00::1/9993" ], "blacklist": [ "192.168.0.0/24" ] }
      },
      "settings": {
        "primaryPort": 9994, "secondaryPort": 4242, "portMappingEnabled": false, "softwareUpdate": "apply",
        "interfacePrefixBlacklist": [ "docker" ], "lowBandwidthMode": true,
        "tcpFallbackRelay": "203.0.113.1/443", "forceTcpRelay": true
      }
    }`);
    expect(conf).toEqual({
      options: {
        port: 9994,
        secondaryPort: 4242,
        interfaces: { exclude: ['docker*'] },
        blacklist: ['10.0.0.0/24'],
        physicalNetworks: [
          { network: '10.10.10.0/24', trustedPathId: 101010024n, mtu: 9000 },
          { network: 'fd00::/8', mtu: 1400 },
        ],
        endpointHints: {
          feedbeef12: [
            { address: '10.10.20.1', port: 9993 },
            { address: 'fd00::1', port: 9993 },
          ],
        },
        peerBlacklists: { feedbeef12: ['192.168.0.0/24'] },
        lowBandwidth: true,
        portMapping: false,
        tcpRelay: { server: { address: '203.0.113.1', port: 443 }, mode: 'forced' },
      },
      ignored: ['virtual."feedbeef12".role', 'settings.softwareUpdate'],
    });
    checkNodeOptions(conf.options);
  });

  it('that is empty or says nothing means the defaults', () => {
    for (const text of ['', ' \n', '{}', '{"settings":{}}']) {
      const { options, ignored } = readLocalConf(text);
      expect(options).toEqual({ port: 9993, secondaryPort: 0, portMapping: true });
      expect(ignored).toEqual([]);
      checkNodeOptions(options);
    }
  });

  it('says which port a gateway maps, and which of them are of no use', () => {
    expect(readLocalConf('{"settings":{"tertiaryPort":40001}}')).toEqual({
      options: { port: 9993, secondaryPort: 0, portMapping: true, mappedPort: 40001 },
      ignored: [],
    });
    // Without a mapping there is no such port (vl1.md §3.10).
    expect(readLocalConf('{"settings":{"tertiaryPort":40001,"portMappingEnabled":false}}')).toEqual({
      options: { port: 9993, secondaryPort: 0, portMapping: false },
      ignored: ['settings.tertiaryPort'],
    });
    // A port that has another purpose is opened once, and the mapping is of another.
    for (const settings of [{ tertiaryPort: 9993 }, { secondaryPort: 7, tertiaryPort: 7 }]) {
      const { options, ignored } = readLocalConf(JSON.stringify({ settings }));
      expect(options).not.toHaveProperty('mappedPort');
      expect(ignored).toEqual(['settings.tertiaryPort']);
      checkNodeOptions(options);
    }
    expect(readLocalConf('{"settings":{"secondaryPort":9998,"allowSecondaryPort":false}}').ignored).toEqual([
      'settings.secondaryPort',
    ]);
  });

  it('with local addresses has the ports it names on each of them', () => {
    const settings = { bind: ['192.0.2.1'], primaryPort: 7, secondaryPort: 9998, tertiaryPort: 40001 };
    const conf = readLocalConf(JSON.stringify({ settings }));
    expect(conf).toEqual({
      options: {
        bind: [7, 9998, 40001].map((port) => ({ address: '192.0.2.1', port })),
        portMapping: true,
        mappedPort: 40001,
      },
      ignored: [],
    });
    checkNodeOptions(conf.options);
    const excluded = { bind: ['192.0.2.1'], interfacePrefixBlacklist: ['docker'], allowSecondaryPort: false };
    expect(readLocalConf(JSON.stringify({ settings: { ...excluded, secondaryPort: 9998 } }))).toEqual({
      options: { bind: [{ address: '192.0.2.1', port: 9993 }], portMapping: true },
      ignored: ['settings.secondaryPort', 'settings.interfacePrefixBlacklist'],
    });
  });

  it('names local addresses, refuses a second port and a relay', () => {
    expect(readLocalConf('{"settings":{"bind":["192.0.2.1","2001:db8::1"],"primaryPort":7}}').options).toEqual({
      bind: [
        { address: '192.0.2.1', port: 7 },
        { address: '2001:db8::1', port: 7 },
      ],
      portMapping: true,
    });
    expect(readLocalConf('{"settings":{"allowSecondaryPort":false}}').options.secondaryPort).toBe(false);
    const refused = '{"settings":{"allowTcpFallbackRelay":false,"tcpFallbackRelay":"203.0.113.1/443"}}';
    expect(readLocalConf(refused).options.tcpRelay).toBeUndefined();
    const allowed = '{"settings":{"tcpFallbackRelay":"203.0.113.1/443"}}';
    expect(readLocalConf(allowed).options.tcpRelay).toMatchObject({ mode: 'automatic' });
  });

  it.each([
    ['not json', /not JSON/],
    ['[]', /the file/],
    ['{"physical":{"10.0.0.0":{}}}', /prefix/],
    ['{"physical":{"10.0.0.0/8":{"blacklist":1}}}', /blacklist must be true or false/],
    ['{"physical":{"10.0.0.0/8":{"trustedPathId":-1}}}', /trustedPathId/],
    ['{"physical":{"10.0.0.0/8":{"trustedPathId":1e300}}}', /trustedPathId/],
    ['{"physical":{"10.0.0.0/8":{"mtu":"big"}}}', /mtu/],
    ['{"virtual":{"nobody":{}}}', /node address/],
    ['{"virtual":{"feedbeef12":{"try":"10.0.0.1/9993"}}}', /try must be an array/],
    ['{"virtual":{"feedbeef12":{"try":["10.0.0.1:9993"]}}}', /an endpoint such as/],
    ['{"virtual":{"feedbeef12":{"blacklist":["10.0.0.1"]}}}', /prefix/],
    ['{"settings":{"primaryPort":70000}}', /primaryPort/],
    ['{"settings":{"bind":["eth0"]}}', /bind/],
    ['{"settings":{"tcpFallbackRelay":"relay.example"}}', /tcpFallbackRelay/],
    ['{"settings":{"forceTcpRelay":true}}', /forceTcpRelay/],
    ['{"settings":{"lowBandwidthMode":"yes"}}', /lowBandwidthMode/],
  ])('%s is refused by name', (text, message) => {
    expect(() => readLocalConf(text)).toThrow(message);
    expect(() => readLocalConf(text)).toThrow(expect.objectContaining({ code: 'ERR_ZT_INVALID_ARGUMENT' }));
  });
});

describe('options of paths', () => {
  it.each([
    [{ physicalNetworks: [{ network: '10.0.0.0/8', mtu: 1000 }] }, /physicalNetworks\[0\]\.mtu/],
    [{ physicalNetworks: [{ network: '10.0.0.0/8', trustedPathId: 5 as never }] }, /trustedPathId/],
    [{ physicalNetworks: Array(33).fill({ network: '10.0.0.0/8' }) }, /at most 32/],
    [{ endpointHints: { feedbeef12: [{ address: '10.0.0.1', port: 0 }] } }, /endpointHints\.feedbeef12\[0\]\.port/],
    [{ endpointHints: { xyz: [] } }, /node address/],
    [{ peerBlacklists: { feedbeef12: ['10.0.0.1'] } }, /peerBlacklists\.feedbeef12\[0\]/],
    [{ lowBandwidth: 1 as never }, /lowBandwidth/],
  ])('%o are refused', (options, message) => {
    expect(() => checkNodeOptions(options)).toThrow(message);
  });
});
