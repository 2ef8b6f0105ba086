import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UdpTransport } from '../src/transport/udp-transport.js';

// Loopback only.
const exclude = Object.keys(networkInterfaces()).filter((name) => !name.startsWith('lo'));
const rule = { exclude, loopback: true, blacklist: ['::1/128'] };
const portsOf = (transport: UdpTransport): number[] => transport.sockets.map(({ local }) => local.port);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('has one socket for each address and port, drawn from the ranges of §3.10', async () => {
  const transport = await UdpTransport.bind({ primaryPort: 0, secondaryPort: 0, tertiaryPort: 0, ...rule });
  expect(transport.sockets.map(({ number }) => number)).toEqual([0, 1, 2]);
  expect(new Set(portsOf(transport)).size).toBe(3);
  expect(portsOf(transport).every((port) => port >= 20_000)).toBe(true);
  expect(transport.announced).toEqual(transport.sockets.map(({ local }) => local));
  await transport.close();
});

it('refuses a port in use, but goes on without one for a gateway', async () => {
  const other = await UdpTransport.bind([{ address: '127.0.0.1', port: 0 }]);
  const [taken = 0] = portsOf(other);
  await expect(UdpTransport.bind({ primaryPort: taken, ...rule })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const transport = await UdpTransport.bind({ primaryPort: 0, tertiaryPort: taken, ...rule });
  expect(transport.sockets).toHaveLength(1);
  await transport.close();
  await other.close();
});

it('draws another secondary port after two minutes offline, not while online, under a number never used', async () => {
  const transport = await UdpTransport.bind({ primaryPort: 0, secondaryPort: 0, ...rule });
  const [primary, secondary] = portsOf(transport);
  const changes = vi.fn();
  transport.onChange = changes;
  transport.online = true;
  await pass(240_000);
  expect(portsOf(transport)).toEqual([primary, secondary]);
  expect(changes).not.toHaveBeenCalled();
  transport.online = false;
  await pass(180_000);
  await vi.waitFor(() => expect(changes).toHaveBeenCalledTimes(1));
  expect(portsOf(transport)[0]).toBe(primary);
  expect(portsOf(transport)[1]).not.toBe(secondary);
  expect(transport.sockets.map(({ number }) => number)).toEqual([0, 2]);
  await transport.close();
});

it('draws another one when the machine slept', async () => {
  const transport = await UdpTransport.bind({ primaryPort: 0, secondaryPort: 0, ...rule });
  const secondary = portsOf(transport)[1];
  transport.online = true;
  const changed = new Promise<void>((resolve) => {
    transport.onChange = resolve;
  });
  vi.setSystemTime(Date.now() + 60_000); // the clock goes on, timers do not
  await pass(30_000);
  await changed;
  expect(portsOf(transport)[1]).not.toBe(secondary);
  await transport.close();
});

it('looks at the addresses again and can be closed although the one it told of a change failed', async () => {
  const transport = await UdpTransport.bind({ primaryPort: 0, secondaryPort: 0, ...rule });
  const faults: unknown[] = [];
  transport.onFault = (error) => faults.push(error);
  let told = 0;
  transport.onChange = () => {
    told++;
    throw new Error('the core does not take it');
  };
  for (let sleep = 1; sleep <= 2; sleep++) {
    vi.setSystemTime(Date.now() + 60_000);
    await pass(30_000);
    await vi.waitFor(() => expect(told).toBe(sleep));
  }
  await transport.close();
  expect(faults).toMatchObject([{ message: 'the core does not take it' }, { message: 'the core does not take it' }]);
});

/** Lets timers come due one after the other, with the socket's own work between them. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    vi.advanceTimersByTime(10_000);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}
