/**
 * Joins a kernel interface (a TAP device, Linux) to a virtual network with `network.frames()`.
 *
 * sudo node dist/tap-bridge/main.js --planet FILE --network ID --tap zt0 [--netns NS] [--bridge [--master br0]]
 *
 * Without `--bridge` the device gets the node's MAC and addresses: this machine is a member. With it the device keeps a MAC
 * of its own and what is behind it (a Linux bridge, containers) is on the virtual network too; the network's controller
 * must have made the node an active bridge.
 */
import { readFile } from 'node:fs/promises';
import { createNode, type FramePort, fileStore, memoryStore, type Network } from '@ztkit/sdk';
import { Command, Option } from 'commander';
import { TapDevice, whyNoTap } from './tap-device.js';

interface Arguments {
  planet: string;
  network: string;
  tap: string;
  netns?: string;
  master?: string;
  address: string[];
  bridge?: boolean;
  state?: string;
  engine: 'native' | 'wasm';
  loopback?: boolean;
}

/** How often the kernel's multicast groups are looked at, as a port does (vl2.md §17). */
const groupScanMs = 5000;

function fail(message: string): never {
  console.error(`tap-bridge: ${message}`);
  process.exit(1);
}

/** Frames of the network to the kernel. While the kernel is slow the port's queue fills, then drops. */
async function toKernel(port: FramePort, tap: TapDevice): Promise<void> {
  for await (const frames of port) await tap.write(frames);
}

/** Frames of the kernel to the network, no faster than they leave. */
async function toNetwork(tap: TapDevice, port: FramePort): Promise<void> {
  for await (let frames of tap.frames()) {
    for (;;) {
      frames = frames.slice(port.send(frames));
      if (frames.length === 0) break;
      await port.writable();
    }
  }
}

/** Subscribes to what the kernel wants to hear. An active bridge hears every group anyway (vl2.md §12.5). */
async function followGroups(tap: TapDevice, port: FramePort): Promise<void> {
  const known = new Set<string>();
  while (!port.closed) {
    const now = await tap.groups();
    for (const mac of now) if (!known.has(mac)) port.subscribe(mac);
    for (const mac of known) if (!now.has(mac)) port.unsubscribe(mac);
    known.clear();
    for (const mac of now) known.add(mac);
    await new Promise((resolve) => setTimeout(resolve, groupScanMs).unref());
  }
}

async function openTap(network: Network, args: Arguments): Promise<TapDevice> {
  const mtu = network.mtu ?? 2800;
  const { tap: name, netns, master, address } = args;
  const where = { name, mtu, ...(netns === undefined ? {} : { netns }), ...(master === undefined ? {} : { master }) };
  if (args.bridge === true) return TapDevice.open({ ...where, addresses: address });
  const own = network.addresses.map(({ address: ip, bits }) => `${ip}/${bits}`);
  return TapDevice.open({ ...where, mac: network.mac, addresses: [...own, ...address] });
}

const args = new Command('tap-bridge')
  .description('Joins a TAP device of the kernel to a virtual network.')
  .requiredOption('--planet <file>', 'planet file of your roots')
  .requiredOption('--network <id>', 'network to join, 16 hex digits')
  .requiredOption('--tap <name>', 'the device to make, such as zt0')
  .option('--netns <name>', 'make it in this network namespace (ip netns)')
  .option('--bridge', 'what is behind the device joins too; needs an active bridge of the network')
  .option('--master <name>', 'put the device into this Linux bridge')
  .option('--address <ip/bits...>', 'further addresses for the device', [])
  .option('--state <dir>', 'keep the identity here (default: in memory, a new address on every run)')
  .addOption(new Option('--engine <name>').choices(['native', 'wasm']).default('native'))
  .option('--loopback', 'the roots are on this machine')
  .parse()
  .opts<Arguments>();

const missing = whyNoTap();
if (missing !== undefined) fail(missing);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

try {
  await using node = await createNode({
    engine: args.engine,
    planet: await readFile(args.planet),
    store: args.state === undefined ? memoryStore() : fileStore(args.state),
    allowLoopbackPaths: args.loopback === true,
  });
  console.log(`node ${node.address}`);
  const network = node.join(args.network);
  await network.ready({ signal: stop.signal, waitForAuthorization: true, requireAddress: args.bridge !== true });
  if (args.bridge === true && network.info.config?.bridge !== true) {
    fail(`${node.address} is no active bridge of ${network.id}: let its controller set activeBridge for the member`);
  }
  const tap = await openTap(network, args);
  const port = network.frames({ stack: 'none', signal: stop.signal });
  console.log(`${args.tap} is on network ${network.id} (MAC ${network.mac})`);
  const pumps = [toKernel(port, tap), toNetwork(tap, port), followGroups(tap, port)];
  for (const pump of pumps) pump.catch(() => undefined); // The first that ends counts; the others end because it did.
  await Promise.race(pumps).catch((error: Error) => {
    if (!stop.signal.aborted) throw error;
  });
  port.close();
  await tap.close();
  console.log(JSON.stringify(port.counters()));
} catch (error) {
  if (!stop.signal.aborted) fail(error instanceof Error ? error.message : String(error));
}
