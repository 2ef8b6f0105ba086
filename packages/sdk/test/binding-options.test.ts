import { describe, expect, it } from 'vitest';
import { type BindingOptions, checkBindingOptions, chooseBinding } from '../src/binding-options.js';

describe('where the sockets are', () => {
  it.each([
    ['no option', {}, { primaryPort: 0, secondaryPort: 0, exclude: [] }],
    [
      'interfaces to leave out',
      { interfaces: { exclude: ['docker*', 'eth1'] } },
      { primaryPort: 0, secondaryPort: 0, exclude: ['docker*', 'eth1'] },
    ],
    ['a port on each interface', { port: 9993, interfaces: {} }, { primaryPort: 9993, secondaryPort: 0, exclude: [] }],
    ['no second port', { secondaryPort: false }, { primaryPort: 0, exclude: [] }],
    ['two fixed ports', { port: 1, secondaryPort: 2 }, { primaryPort: 1, secondaryPort: 2, exclude: [] }],
    [
      'a port to map',
      { port: 1, portMapping: true, mappedPort: 3 },
      { primaryPort: 1, secondaryPort: 0, tertiaryPort: 3, exclude: [] },
    ],
    ['fixed endpoints', { bind: [{ address: '::1', port: 7 }] }, [{ address: '::1', port: 7 }]],
  ] as [string, BindingOptions, unknown][])('is decided by %s', async (_, options, expected) => {
    checkBindingOptions(options);
    expect(await chooseBinding(options)).toEqual(expected);
  });

  it('is every address for a port alone', async () => {
    const [first] = (await chooseBinding({ port: 5 })) as { address: string; port: number }[];
    expect(first).toEqual({ address: '0.0.0.0', port: 5 });
  });

  it.each([
    [{ secondaryPort: 70_000 }, /"secondaryPort" must be an integer/],
    [{ port: 4, secondaryPort: 4 }, /another port/],
    [{ mappedPort: 4 }, /needs "portMapping"/],
    [{ mappedPort: 0, portMapping: true }, /"mappedPort" must be an integer/],
    [{ port: 4, mappedPort: 4, portMapping: true }, /another port than "port"/],
    [{ port: 4, secondaryPort: 5, mappedPort: 5, portMapping: true }, /another port than "port" and "secondaryPort"/],
    [{ bind: [{ address: '::1', port: 7 }], mappedPort: 8, portMapping: true }, /one of "bind"/],
    [{ interfaces: true }, /"interfaces" must be an object/],
    [{ interfaces: { exclude: 'eth0' } }, /"interfaces.exclude" must be an array/],
    [{ interfaces: { exclude: ['a*b'] } }, /"interfaces.exclude\[0\]"/],
    [{ bind: [{ address: '::1', port: 7 }], interfaces: {} }, /without "interfaces"/],
    [{ bind: Array.from({ length: 129 }, () => ({ address: '::1', port: 0 })) }, /array of 1..128 endpoints/],
  ])('is refused for %j', (options, message) => {
    expect(() => checkBindingOptions(options as BindingOptions)).toThrow(message);
  });
});
