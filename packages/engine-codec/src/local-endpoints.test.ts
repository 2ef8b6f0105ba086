import { describe, expect, it } from 'vitest';
import { localEndpoints } from './local-endpoints.js';

const interfaces = {
  lo: [{ address: '127.0.0.1', internal: true }],
  eth0: [
    { address: '192.168.1.5', internal: false },
    { address: '2001:db8::5', internal: false },
  ],
  ztabc123: [{ address: '10.147.17.9', internal: false }],
  tun0: [{ address: '10.8.0.2', internal: false }],
};

describe('local endpoints', () => {
  it('name every address of a family for a wildcard, but none of a tunnel or of loopback', () => {
    const bound = [
      { address: '0.0.0.0', port: 9993 },
      { address: '::', port: 9994 },
    ];
    expect(localEndpoints(bound, interfaces)).toEqual([
      { address: '192.168.1.5', port: 9993 },
      { address: '2001:db8::5', port: 9994 },
    ]);
  });

  it('keep what was bound by name, also loopback', () => {
    const bound = [{ address: '127.0.0.7', port: 1 }];
    expect(localEndpoints(bound, interfaces)).toEqual(bound);
  });

  it('are bounded', () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ address: `10.0.${i >> 8}.${i & 255}`, internal: false }));
    expect(localEndpoints([{ address: '0.0.0.0', port: 1 }], { eth0: many })).toHaveLength(64);
  });
});
