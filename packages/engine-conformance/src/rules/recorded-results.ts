/** The reference's recorded results (vl2.md §18.4) as questions to the naive evaluator. */
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { hex, ipv6Bytes } from '../vectors/probe-input.js';
import type { NaiveContext, NaiveThing } from './naive-context.js';
import { naiveEvaluate } from './naive-evaluator.js';
import { naiveParse } from './naive-rules.js';

interface Thing {
  mac?: string;
  ip?: string;
}

export interface RecordedResult {
  inbound: boolean;
  record: boolean;
  self: string;
  src: string;
  dst: string;
  macSrc: string;
  macDst: string;
  etherType: number;
  flags: number;
  nwid: string;
  localTags: [number, number][];
  remoteTags: [number, number, number][];
  localThings: Thing[];
  remoteThings: Thing[];
  staticIps: string[];
  rules: string;
  frame: string;
  result: number;
  dstAfter: string;
  copyTo: string;
  copyLen: number;
  copyWatch: boolean;
}

export const recordedResults: RecordedResult[] = readFileSync(
  new URL('../../../core/vectors/filter-vectors.jsonl', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as RecordedResult);

const number = (digits: string): bigint => BigInt(`0x${digits}`);
const RESULTS = ['noMatch', 'drop', 'redirect', 'accept', 'superAccept'];
/** Fixed (§18.4): a credential is valid this near to the configuration's time. */
const [CONFIG_TIME, TIME_MAX_DELTA] = [1_000_000, 1_000];

function ipBytes(ip: string): Uint8Array {
  return isIPv4(ip) ? Uint8Array.from(ip.split('.').map(Number)) : ipv6Bytes(ip);
}

function thing({ mac, ip = '' }: Thing): NaiveThing {
  return mac === undefined ? { kind: 'ip', bytes: ipBytes(ip) } : { kind: 'mac', bytes: hex(mac) };
}

function contextOf(line: RecordedResult): NaiveContext {
  const valid = line.remoteTags.filter(([, , time]) => Math.abs(time - CONFIG_TIME) <= TIME_MAX_DELTA);
  return {
    networkId: number(line.nwid),
    inbound: line.inbound,
    self: number(line.self),
    source: number(line.src),
    destination: number(line.dst),
    macSource: hex(line.macSrc),
    macDestination: hex(line.macDst),
    etherType: line.etherType,
    vlanId: 0,
    payload: hex(line.frame),
    flags: BigInt(line.flags),
    localTags: new Map(line.localTags),
    remoteTags: line.record ? new Map(valid.map(([id, value]) => [id, value])) : null,
    localThings: line.localThings.map(thing),
    remoteThings: line.record ? line.remoteThings.map(thing) : [],
    addresses: line.staticIps.map((prefix) => ipBytes(prefix.split('/')[0] ?? '')),
    draw: () => {
      throw new Error('the recorded results have no RANDOM rules');
    },
  };
}

/** What the naive evaluator says, and what was recorded, in the same words. */
export function bothAnswers(line: RecordedResult): { naive: string; recorded: string } {
  const rules = naiveParse(hex(line.rules));
  const recordedCopy = line.copyTo === '0000000000' ? 'none' : `${line.copyTo} ${line.copyLen} ${line.copyWatch}`;
  const recorded = `${RESULTS[line.result]} to ${line.dstAfter} copy ${recordedCopy}`;
  if (rules === null) return { naive: 'malformed', recorded };
  const { result, destination, copy } = naiveEvaluate(rules, contextOf(line));
  const hex40 = (value: bigint): string => value.toString(16).padStart(10, '0');
  const copied = copy === null || copy.to === 0n ? 'none' : `${hex40(copy.to)} ${copy.length} ${copy.watch}`;
  return { naive: `${result} to ${hex40(destination)} copy ${copied}`, recorded };
}
