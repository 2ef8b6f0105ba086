/** Throughput over one TCP connection inside one process, as ratios to what the kernel gives the same program. */
import { once } from 'node:events';
import nodeNet from 'node:net';
import { createNet, type Net } from '@ztkit/net-compat';
import { privateNetwork } from '../private-network.js';

const BLOCK = Buffer.alloc(256 * 1024, 'ztkit');
const ROUNDS = 3;

/** MiB/s of the best of {@link ROUNDS} transfers, both ends in this process. */
async function throughput(server: Net, client: Net, host: string, sizeMib: number): Promise<number> {
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

/** Prints one line for the kernel and one per engine. */
export async function transportTable(sizeMib: number): Promise<void> {
  const kernel = await throughput(nodeNet as unknown as Net, nodeNet as unknown as Net, '127.0.0.1', sizeMib);
  console.log(
    `| path | MiB/s | of kernel TCP |\n| --- | ---: | ---: |\n| node:net over kernel loopback | ${kernel.toFixed(0)} | 1.00 |`,
  );
  for (const engine of ['native', 'wasm'] as const) {
    await using lab = await privateNetwork({ engine, members: 2 });
    const [a, b] = lab.members;
    if (a === undefined || b === undefined) throw new Error('two members were asked for');
    const rate = await throughput(createNet(b.network), createNet(a.network), b.ipv4, sizeMib);
    console.log(`| ${engine} engine, encrypted, two nodes | ${rate.toFixed(0)} | ${(rate / kernel).toFixed(3)} |`);
  }
}
