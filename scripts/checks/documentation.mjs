// Every package says what it is, and relative links in Markdown lead somewhere.
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectFiles, read, root } from './files.mjs';

export function documentation() {
  const problems = [];
  for (const manifest of projectFiles(/^(packages|apps)\/[^/]+\/package\.json$/)) {
    const readme = join(dirname(manifest), 'README.md');
    if (!existsSync(join(root, readme))) problems.push(`${readme} is missing`);
  }
  for (const file of projectFiles(/\.md$/)) {
    if (file.startsWith('packages/core/vectors/')) continue;
    for (const [, target] of read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      if (!existsSync(join(root, normalize(join(dirname(file), target)))))
        problems.push(`${file}: broken link ${target}`);
    }
  }
  return problems;
}
