import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNativeEngine } from '../../engine-native/src/index.js';
import { Lab } from '../../engine-native/test/lab.js';
import { ping, transfer } from '../../engine-native/test/traffic.js';
import { createWasmEngine } from '../src/index.js';

type Member = Awaited<ReturnType<Lab['member']>>;

describe('nodes of the wasm engine on loopback', () => {
  let lab: Lab;
  let a: Member;
  let b: Member;
  let native: Member;
  beforeAll(async () => {
    lab = await Lab.start(createWasmEngine());
    a = await lab.member();
    b = await lab.member();
    native = await lab.member(createNativeEngine());
  }, 120_000);
  afterAll(() => lab?.close());

  it('join a network and ping each other', async () => {
    expect(await ping(a.lab, b.ip, 1)).toBeLessThan(5_000);
  });

  it('carry 16 MiB over TCP between them', async () => {
    const rate = await transfer(a.lab, b.lab, b.ip, 5001, 16 << 20);
    console.log(`wasm to wasm: ${rate.toFixed(1)} MiB/s`);
  }, 60_000);

  it('carry 16 MiB to and from the native engine', async () => {
    const to = await transfer(a.lab, native.lab, native.ip, 5002, 16 << 20);
    const from = await transfer(native.lab, a.lab, a.ip, 5003, 16 << 20);
    console.log(`wasm to native: ${to.toFixed(1)} MiB/s, native to wasm: ${from.toFixed(1)} MiB/s`);
  }, 60_000);
});
