/** Real nodes of the native engine in this process, all members of one network, left alone: CPU and memory of each. */

import { setTimeout as sleep } from 'node:timers/promises';
import { createController } from '@ztkit/controller';
import { createNode, createPrivateWorld, generateIdentity, publicIdentity } from '@ztkit/sdk';

const LOOPBACK = '127.0.0.1';
/** What joining starts has ended by then: address checks, group reports. */
export const SETTLE_SECONDS = 30;
const WATCH_MS = 30_000;
const READY_MS = 60_000;
/** Nodes that make their identities and join at the same time. */
const AT_ONCE = 4;

const engine = 'native';

async function startNetwork() {
  const identity = await generateIdentity({ engine });
  const endpoints = [{ address: LOOPBACK, port: 20_000 + Math.floor(Math.random() * 20_000) }];
  const planet = await createPrivateWorld({ roots: [{ identity: publicIdentity(identity), endpoints }] }, { engine });
  const common = { engine, planet, allowLoopbackPaths: true } as const;
  const root = await createNode({ ...common, identity, bind: endpoints });
  const authority = await createNode({ ...common, bind: [{ address: LOOPBACK, port: 0 }] });
  const controller = await createController({ node: authority });
  const network = await controller.createNetwork({
    name: 'crowd',
    private: true,
    v4AssignMode: { zt: true },
    ipAssignmentPools: [{ ipRangeStart: '10.77.0.1', ipRangeEnd: '10.77.255.254' }],
    routes: [{ target: '10.77.0.0/16', via: null }],
  });
  const join = async () => {
    const node = await createNode({ ...common, bind: [{ address: LOOPBACK, port: 0 }] });
    await controller.authorize(network.id, node.address);
    await node.join(network.id).ready({ signal: AbortSignal.timeout(READY_MS) });
    return node;
  };
  const close = async () => {
    await controller.close();
    await authority.close();
    await root.close();
  };
  return { join, close };
}

/**
 * Prints one line. Half a minute after joining peers still count as active, for 500 s (vl1.md §7.1): this is more than
 * an idle node costs in the long run (docs/idle-cost.md).
 */
export async function joinedNodesTable(count: number, settleSeconds = SETTLE_SECONDS): Promise<void> {
  const lab = await startNetwork();
  const before = process.memoryUsage().rss;
  const nodes: Awaited<ReturnType<typeof lab.join>>[] = [];
  while (nodes.length < count) {
    const wanted = Math.min(AT_ONCE, count - nodes.length);
    nodes.push(...(await Promise.all(Array.from({ length: wanted }, lab.join))));
  }
  await sleep(settleSeconds * 1_000);
  const rss = (process.memoryUsage().rss - before) / count / 1024;
  const start = process.cpuUsage();
  await sleep(WATCH_MS);
  const { user, system } = process.cpuUsage(start);
  const percent = (user + system) / (WATCH_MS * 10);
  console.log('| real nodes, native engine | s after joining | % of a core, all | resident each (KiB) |');
  console.log('| ---: | ---: | ---: | ---: |');
  const nodesText = `${count} (and a root and a controller)`;
  console.log(`| ${nodesText} | ${settleSeconds} | ${percent.toFixed(2)} | ${rss.toFixed(0)} |`);
  for (const node of nodes) await node.close();
  await lab.close();
}
