// Committed generated files must be what the table generates.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './files.mjs';

export function generatedEnums() {
  const result = spawnSync('node', [join(root, 'scripts/gen-enums.mjs'), '--check'], { encoding: 'utf8' });
  return result.status === 0 ? [] : result.stderr.trim().split('\n');
}
