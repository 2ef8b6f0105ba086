// Builds wasm/zt.wasm and wasm/zt_probe.wasm from the core's sources with @yowasp/clang: a precompiled header of the
// standard library, two workers, and a cache of objects keyed by compiler, flags, source and the headers it included.
//   node scripts/build-wasm.mjs [-jN] [--only zt|zt_probe]
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  cacheDirectory,
  compileFlags,
  compilerVersion,
  digest,
  objectName,
  packageRoot,
  repositoryFile,
} from './wasm-paths.mjs';
import { artefacts } from './wasm-sources.mjs';

const started = performance.now();
const log = (text) =>
  console.error(`[wasm ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${text}`);
const jobs = Number(process.argv.find((a) => /^-j\d+$/.test(a))?.slice(2) ?? 2);
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const cached = (name) => join(cacheDirectory, name);
const base = digest(
  compilerVersion,
  compileFlags.join(' '),
  readFileSync(repositoryFile('packages/engine-wasm/bridge/pch.h')),
);

/** Name of the object of `source` under the headers its last compilation named; undefined when it was never compiled. */
function objectKey(source) {
  const depsFile = cached(`${digest(source)}.deps.json`);
  if (!existsSync(depsFile)) return undefined;
  const headers = JSON.parse(readFileSync(depsFile, 'utf8'));
  if (!headers.every((h) => existsSync(repositoryFile(h)))) return undefined;
  return objectName(base, [source, ...headers], (file) => readFileSync(repositoryFile(file)));
}

/** The object of each source that this run found or made. */
const objectOf = new Map();

/** One request to a worker. */
function ask(worker, message) {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (answer) => {
      worker.off('error', reject);
      if (answer.fail === undefined) resolve(answer);
      else reject(new Error(answer.fail));
    });
    worker.postMessage(message);
  });
}

async function precompiledHeader(worker) {
  const file = cached(`${base}.pch`);
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  const { pch } = await ask(worker, { kind: 'pch' });
  writeFileSync(file, pch);
  log(`precompiled header: ${pch.length} bytes`);
  return pch;
}

async function compileAll(sources) {
  const todo = sources.filter((source) => {
    const key = objectKey(source);
    if (key === undefined || !existsSync(cached(`${key}.o`))) return true;
    objectOf.set(source, `${key}.o`);
    return false;
  });
  log(`${sources.length - todo.length} objects cached, ${todo.length} to compile with ${jobs} workers`);
  if (todo.length === 0) return;
  const workers = Array.from(
    { length: Math.min(jobs, todo.length) },
    () => new Worker(new URL('./wasm-worker.mjs', import.meta.url)),
  );
  try {
    const bytes = await precompiledHeader(workers[0]);
    const pch = new Uint8Array(new SharedArrayBuffer(bytes.length));
    pch.set(bytes);
    let done = 0;
    const total = todo.length;
    const failures = [];
    await Promise.all(
      workers.map(async (worker) => {
        for (let source = todo.shift(); source !== undefined; source = todo.shift()) {
          const answer = await ask(worker, { kind: 'compile', base, source, pch }).catch((error) => error);
          if (answer instanceof Error) {
            failures.push(answer.message);
            log(`${++done}/${total} ${answer.message}`);
            continue;
          }
          const { name, object, headers, ms } = answer;
          writeFileSync(cached(`${digest(source)}.deps.json`), JSON.stringify(headers));
          writeFileSync(cached(`${name}.o`), object);
          objectOf.set(source, `${name}.o`);
          log(`${++done}/${total} ${source} ${(ms / 1000).toFixed(1)} s`);
        }
      }),
    );
    if (failures.length > 0)
      throw new Error(`${failures.length} of ${total} files do not compile:\n${failures.join('\n')}`);
  } finally {
    for (const worker of workers) await worker.terminate();
  }
}

async function link(name, sources) {
  const objects = sources.map((source) => readFileSync(cached(objectOf.get(source))));
  const file = cached(`${digest(base, name, ...objects)}.wasm`);
  if (!existsSync(file)) {
    const worker = new Worker(new URL('./wasm-worker.mjs', import.meta.url));
    try {
      const { wasm } = await ask(worker, { kind: 'link', objects });
      writeFileSync(file, wasm);
    } finally {
      await worker.terminate();
    }
  }
  mkdirSync(join(packageRoot, 'wasm'), { recursive: true });
  copyFileSync(file, join(packageRoot, 'wasm', `${name}.wasm`));
  log(`wasm/${name}.wasm: ${readFileSync(file).length} bytes`);
}

mkdirSync(cacheDirectory, { recursive: true });
const wanted = artefacts.filter(({ name }) => only === undefined || only === name);
await compileAll([...new Set(wanted.flatMap(({ sources }) => sources))]);
for (const { name, sources } of wanted) await link(name, sources);
