// The core is a function of state, input and now: no clock, no thread, no file, no socket, no ambient randomness.
import { numbered, projectFiles, read } from './files.mjs';

const bannedHeaders =
  /#include <(thread|mutex|shared_mutex|condition_variable|future|atomic|chrono|ctime|time\.h|iostream|ostream|istream|fstream|sstream|cstdio|stdio\.h|random|filesystem|csignal|signal\.h|unistd\.h|sys\/[\w./]+|netinet\/[\w./]+|arpa\/[\w./]+|poll\.h|fcntl\.h|pthread\.h|uv\.h|format|regex|locale)>/;

const bannedText = [
  { pattern: /\b(throw|try|catch)\b\s*[({]?/, why: 'no exceptions: return a status or drop and count' },
  { pattern: /\b(dynamic_cast|typeid)\b/, why: 'no RTTI' },
  {
    pattern: /\b(getenv|rand|srand|time|clock|printf|fopen|malloc)\s*\(/,
    why: 'ambient state: pass it as an argument',
  },
  {
    pattern: /^static (?!const\b|constexpr\b|inline\b|_?_?m|[\w:<>,*& ]+\()[\w:<>,*& ]+\s[\w[\]]+\s*(=|;|\{)/,
    why: 'no static mutable data: state belongs to a node',
  },
];
const int128Home = /packages\/core\/src\/crypto\/.*x86/; // 128-bit products are slow in WebAssembly (toolchain.md §3)

const withoutComment = (line) => line.replace(/\/\/.*$/, '').replace(/"(?:[^"\\]|\\.)*"/g, '""');

export function corePurity() {
  const problems = [];
  for (const file of projectFiles(/^packages\/core\/(src|include)\/.*\.(h|cc)$/)) {
    if (/_test\.cc$/.test(file)) continue;
    for (const { line, number } of numbered(read(file))) {
      const code = withoutComment(line);
      const header = bannedHeaders.exec(line);
      if (header) problems.push(`${file}:${number} <${header[1]}> is not for the core`);
      for (const { pattern, why } of bannedText) {
        if (pattern.test(code)) problems.push(`${file}:${number} ${why}: ${line.trim()}`);
      }
      if (/__int128/.test(code) && !int128Home.test(file))
        problems.push(`${file}:${number} __int128 outside crypto/*x86*`);
    }
  }
  return problems;
}
