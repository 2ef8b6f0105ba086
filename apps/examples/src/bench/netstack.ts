/**
 * The stack alone: two of them back to back in one thread, without cipher and system calls, inside both engines'
 * builds of the core (packages/core/bench/netstack_transfer.h).
 */
import { loadProbe as loadNativeProbe } from '@ztkit/engine-native/probe';
import { loadProbe as loadWasmProbe } from '@ztkit/engine-wasm/probe';

type Probe = ReturnType<typeof loadNativeProbe>;

interface Case {
  name: string;
  mtu: number;
  v6?: boolean;
  inPlace?: boolean;
}

const cases: Case[] = [
  { name: 'IPv4, MTU 2800', mtu: 2800 },
  { name: 'IPv6, MTU 2800', mtu: 2800, v6: true },
  { name: 'IPv4, MTU 2800, read in place', mtu: 2800, inPlace: true },
  { name: 'IPv4, MTU 1400', mtu: 1400 },
];
const ROUNDS = 3;
/** WebAssembly is several times slower: fewer bytes tell as much. */
const WASM_SHARE = 4;

interface Speed {
  gigabits: number;
  nanosecondsPerSegment: number;
}

function transfer(probe: Probe, { mtu, v6 = false, inPlace = false }: Case, bytes: bigint): bigint {
  const input = new DataView(new ArrayBuffer(12));
  input.setBigUint64(0, bytes);
  input.setUint16(8, mtu);
  input.setUint8(10, v6 ? 1 : 0);
  input.setUint8(11, inPlace ? 1 : 0);
  const answer = probe('bench.netstack', new Uint8Array(input.buffer));
  if (answer === null) throw new Error('the core refused the plan');
  const output = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  if (output.getBigUint64(0) !== bytes) throw new Error(`only ${output.getBigUint64(0)} of ${bytes} bytes arrived`);
  return output.getBigUint64(16);
}

/** The best of {@link ROUNDS}. */
function speed(probe: Probe, plan: Case, bytes: bigint): Speed {
  let seconds = Number.POSITIVE_INFINITY;
  let segments = 0n;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    segments = transfer(probe, plan, bytes);
    seconds = Math.min(seconds, (performance.now() - started) / 1000);
  }
  return {
    gigabits: (Number(bytes) * 8e-9) / seconds,
    nanosecondsPerSegment: (seconds * 1e9) / Number(segments),
  };
}

/** Prints a line per case with both engines and their ratio. */
export async function netstackTable(sizeMib: number): Promise<void> {
  const native = loadNativeProbe();
  const wasm = await loadWasmProbe();
  const bytes = BigInt(sizeMib) << 20n;
  console.log('| one stream, two stacks, one thread | native Gbit/s | ns / segment | wasm Gbit/s | wasm / native |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  for (const plan of cases) {
    const fast = speed(native, plan, bytes);
    const portable = speed(wasm, plan, bytes / BigInt(WASM_SHARE) || 1n);
    const ratio = portable.gigabits / fast.gigabits;
    console.log(
      `| ${plan.name} | ${fast.gigabits.toFixed(1)} | ${fast.nanosecondsPerSegment.toFixed(0)} | ` +
        `${portable.gigabits.toFixed(1)} | ${ratio.toFixed(3)} |`,
    );
  }
}
