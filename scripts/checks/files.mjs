// The project's own files, as git knows them (tracked, or new and not ignored).
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export function projectFiles(pattern) {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((file) => pattern.test(file) && existsSync(join(root, file)));
}

export const read = (file) => readFileSync(join(root, file), 'utf8');

/** Lines with their 1-based numbers. */
export const numbered = (text) => text.split('\n').map((line, index) => ({ line, number: index + 1 }));
