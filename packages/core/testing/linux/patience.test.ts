import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inNamespace, ip, requireKernel } from './namespaces.ts';
import { directions, families, join, leave, openStage, type Stage } from './stage.ts';

const MIB = 1 << 20;

describe.runIf(requireKernel())('loss, silence and a path that changes, with the kernel', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ 'delay-us': 2000 });
  });
  afterAll(() => stage?.end());

  describe.each(families)('%s', (family) => {
    describe.each(directions)('%s', (direction) => {
      test('SACK recovers two percent of loss in both directions without timeouts alone', async () => {
        const joined = await join(stage, direction, family);
        const { client, server } = joined;
        await stage.ours.call('impair', 'loss=0.02');
        await Promise.all([client.call('write', 'c', 4 * MIB, 1), server.call('read', 's', 4 * MIB, 1)]);
        await Promise.all([server.call('write', 's', 4 * MIB, 2), client.call('read', 'c', 4 * MIB, 2)]);
        await stage.ours.call('impair', 'loss=0');
        const ours = await stage.ours.call('info', direction === 'we connect' ? 'c' : 's');
        const kernel = await stage.kernel.call('info', direction === 'we connect' ? 's' : 'c');
        expect([ours.sack, kernel.sack, ours.timestamps, kernel.timestamps]).toEqual(['1', '1', '1', '1']);
        expect(Number(ours['fast-recoveries'])).toBeGreaterThan(5);
        expect(Number(ours['segments-retransmitted'])).toBeGreaterThan(20);
        // Retransmits what was lost, not what follows it: 2 % of 2900 segments, twice that at most.
        expect(Number(ours['segments-retransmitted'])).toBeLessThan(150);
        expect(Number(kernel['segments-retransmitted'])).toBeGreaterThan(20);
        expect(Number(kernel['segments-retransmitted'])).toBeLessThan(150);
        await leave(joined);
      });

      test('our keepalive notices that the kernel is gone', async () => {
        const joined = await join(stage, direction, family);
        const name = direction === 'we connect' ? 'c' : 's';
        for (const [option, value] of Object.entries({ keepidle: 300, keepintvl: 200, keepcnt: 3 })) {
          await stage.ours.call('option', name, `tcp_${option}`, value);
        }
        await stage.ours.call('option', name, 'so_keepalive', 1);
        await sleep(1500); // answered probes: it stays
        expect((await stage.ours.call('info', name)).state).toBe('4');
        const gone = stage.ours.call('wait-closed', name);
        const since = performance.now();
        await stage.ours.call('impair', 'deaf=1');
        expect((await gone).status).toBe('timed_out');
        expect(performance.now() - since).toBeLessThan(3000);
        await stage.ours.call('impair', 'deaf=0');
        await leave(joined);
      });

      test("we answer the kernel's keepalive probes", async () => {
        const joined = await join(stage, direction, family);
        const name = direction === 'we connect' ? 's' : 'c';
        for (const [option, value] of Object.entries({ keepidle: 1000, keepintvl: 1000, keepcnt: 1 })) {
          await stage.kernel.call('option', name, `tcp_${option}`, value);
        }
        await stage.kernel.call('option', name, 'so_keepalive', 1);
        const before = await stage.kernel.call('info', name);
        await sleep(3500);
        const after = await stage.kernel.call('info', name);
        expect(Number(after['segments-sent'])).toBeGreaterThan(Number(before['segments-sent']) + 1);
        const [client, server] = [joined.client, joined.server];
        await Promise.all([client.call('write', 'c', 1000, 5), server.call('read', 's', 1000, 5)]);
        await leave(joined);
      });
    });

    test('the path MTU falls behind a router: ICMP tells us, the connection goes on', async () => {
      const host = family === 'v4' ? '10.9.0.1' : 'fd09::1';
      const bits = family === 'v4' ? 32 : 128;
      const far = `${stage.ns}-far`;
      ip('netns', 'add', far);
      try {
        behindRouter(stage.ns, far, family, host, bits);
        await stage.ours.call('route', `${host}/${bits}`, stage.address.kernel[family]);
        const { Lab } = await import('./lab.ts');
        const beyond = Lab.sockets(far);
        await beyond.call('listen', 'l', `${host}/7000`, 1);
        const accepted = beyond.call('accept', 'l', 's');
        await Promise.all([accepted, stage.ours.call('connect', 'm', `${host}/7000`)]);
        await Promise.all([stage.ours.call('write', 'm', MIB, 1), beyond.call('read', 's', MIB, 1)]);
        expect((await stage.ours.call('info', 'm'))['path-mtu']).toBe('1500');
        ip('-n', stage.ns, 'link', 'set', 'toward', 'mtu', '1300');
        await Promise.all([stage.ours.call('write', 'm', 4 * MIB, 1), beyond.call('read', 's', 4 * MIB, 1)]);
        expect((await stage.ours.call('info', 'm'))['path-mtu']).toBe('1300');
        await stage.ours.call('close', 'm');
        await beyond.stop();
      } finally {
        ip('netns', 'del', far);
      }
    });
  });
});

/** A namespace behind the stage's, which forwards: kernel - veth - far. */
function behindRouter(router: string, far: string, family: string, host: string, bits: number): void {
  const v6 = family === 'v6' ? ['-6'] : [];
  const [near, end, net] =
    family === 'v4' ? ['10.8.0.1/24', '10.8.0.2/24', '10.1.0.0/24'] : ['fd08::1/64', 'fd08::2/64', 'fd01::/64'];
  const via = (address: string) => address.slice(0, address.indexOf('/'));
  ip('-n', router, 'link', 'add', 'toward', 'type', 'veth', 'peer', 'name', 'back', 'netns', far);
  inNamespace(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
  inNamespace(far, 'sysctl', '-qw', 'net.ipv6.conf.all.accept_dad=0');
  const nodad = family === 'v6' ? ['nodad'] : [];
  ip('-n', router, 'address', 'add', near, 'dev', 'toward', ...nodad);
  ip('-n', router, 'link', 'set', 'toward', 'up');
  ip('-n', far, 'link', 'set', 'lo', 'up');
  ip('-n', far, 'address', 'add', end, 'dev', 'back', ...nodad);
  ip('-n', far, 'link', 'set', 'back', 'up');
  ip('-n', far, 'address', 'add', `${host}/${bits}`, 'dev', 'lo', ...nodad);
  ip('-n', far, ...v6, 'route', 'add', net, 'via', via(near));
  ip('-n', router, ...v6, 'route', 'add', `${host}/${bits}`, 'via', via(end));
}
