/** The cores under test: the probe inside each engine (packages/core/testing/probe/README.md). */
import { spawnSync } from 'node:child_process';
import { loadProbe as loadNativeProbe } from '@ztkit/engine-native/probe';
import { loadProbe as loadWasmProbe } from '@ztkit/engine-wasm/probe';

/** Runs an internal function of the core by name. */
export interface ProbeTarget {
  readonly name: string;
  /** The result, or `null` when the core rejected the input. Throws on an unknown name. */
  probe(name: string, input: Uint8Array): Uint8Array | null;
}

/** For development: `zt_probe_cli`, one process per call. */
function cliTarget(path: string): ProbeTarget {
  return {
    name: 'cli',
    probe(name, input) {
      const line = `${name} ${Buffer.from(input).toString('hex')}\n`;
      const { stdout } = spawnSync(path, { input: line, encoding: 'utf8', maxBuffer: 1 << 28 });
      const answer = stdout.trim();
      if (answer === 'rejected') return null;
      if (answer === 'ok') return new Uint8Array();
      if (!answer.startsWith('ok ')) throw new Error(`probe ${name}: ${answer || 'no answer'}`);
      return Buffer.from(answer.slice(3), 'hex');
    },
  };
}

const cli = process.env.ZT_PROBE_CLI;

/** Every engine's probe; with ZT_PROBE_CLI only that program, to test a layer before the engines build. */
export const targets: ProbeTarget[] =
  cli === undefined
    ? [
        { name: 'native', probe: loadNativeProbe() },
        { name: 'wasm', probe: await loadWasmProbe() },
      ]
    : [cliTarget(cli)];
