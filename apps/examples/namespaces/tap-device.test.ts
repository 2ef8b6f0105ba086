/** The TAP device of the example by itself: what happens when nobody reads, and when it goes away. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ip, makeNamespace, removeNamespaces, requireKernel } from '../../../packages/core/testing/linux/namespaces.ts';
import { TapDevice } from '../src/tap-bridge/tap-device.js';

const neighbour = '10.99.0.2';
/** ARP or anything else: the kernel counts it. */
const frame = Uint8Array.of(255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 2, 0x88, 0xb5, ...new Uint8Array(46));

interface LinkStats {
  stats64: { rx: { packets: number }; tx: { packets: number; dropped: number } };
}

describe.runIf(requireKernel())('the TAP device', () => {
  let tap: TapDevice | undefined;
  let ns = '';
  afterEach(async () => {
    // Its program is not ours to wait for when the test failed.
    const ended = tap?.close();
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000))]);
    tap = undefined;
    removeNamespaces();
  });

  async function open(): Promise<TapDevice> {
    ns = makeNamespace('tap');
    tap = await TapDevice.open({ name: 'zt0', netns: ns, mtu: 2800, addresses: ['10.99.0.1/24'] });
    return tap;
  }
  const stats = () => (JSON.parse(ip('-n', ns, '-j', '-s', 'link', 'show', 'zt0')) as LinkStats[])[0]?.stats64;

  /** The kernel sends until all that is between it and us is full. Nobody reads. */
  async function fill(): Promise<void> {
    ip('-n', ns, 'neigh', 'add', neighbour, 'lladdr', '02:00:00:00:00:02', 'dev', 'zt0');
    const send = `dd if=/dev/zero bs=1400 count=6000 status=none > /dev/udp/${neighbour}/9`;
    await promisify(execFile)('ip', ['netns', 'exec', ns, 'bash', '-c', send]);
    expect(stats()?.tx.dropped).toBeGreaterThan(0);
  }

  it('gives frames to the kernel while nobody takes those of the kernel', async () => {
    const device = await open();
    await fill();
    const before = stats()?.rx.packets ?? 0;
    await device.write(Array.from({ length: 500 }, () => frame));
    await vi.waitFor(() => expect(stats()?.rx.packets).toBe(before + 500), { timeout: 30_000 });
  });

  it('closes while nobody takes the frames of the kernel', async () => {
    const device = await open();
    await fill();
    const closing = device.close().then(() => 'closed');
    const timeout = new Promise((resolve) => setTimeout(resolve, 30_000, 'still open'));
    expect(await Promise.race([closing, timeout])).toBe('closed');
    expect(ip('-n', ns, 'link')).not.toContain('zt0');
  });

  it('loses nothing of what was read late', async () => {
    const device = await open();
    await fill();
    let whole = 0;
    for await (const frames of device.frames()) {
      // 1400 bytes of UDP payload in IPv4 and Ethernet; the records stayed aligned.
      whole += frames.filter(({ length }) => length === 1400 + 8 + 20 + 14).length;
      if (whole >= (stats()?.tx.packets ?? 0) - 10) break; // Other frames are the kernel's own.
    }
    expect(whole).toBeGreaterThan(500);
  });

  it('survives being down', async () => {
    const device = await open();
    ip('-n', ns, 'link', 'set', 'zt0', 'down');
    await device.write([frame]);
    ip('-n', ns, 'link', 'set', 'zt0', 'up');
    const before = stats()?.rx.packets ?? 0;
    await device.write([frame]);
    await vi.waitFor(() => expect(stats()?.rx.packets).toBe(before + 1), { timeout: 30_000 });
  });

  it('says that it was deleted, to the reader and to the writer', async () => {
    const device = await open();
    const reading = (async () => {
      for await (const _ of device.frames());
    })();
    reading.catch(() => undefined);
    ip('-n', ns, 'link', 'del', 'zt0');
    await expect(reading).rejects.toThrow(/^The TAP device zt0 is gone: .*exit code 1/);
    await expect(device.write([frame])).rejects.toThrow(/^The TAP device zt0 is gone/);
    await expect(device.groups()).rejects.toThrow(/^The TAP device zt0 is gone/);
  });

  it('ends the stream of frames in order when it is closed', async () => {
    const device = await open();
    const reading = (async () => {
      for await (const _ of device.frames());
      return 'end';
    })();
    await device.close();
    expect(await reading).toBe('end');
  });
});
