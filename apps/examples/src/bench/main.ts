/**
 * Throughput over one TCP connection inside one process, as ratios to what the kernel gives the same program.
 *
 * node dist/bench/main.js [--size MIB]
 */
import { once } from 'node:events';
import nodeNet from 'node:net';
import { createNet, type Net } from '@ztkit/net-compat';
import { privateNetwork } from '../private-network.js';

const sizeIndex = process.argv.indexOf('--size');
const sizeMib = sizeIndex === -1 ? 128 : Number(process.argv[sizeIndex + 1]);
if (!Number.isInteger(sizeMib) || sizeMib < 1 || sizeMib > 4096) throw new Error('--size takes 1 to 4096 (MiB)');
const BLOCK = Buffer.alloc(256 * 1024, 'ztkit');
const ROUNDS = 3;

/** MiB/s of the best of {@link ROUNDS} transfers, both ends in this process. */
async function throughput(server: Net, client: Net, host: string): Promise<number> {
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const listener = server.createServer((socket) => socket.resume());
    listener.listen(0, host);
    await once(listener, 'listening');
    const socket = client.connect(listener.address()?.port, host);
    await once(socket, 'connect');
    const started = performance.now();
    for (let sent = 0; sent < sizeMib << 20; sent += BLOCK.length) {
      if (!socket.write(BLOCK)) await once(socket, 'drain');
    }
    socket.end();
    socket.resume();
    await once(socket, 'close');
    best = Math.max(best, sizeMib / ((performance.now() - started) / 1000));
    await new Promise<void>((resolve) => listener.close(() => resolve()));
  }
  return best;
}

const kernel = await throughput(nodeNet as unknown as Net, nodeNet as unknown as Net, '127.0.0.1');
console.log(
  `| path | MiB/s | of kernel TCP |\n| --- | ---: | ---: |\n| node:net over kernel loopback | ${kernel.toFixed(0)} | 1.00 |`,
);
for (const engine of ['native', 'wasm'] as const) {
  await using lab = await privateNetwork({ engine, members: 2 });
  const [a, b] = lab.members;
  if (a === undefined || b === undefined) throw new Error('two members were asked for');
  const rate = await throughput(createNet(b.network), createNet(a.network), b.ipv4);
  console.log(`| ${engine} engine, encrypted, two nodes | ${rate.toFixed(0)} | ${(rate / kernel).toFixed(3)} |`);
}
