import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNativeEngine } from '../src/index.js';
import { Lab } from './lab.js';
import { ping, transfer } from './traffic.js';

describe('nodes of the native engine on loopback', () => {
  const engine = createNativeEngine();
  let lab: Lab;
  let a: Awaited<ReturnType<Lab['member']>>;
  let b: Awaited<ReturnType<Lab['member']>>;
  beforeAll(async () => {
    lab = await Lab.start(engine);
    a = await lab.member();
    b = await lab.member();
  });
  afterAll(() => lab?.close());

  it('join a network and ping each other', async () => {
    expect(await ping(a.lab, b.ip, 1)).toBeLessThan(5_000);
  });

  it('carry 16 MiB over TCP without a wrong byte', async () => {
    const rate = await transfer(a.lab, b.lab, b.ip, 5001, 16 << 20);
    console.log(`native to native, cold: ${rate.toFixed(1)} MiB/s`);
    const warm = await transfer(a.lab, b.lab, b.ip, 5002, 64 << 20);
    console.log(`native to native, warm: ${warm.toFixed(1)} MiB/s`);
    expect(rate).toBeGreaterThan(1);
  });
});
