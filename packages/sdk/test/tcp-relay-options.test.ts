import { afterEach, describe, expect, it } from 'vitest';
import type { Node, NodeOptions } from '../src/index.js';
import { lab } from './lab.js';

const server = { address: '203.0.113.1', port: 443 };
const opened: Node[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

async function start(tcpRelay: unknown): Promise<void> {
  opened.push(await lab().start({ tcpRelay } as NodeOptions));
}

describe('the option tcpRelay', () => {
  it.each([
    [undefined],
    [{ server }],
    [{ server: { address: '2001:db8::1', port: 1 } }],
    [{ server, mode: 'automatic', engageAfterMs: 1_000 }],
    [{ server, mode: 'forced' }],
    [{ server, mode: 'off', engageAfterMs: 3_600_000 }],
  ])('may be %j', async (tcpRelay) => {
    await start(tcpRelay);
  });

  it.each([
    [null, /"tcpRelay" must be an object/],
    [[server], /"tcpRelay/],
    ['203.0.113.1:443', /"tcpRelay" must be an object/],
    [{}, /"tcpRelay.server/],
    [{ server: '203.0.113.1' }, /"tcpRelay.server/],
    [{ server: { address: 'relay.example', port: 443 } }, /"tcpRelay.server/],
    [{ server: { address: '203.0.113.1', port: 0 } }, /"tcpRelay.server/],
    [{ server: { address: '203.0.113.1', port: 65_536 } }, /"tcpRelay.server/],
    [{ server, mode: 'sometimes' }, /"tcpRelay.mode" must be automatic, forced or off/],
    [{ server, mode: null }, /"tcpRelay.mode"/],
    [{ server, engageAfterMs: 999 }, /"tcpRelay.engageAfterMs"/],
    [{ server, engageAfterMs: 3_600_001 }, /"tcpRelay.engageAfterMs"/],
    [{ server, engageAfterMs: 1_500.5 }, /"tcpRelay.engageAfterMs"/],
    [{ server, engageAfterMs: '5000' }, /"tcpRelay.engageAfterMs"/],
  ])('is refused as %j', async (tcpRelay, message) => {
    await expect(start(tcpRelay)).rejects.toMatchObject({
      code: 'ERR_ZT_INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });
});
