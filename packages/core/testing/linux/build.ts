/** Vitest's global setup of the project `linux`: builds the harness, optimized, when this machine can run it. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { missingForKernelTests } from './namespaces.ts';

const root = join(import.meta.dirname, '../../../..');
const directory = join(root, 'build/linux');

export const labProgram = process.env.ZT_LINUX_LAB ?? join(directory, 'zt_linux_lab');

function run(command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed\n${stdout}\n${stderr}`);
}

export default function setup(): void {
  if (missingForKernelTests() !== undefined || process.env.ZT_LINUX_LAB !== undefined) return;
  const cached = spawnSync('which', ['ccache']).status === 0 ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
  run('cmake', '-S', 'packages/core', '-B', directory, '-DCMAKE_BUILD_TYPE=Release', ...cached);
  run('cmake', '--build', directory, '--target', 'zt_linux_lab', '--parallel', String(availableParallelism()));
}
