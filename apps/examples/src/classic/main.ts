/**
 * The classic example: start a node, wait for NODE_ONLINE, join a network, wait until it is
 * ready, connect, write, close.
 *
 * node dist/classic/main.js --planet FILE --network ID --to ADDRESS --port PORT [--state DIR] [--loopback]
 */
import { readFile } from 'node:fs/promises';
import { createNode, fileStore, memoryStore } from '@ztkit/sdk';
import { Command } from 'commander';

interface Arguments {
  planet: string;
  network: string;
  to: string;
  port: string;
  state?: string;
  loopback?: boolean;
}

const program = new Command('classic')
  .description('Starts a node, joins a network, connects over TCP, writes a line, prints the answer.')
  .requiredOption('--planet <file>', 'planet file of your roots')
  .requiredOption('--network <id>', 'network to join, 16 hex digits')
  .requiredOption('--to <address>', 'address to connect to')
  .requiredOption('--port <port>', 'TCP port to connect to')
  .option('--state <dir>', 'keep the identity here (default: in memory, a new address on every run)')
  .option('--loopback', 'the roots are on this machine');
const args = program.parse().opts<Arguments>();

await using node = await createNode({
  planet: await readFile(args.planet),
  store: args.state === undefined ? memoryStore() : fileStore(args.state),
  allowLoopbackPaths: args.loopback === true,
});
node.on('event', (event) => console.log(event.type));

await node.whenOnline({ signal: AbortSignal.timeout(30_000) });
console.log(`node ${node.address} is online`);

const network = node.join(args.network);
await network.ready({ signal: AbortSignal.timeout(30_000), waitForAuthorization: true });
console.log(`network ${network.id} is ready: ${network.addresses.map((a) => a.address).join(', ')}`);

const connection = await network.connect({ address: args.to, port: Number(args.port) });
const writer = connection.writable.getWriter();
await writer.write(new TextEncoder().encode('welcome to the machine\n'));
await writer.close();
for await (const chunk of connection.readable) process.stdout.write(chunk);
await connection.closed;
