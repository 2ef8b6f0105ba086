/** Lists of rules as bytes: groups of matches with an action after each, most of them about what frames contain. */
import type { SeededRandom } from './seeded-random.js';
import * as pools from './value-pools.js';

const number = (value: bigint, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * (size - 1 - i))) & 0xffn));
const u16 = (value: number): number[] => number(BigInt(value), 2);
const u32 = (value: number): number[] => number(BigInt(value), 4);
const nodes = [pools.self, pools.peer, ...pools.others, 0n];

function range16(random: SeededRandom, values: readonly number[]): number[] {
  const [a, b] = [random.pick(values), random.pick(values)];
  return random.chance(90) ? [...u16(Math.min(a, b)), ...u16(Math.max(a, b))] : [...u16(a), ...u16(b)];
}

function prefix(random: SeededRandom, addresses: readonly Uint8Array[]): number[] {
  const address = random.pick(addresses);
  const width = address.length * 8;
  const bits = random.pick([0, 8, 23, 24, width - 1, width, width + 1, 255]);
  if (random.chance(40)) return [...address, bits];
  // Without host bits, as a sensible author writes it.
  const masked = address.map((byte, i) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))) & 0xff);
  return [...masked, bits];
}

function integerRange(random: SeededRandom): number[] {
  const bits = random.pick([1, 4, 7, 8, 12, 16, 24, 32, 33, 48, 64]);
  const width = 1n << BigInt(bits);
  const a = random.chance(50) ? 0n : (BigInt(random.u32()) << 32n) % width;
  const b = a + (BigInt(random.u32()) << 32n) / (1n + BigInt(random.below(4)));
  const end = b >= 1n << 64n ? (1n << 64n) - 1n : b;
  const format = (random.chance(50) ? 0x80 : 0) | (bits - 1) | (random.chance(5) ? 0x40 : 0);
  return [...number(a, 8), ...number(random.chance(30) ? width - 1n : end, 8), ...u16(random.below(60)), format];
}

const characteristicBits = [63n, 62n, 61n, 60n, 59n, 11n, 8n, 4n, 2n, 1n, 0n];

const matches: Readonly<Record<number, (random: SeededRandom) => Iterable<number>>> = {
  24: (random) => number(random.pick(nodes), 5),
  25: (random) => number(random.pick(nodes), 5),
  26: (random) => u16(random.pick([0, 0, 5])),
  27: (random) => [random.pick([0, 0, 5])],
  28: (random) => [random.pick([0, 0, 1])],
  29: (random) => random.pick(pools.macs),
  30: (random) => random.pick(pools.macs),
  31: (random) => prefix(random, pools.ipv4),
  32: (random) => prefix(random, pools.ipv4),
  33: (random) => prefix(random, pools.ipv6),
  34: (random) => prefix(random, pools.ipv6),
  35: (random) => [random.pick([0xff, 0xfc, 0x0f]), random.pick([0, 4, 8]), random.pick([4, 0x2e, 0xff])],
  36: (random) => [random.pick([...pools.protocols, 6, 17])],
  37: (random) => u16(random.pick([...pools.etherTypes, 0x0800, 0x86dd])),
  38: (random) => [random.pick(pools.icmpTypes), random.below(3), random.pick([0, 1, 0xff])],
  39: (random) => range16(random, pools.ports),
  40: (random) => range16(random, pools.ports),
  41: (random) => number(1n << random.pick(characteristicBits), 8),
  42: (random) => range16(random, [0, 20, 28, 40, 54, 64, 90, 1500]),
  43: (random) => u32(random.pick([0, 0x40000000, 0x80000000, 0xffffffff])),
  51: integerRange,
};
for (const type of [44, 45, 46, 47, 48, 49, 50]) {
  Object.assign(matches, {
    [type]: (random: SeededRandom) => [...u32(random.pick(pools.tagIds)), ...u32(random.pick(pools.tagValues))],
  });
}
export const matchTypes: readonly number[] = Object.keys(matches).map(Number);

function rule(random: SeededRandom, type: number, data: Iterable<number>): number[] {
  const bytes = [...data];
  const not = random.chance(25) ? 0x80 : 0;
  const or = random.chance(25) ? 0x40 : 0;
  // A stated length that is longer than the fields is skipped over (§13.1).
  if (random.chance(2)) bytes.push(...random.bytes(random.below(4)));
  return [type | not | or, bytes.length, ...bytes];
}

function match(random: SeededRandom): number[] {
  if (random.chance(2)) return rule(random, random.pick([16, 23, 52, 63]), random.bytes(random.below(4)));
  const type = random.pick(matchTypes);
  return rule(random, type, matches[type]?.(random) ?? []);
}

function action(random: SeededRandom): number[] {
  const type = random.pick([0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, random.chance(10) ? 9 : 1]);
  const forwards = type >= 2 && type <= 4;
  const target = () => number(random.pick([...nodes, ...pools.others, pools.self]), 8);
  return rule(random, type, forwards ? [...target(), 0, 0, 0, 0, ...u16(random.pick([0, 1, 20, 64, 65535]))] : []);
}

/** The rules of a list, one array of bytes for each. */
export function generateRules(random: SeededRandom): number[][] {
  const groups = random.below(6);
  const out: number[][] = [];
  for (let i = 0; i < groups; ++i) {
    const size = random.pick([0, 1, 1, 1, 2, 2, 3, 4]);
    for (let j = 0; j < size; ++j) out.push(match(random));
    out.push(action(random));
  }
  if (random.chance(30)) out.push(rule(random, 1, []));
  // Damage that makes a list malformed, or means something else.
  const last = out.at(-1);
  if (random.chance(2) && last !== undefined) out[out.length - 1] = last.slice(0, random.below(last.length));
  return out;
}
