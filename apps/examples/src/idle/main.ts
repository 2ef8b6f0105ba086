/**
 * What an idle private network costs: a root, a controller and a joined member in one process, left alone. Linux only.
 *
 * node dist/idle/main.js native|wasm
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { privateNetwork } from '../private-network.js';

/** What joining starts has ended by then: address checks, group reports, compilation of warm code. */
const SETTLE_MS = 20_000;
const WATCH_SECONDS = 15;
const engine = process.argv[2] === 'wasm' ? 'wasm' : 'native';

/** How often any thread of this process went to sleep, and so was woken. */
function wakeUps(): number {
  const counts = readdirSync('/proc/self/task').map((thread) => {
    const status = readFileSync(`/proc/self/task/${thread}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

await using lab = await privateNetwork({ engine, members: 1 });
await sleep(SETTLE_MS);
const [before, cpu] = [wakeUps(), process.cpuUsage()];
await sleep(WATCH_SECONDS * 1000);
const wakeUpsPerSecond = (wakeUps() - before) / WATCH_SECONDS;
const { user, system } = process.cpuUsage(cpu);
const percentOfCore = (user + system) / (WATCH_SECONDS * 1e4);
console.log(JSON.stringify({ engine, nodes: 2 + lab.members.length, wakeUpsPerSecond, percentOfCore }));
