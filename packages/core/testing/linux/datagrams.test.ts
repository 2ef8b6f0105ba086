import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabError } from './lab.ts';
import { inNamespace, requireKernel } from './namespaces.ts';
import { families, openStage, type Stage } from './stage.ts';

describe.runIf(requireKernel())('datagrams and ICMP with the kernel', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    for (const family of families) {
      await stage.ours.call('udp-bind', `u-${family}`, `${stage.address.ours[family]}/7001`);
      await stage.kernel.call('udp-bind', `u-${family}`, `${stage.address.kernel[family]}/7002`);
    }
  });
  afterAll(() => stage?.end());

  describe.each(families)('%s', (family) => {
    // 8 KiB are six fragments at MTU 1500.
    test.each([0, 1, 1400, 1472, 1473, 8192, 60000])('UDP of %i bytes there and back', async (size) => {
      const { ours, kernel, address } = stage;
      const socket = `u-${family}`;
      for (const [from, to, target, source] of [
        [ours, kernel, `${address.kernel[family]}/7002`, `${address.ours[family]}/7001`],
        [kernel, ours, `${address.ours[family]}/7001`, `${address.kernel[family]}/7002`],
      ] as const) {
        const received = to.call('udp-receive', socket, size);
        await from.call('udp-send', socket, target, size, size);
        expect(await received).toMatchObject({ bytes: String(size), from: source });
      }
    });

    test('a datagram to a port nobody has is an error at the sender', async () => {
      const { ours, address } = stage;
      const error = ours.call('udp-receive', `u-${family}`, 0);
      await ours.call('udp-send', `u-${family}`, `${address.kernel[family]}/9`, 10, 1);
      await expect(error).rejects.toMatchObject({ status: 'connection_refused' } satisfies Partial<LabError>);
    });

    // 20,000 bytes are fourteen fragments each way.
    test.each([0, 56, 1472, 1500, 20_000])('the kernel pings us with %i bytes', (size) => {
      const out = inNamespace(
        stage.ns,
        'ping',
        '-n',
        '-c',
        '3',
        '-i',
        '0.05',
        '-W',
        '2',
        '-s',
        String(size),
        stage.address.ours[family],
      );
      expect(out).toMatch(/3 received, 0% packet loss/);
    });

    test.each([0, 56, 1472, 1500, 20_000])('we ping the kernel with %i bytes', async (size) => {
      await stage.ours.call('ping', stage.address.kernel[family], size, 2000);
    });
  });
});
