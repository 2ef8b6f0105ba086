// Copies what cmake-js built to where it is loaded from: the addon by platform, the test-only probe beside it.
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = join(root, 'build', 'Release');

function stage(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  // Under another name first: a process that has the old file mapped keeps it, instead of crashing in the middle.
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
  console.log(`staged ${to}`);
}

stage(join(built, 'zt.node'), join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'zt.node'));
stage(join(built, 'zt_probe.node'), join(root, 'prebuilds', 'test', 'zt_probe.node'));
