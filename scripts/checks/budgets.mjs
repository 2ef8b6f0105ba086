// Size budgets (models.md §7): a file has one subject, a function fits a screen. Only a failing check stops the drift.
import { numbered, projectFiles, read } from './files.mjs';

const MAX_LINE = 120;
const rules = [
  { files: /^packages\/core\/src\/wire\/verb\/.*\.(h|cc)$/, except: /_test\.cc$/, lines: 200, functionLines: 70 },
  { files: /^packages\/.*_test\.cc$/, lines: 1000, functionLines: 200 },
  { files: /^packages\/.*\.(h|cc)$/, except: /_test\.cc$|\/generated\//, lines: 500, functionLines: 70 },
  { files: /^packages\/engine-conformance\/.*\.ts$/, lines: 400, functionLines: 200 },
  { files: /^(packages|apps)\/.*\.ts$/, except: /\.test\.ts$|\/generated\/|\/test\//, lines: 400, functionLines: 50 },
  { files: /^scripts\/.*\.mjs$/, lines: 400, functionLines: 50 },
];
const vague = /(^|\/)(utils?|helpers?|common|misc|manager)\.(h|cc|ts|mjs)$/;
// A template, a pattern or a test's sentence cannot be broken without harm.
const unbreakable = /`.*`|=\s*\/|^\s+\/.*\/[a-z]*,?;?$|^\s*(?:test|it)\(/;
const leftover = /\b(TODO|FIXME|XXX|HACK)\b/;

// C++: a block opened at a depth where every enclosing block is a namespace, class or struct, after a parameter list.
function cppFunctions(text) {
  const stack = [];
  const found = [];
  let header = '';
  for (const { line, number } of numbered(text)) {
    const code = line
      .replace(/\/\/.*$/, '')
      .replace(/"(?:[^"\\]|\\.)*"/g, '""')
      .replace(/'(?:[^'\\]|\\.)'/g, "''");
    for (const c of code) {
      if (c === '{') {
        const outer = stack.every((b) => b.kind === 'scope');
        const scope = outer && /\b(namespace|class|struct|enum|union|extern)\b[^()]*$/.test(header);
        stack.push({ kind: scope ? 'scope' : outer && /\)[^;]*$/.test(header) ? 'function' : 'block', number });
        header = '';
      } else if (c === '}') {
        const block = stack.pop();
        if (block?.kind === 'function') found.push({ number: block.number, lines: number - block.number + 1 });
        header = '';
      } else if (c === ';') header = '';
      else header += c;
    }
    header += ' ';
  }
  return found;
}

// TypeScript: functions and methods by indentation: the line that opens one and the line that closes it at its column.
function tsFunctions(text) {
  const open =
    /^(\s*)(?:export )?(?:default )?(?:public |private |protected |static |override |async |get |set |readonly )*(?:function\b.*|(?:constructor|[#\w$[\].]+)\s*(?:<[^>]*>)?\([^;]*\)[^;=]*|(?:const|let) \w+ = (?:async )?\([^;]*\)[^;]*=>\s*)\{$/;
  const control = /^\s*(?:\} )?(?:if|for|while|switch|catch|else|do|try|return|describe|it|test)\b/;
  const lines = text.split('\n');
  const found = [];
  lines.forEach((line, index) => {
    const indent = open.exec(line)?.[1];
    if (indent === undefined || control.test(line)) return;
    const end = lines.findIndex((other, at) => at > index && other.startsWith(`${indent}}`));
    if (end > index) found.push({ number: index + 1, lines: end - index + 1 });
  });
  return found;
}

function checkFile(file, rule) {
  const text = read(file);
  const problems = [];
  const count = text.split('\n').length - 1;
  if (count > rule.lines) problems.push(`${file}: ${count} lines, the budget is ${rule.lines}: split it by subject`);
  for (const { number, lines } of (file.endsWith('.ts') || file.endsWith('.mjs') ? tsFunctions : cppFunctions)(text)) {
    if (lines > rule.functionLines)
      problems.push(`${file}:${number} a function of ${lines} lines, the budget is ${rule.functionLines}`);
  }
  for (const { line, number } of numbered(text)) {
    if (line.length > MAX_LINE && !unbreakable.test(line) && !/https?:|["'`][0-9a-f]{64,}/.test(line))
      problems.push(`${file}:${number} ${line.length} columns`);
    if (leftover.test(line) && !file.endsWith('budgets.mjs'))
      problems.push(`${file}:${number} a left-over marker: do it or open an issue`);
  }
  return problems;
}

export function budgets() {
  const problems = [];
  for (const file of projectFiles(/\.(h|cc|ts|mjs)$/)) {
    if (vague.test(file)) problems.push(`${file}: name the thing it holds`);
    const rule = rules.find((r) => r.files.test(file) && !r.except?.test(file));
    if (rule) problems.push(...checkFile(file, rule));
  }
  return problems;
}
