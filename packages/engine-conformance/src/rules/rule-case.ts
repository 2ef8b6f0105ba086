/** A question to both evaluators: rules, circumstances, a frame; how the probe reads it, and both answers as text. */
import { join, sized, u8, u32, u64 } from '../vectors/probe-input.js';
import { generateFrame } from './generate-frame.js';
import { generateRules } from './generate-rules.js';
import type { NaiveContext, NaiveRule, NaiveThing } from './naive-context.js';
import { type MatchObserver, type NaiveVerdict, naiveFilter } from './naive-evaluator.js';
import { naiveParse } from './naive-rules.js';
import type { SeededRandom } from './seeded-random.js';
import * as pools from './value-pools.js';

/** A tag the other member showed; not valid when its time is too far away. */
interface RemoteTag {
  id: number;
  value: number;
  valid: boolean;
}

export interface RuleCase {
  context: Omit<NaiveContext, 'draw' | 'remoteTags' | 'localTags'>;
  localTags: [id: number, value: number][];
  /** `null`: no record of the other member, who then has brought nothing. */
  remoteTags: RemoteTag[] | null;
  draw: number;
  base: number[][];
  capabilities: number[][][];
}

const u16 = (value: number): Uint8Array => u32(value).subarray(2);
const address = (value: bigint): Uint8Array => u64(value).subarray(3);
const list = <T>(items: readonly T[], write: (item: T) => Uint8Array): Uint8Array =>
  join(u16(items.length), ...items.map(write));

function thing(random: SeededRandom): NaiveThing {
  if (random.chance(30)) return { kind: 'mac', bytes: random.pick(pools.macs) };
  return { kind: 'ip', bytes: random.pick([...pools.ipv4, ...pools.ipv6]) };
}

/** Each id at most once: a configuration with two tags of one id has no meaning. */
function tags(random: SeededRandom): [number, number][] {
  return pools.tagIds.flatMap((id): [number, number][] =>
    random.chance(65) ? [[id, random.pick(pools.tagValues)]] : [],
  );
}

export function generateCase(random: SeededRandom): RuleCase {
  const inbound = random.chance(50);
  const record = inbound || random.chance(80);
  const knowsDestination = random.chance(85);
  const destination = inbound ? pools.self : knowsDestination ? pools.peer : 0n;
  const hasRecord = record && (inbound || knowsDestination) && random.chance(90);
  return {
    context: {
      networkId: pools.networkId,
      inbound,
      self: pools.self,
      source: inbound ? pools.peer : pools.self,
      destination,
      ...generateFrame(random),
      vlanId: 0,
      flags: BigInt(random.pick([0, 4, 8, 12, 6])),
      localThings: random.some(3, () => thing(random)),
      remoteThings: hasRecord ? random.some(3, () => thing(random)) : [],
      addresses: [pools.sixPlane(pools.self), pools.rfc4193(pools.self)].filter(() => random.chance(50)),
    },
    localTags: tags(random),
    remoteTags: hasRecord ? tags(random).map(([id, value]) => ({ id, value, valid: random.chance(90) })) : null,
    draw: random.u32(),
    base: generateRules(random),
    capabilities: hasRecord || !inbound ? random.some(2, () => generateRules(random)) : [],
  };
}

const bytesOf = (rules: number[][]): Uint8Array => Uint8Array.from(rules.flat());

/** Fixed by the probe: a configuration's time and how far a credential's may be from it. */
const CONFIG_TIME = 1_000_000n;
const TOO_LATE = CONFIG_TIME + 1_001n;

function thingBytes({ kind, bytes }: NaiveThing): Uint8Array {
  const type = kind === 'mac' ? 1 : bytes.length === 4 ? 2 : 3;
  return join(u8(type), bytes, new Uint8Array(16 - bytes.length));
}

/** As the probe's entry vl2.decide reads it. */
export function encodeCase({ context, localTags, remoteTags, draw, base, capabilities }: RuleCase): Uint8Array {
  return join(
    u8(context.inbound ? 1 : 0),
    u8(remoteTags === null ? 0 : 1),
    address(context.self),
    address(context.source),
    address(context.destination),
    context.macSource,
    context.macDestination,
    u16(context.etherType),
    u64(context.flags),
    u64(context.networkId),
    list(localTags, ([id, value]) => join(u32(id), u32(value))),
    list(remoteTags ?? [], ({ id, value, valid }) => join(u32(id), u32(value), u64(valid ? CONFIG_TIME : TOO_LATE))),
    list(context.localThings, thingBytes),
    list(context.remoteThings, thingBytes),
    list(context.addresses, (bytes) => join(bytes, u8(bytes[0] === 0xfc ? 40 : 88))),
    u32(draw),
    sized(bytesOf(base)),
    list(capabilities, (rules) => sized(bytesOf(rules))),
    sized(context.payload),
  );
}

export const MALFORMED = 'malformed';

/** What the naive evaluator says. */
export function naiveAnswer(given: RuleCase, observe?: MatchObserver): string {
  const base = naiveParse(bytesOf(given.base));
  const capabilities = given.capabilities.map((rules) => naiveParse(bytesOf(rules)));
  const wellFormed = capabilities.every((rules): rules is NaiveRule[] => rules !== null);
  if (base === null || !wellFormed) return MALFORMED;
  const valid = given.remoteTags?.filter((tag) => tag.valid).map(({ id, value }): [number, number] => [id, value]);
  const context: NaiveContext = {
    ...given.context,
    localTags: new Map(given.localTags),
    remoteTags: valid === undefined ? null : new Map(valid),
    draw: () => given.draw,
  };
  return verdictText(naiveFilter(base, capabilities, context, observe));
}

function verdictText({ accepted, redirectTo, copies, capability }: NaiveVerdict): string {
  const what = redirectTo !== 0n ? `redirect ${redirectTo.toString(16)}` : ['refuse', 'accept', 'super'][accepted];
  const copied = copies.map(({ to, length, watch }) => `${watch ? 'watch' : 'tee'} ${to.toString(16)} ${length}`);
  return [what, `by ${capability}`, ...copied].join(', ');
}

/** The engine's answers to a batch, in the same words. */
export function decodeAnswers(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out: string[] = [];
  let at = 0;
  const address40 = (where: number): bigint =>
    (BigInt(view.getUint8(where)) << 32n) | BigInt(view.getUint32(where + 1));
  while (at < bytes.length) {
    if (view.getUint8(at++) === 0) {
      out.push(MALFORMED);
      continue;
    }
    const verdict = view.getUint8(at);
    const refused = verdict < 2;
    const copies = [at + 10, at + 20].flatMap((where) => {
      const to = address40(where);
      if (to === 0n || refused) return [];
      return [{ to, length: view.getUint32(where + 5), watch: view.getUint8(where + 9) === 1 }];
    });
    out.push(
      verdictText({
        accepted: verdict === 3 ? 1 : verdict === 4 ? 2 : 0,
        redirectTo: verdict === 2 ? address40(at + 5) : 0n,
        copies,
        capability: view.getUint32(at + 1) - 1,
      }),
    );
    at += 30;
  }
  return out;
}
