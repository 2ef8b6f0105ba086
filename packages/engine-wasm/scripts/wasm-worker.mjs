// One compiler in one thread (build-wasm.mjs).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { runClang } from '@yowasp/clang';
import { compileFlags, includeDirectories, linkFlags, objectName, repositoryFile } from './wasm-paths.mjs';

/** Runs the compiler on a tree of files; the files it wrote and what it printed to stdout. */
async function clang(args, files) {
  let errors = '';
  const printed = [];
  const stdout = (bytes) => bytes && printed.push(Buffer.from(bytes));
  const stderr = (bytes) => {
    if (bytes) errors += Buffer.from(bytes);
  };
  try {
    const tree = await runClang(['clang++', ...args], files, { fetchProgress() {}, stdout, stderr });
    if (errors !== '') process.stderr.write(errors);
    return { tree, out: Buffer.concat(printed) };
  } catch (error) {
    throw new Error(errors || error.stack);
  }
}

/** Headers below a directory as the compiler's file tree; undefined when there are none. */
function headersBelow(path) {
  const tree = {};
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) tree[entry.name] = headersBelow(join(path, entry.name));
    else if (entry.name.endsWith('.h')) tree[entry.name] = readFileSync(join(path, entry.name));
  }
  return tree;
}

/** Puts `content` at a slash-separated path of a tree. */
function put(tree, path, content) {
  const parts = path.split('/');
  const last = parts.pop();
  let at = tree;
  for (const part of parts) at = at[part] ??= {};
  at[last] = content;
}

const get = (tree, path) => path.split('/').reduce((at, part) => at[part], tree);

let headers;
function repositoryTree() {
  if (headers === undefined) {
    headers = {};
    for (const directory of includeDirectories.slice(0, 2))
      put(headers, directory, headersBelow(repositoryFile(directory)));
    for (const directory of ['packages/core/bench', 'packages/core/testing/probe', 'packages/engine-wasm/bridge'])
      put(headers, directory, headersBelow(repositoryFile(directory)));
  }
  return structuredClone(headers);
}

async function makePch() {
  // To stdout: the compiler's own file system is slow for big files.
  const { out } = await clang(
    [...compileFlags, '-x', 'c++-header', 'packages/engine-wasm/bridge/pch.h', '-o', '-'],
    repositoryTree(),
  );
  return { pch: new Uint8Array(out) };
}

async function compile({ base, source, pch }) {
  const start = performance.now();
  const files = repositoryTree();
  put(files, source, readFileSync(repositoryFile(source)));
  files['std.pch'] = pch;
  const args = [...compileFlags, '-include-pch', 'std.pch', '-c', source, '-MMD', '-MF', 'out.d', '-o', 'out.o'];
  const { tree } = await clang(args, files);
  const named = Buffer.from(tree['out.d']).toString().replaceAll('\\\n', ' ').split(/\s+/).slice(1);
  const headersUsed = [...new Set(named)].filter((f) => f.startsWith('packages/') && f !== source).sort();
  // Named by the text the compiler saw: the files may have changed meanwhile.
  const name = objectName(base, [source, ...headersUsed], (file) => get(files, file));
  return { name, object: tree['out.o'], headers: headersUsed, ms: performance.now() - start };
}

async function link({ objects }) {
  const files = Object.fromEntries(objects.map((bytes, i) => [`${i}.o`, bytes]));
  const { tree } = await clang([...linkFlags, ...objects.map((_, i) => `${i}.o`), '-o', 'out.wasm'], files);
  return { wasm: tree['out.wasm'] };
}

const tasks = { pch: makePch, compile, link };

parentPort.on('message', async (message) => {
  try {
    parentPort.postMessage(await tasks[message.kind](message));
  } catch (error) {
    parentPort.postMessage({ fail: `${message.source ?? message.kind}: ${error.message}` });
  }
});
