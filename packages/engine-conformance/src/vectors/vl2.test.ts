/** Networks: the rules engine, configurations accepted and issued, the gate (filter-vectors.jsonl, f-*, g-*). */
import { isIPv4 } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type RecordedResult, recordedResults } from '../rules/recorded-results.js';
import { hex, ipv6Bytes, join, loadVectors, sized, text, toHex, u8, u32, u64 } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';

interface Config {
  to: string;
  nwid: string;
  network: string | null;
  updateId: string;
  chunks: { verb: string; packetId: string; payload: string }[];
  dictionary: string;
  recipientSecret: string;
}

const configs = loadVectors<{ controllerSecret: string; configs: Config[] }>('g-netconfigs.json');
const credentials = loadVectors<{
  controller: string;
  nwid: string;
  issuedTo: string;
  issuedToOther: string;
  objects: { type: string; serialized: string; verify: number }[];
}>('f-credentials.json');

const publicPart = (identity: string): string => identity.split(':').slice(0, 3).join(':');
const u16 = (value: number): Uint8Array => u32(value).subarray(2);
const number64 = (value: number): Uint8Array => u64(BigInt(value));

function thing({ mac, ip }: RecordedResult['localThings'][number]): Uint8Array {
  const [type, value] =
    mac !== undefined
      ? [1, hex(mac)]
      : isIPv4(ip ?? '')
        ? [2, Uint8Array.from((ip ?? '').split('.').map(Number))]
        : [3, ipv6Bytes(ip ?? '')];
  return join(u8(type), value, new Uint8Array(16 - value.length));
}

const list = <T>(items: readonly T[], write: (item: T) => Uint8Array): Uint8Array =>
  join(u16(items.length), ...items.map(write));

function filterInput(v: RecordedResult): Uint8Array {
  return join(
    u8(v.inbound ? 1 : 0),
    u8(v.record ? 1 : 0),
    ...[v.self, v.src, v.dst, v.macSrc, v.macDst],
    u16(v.etherType),
    number64(v.flags),
    v.nwid,
    list(v.localTags, ([id, value]) => join(u32(id), u32(value))),
    list(v.remoteTags, ([id, value, timestamp]) => join(u32(id), u32(value), number64(timestamp))),
    list(v.localThings, thing),
    list(v.remoteThings, thing),
    list(v.staticIps, (prefix) => {
      const [address = '', bits = ''] = prefix.split('/');
      return join(ipv6Bytes(address), u8(Number(bits)));
    }),
    sized(v.rules),
    sized(v.frame),
  );
}

const filterAnswer = (v: RecordedResult): string =>
  Buffer.from(
    join(u8(v.result), v.dstAfter, v.copyTo, u32(v.copyTo === '0000000000' ? 0 : v.copyLen), u8(v.copyWatch ? 1 : 0)),
  ).toString('hex');

describe.each(targets)('$name: rules engine', (target) => {
  test(`gives the reference's verdict on all ${recordedResults.length} lines`, { timeout: 120_000 }, () => {
    expect(recordedResults.length).toBe(1500);
    const wrong = recordedResults
      .map((vector, line) => [line + 1, toHex(target.probe('vl2.filter', filterInput(vector))), filterAnswer(vector)])
      .filter(([, got, expected]) => got !== expected);
    expect(wrong).toEqual([]);
  });
});

const named = configs.configs.map((config, i) => [i, config.network ?? config.nwid, config] as const);

const accept = (target: ProbeTarget, config: Config, chunks: Config['chunks']): string | null =>
  toHex(
    target.probe(
      'vl2.accept_config',
      join(
        sized(text(config.recipientSecret)),
        sized(text(publicPart(configs.controllerSecret))),
        config.nwid,
        list(chunks, (chunk) => join(u8(chunk.verb === 'OK' ? 3 : 12), sized(chunk.payload))),
      ),
    ),
  );

describe.each(targets)('$name: configurations', (target) => {
  test.each(named)('%i (%s): the recorded chunks are accepted and stored as they were sent', (_, __, config) => {
    expect(accept(target, config, config.chunks)).toBe(config.dictionary);
    expect(accept(target, config, config.chunks.toReversed())).toBe(config.dictionary);
  });

  test.each(named)('%i (%s): another recipient or a changed byte is refused', (i, _, config) => {
    const other = configs.configs.find((candidate) => candidate.to !== config.to);
    expect(accept(target, { ...config, recipientSecret: other?.recipientSecret ?? '' }, config.chunks)).toBeNull();
    const damaged = config.chunks.map((chunk) => {
      const payload = Buffer.from(hex(chunk.payload));
      const at = 40 + i;
      payload.writeUInt8(payload.readUInt8(at) ^ 1, at);
      return { ...chunk, payload: payload.toString('hex') };
    });
    expect(accept(target, config, damaged)).toBeNull();
  });

  test.each(named)('%i (%s): issued again it is the same dictionary, byte for byte', (_, __, config) => {
    const input = join(
      sized(text(configs.controllerSecret)),
      sized(text(publicPart(config.recipientSecret))),
      sized(config.dictionary),
    );
    expect(toHex(target.probe('vl2.issue', input))).toBe(config.dictionary);
  });

  test.each(named)('%i (%s): cut and signed again it is the same chunks', (_, __, config) => {
    const input = join(sized(text(configs.controllerSecret)), config.nwid, config.updateId, sized(config.dictionary));
    const recorded = config.chunks.map((chunk) => (chunk.verb === 'OK' ? chunk.payload.slice(18) : chunk.payload));
    expect(toHex(target.probe('vl2.cut', input))).toBe(toHex(join(...recorded.map((chunk) => sized(chunk)))));
  });
});

const coms = credentials.objects.filter((object) => object.type === 'CertificateOfMembership');

function passes(target: ProbeTarget, mine: number, theirs: number, me: string, peer: string): boolean {
  const answer = target.probe(
    'vl2.gate',
    join(
      sized(text(publicPart(me))),
      sized(text(publicPart(credentials.controller))),
      sized(text(publicPart(peer))),
      credentials.nwid,
      sized(coms[mine]?.serialized ?? ''),
      sized(coms[theirs]?.serialized ?? ''),
    ),
  );
  expect(answer).not.toBeNull();
  return toHex(answer) === '01';
}

describe.each(targets)('$name: the gate', (target) => {
  const { issuedTo, issuedToOther } = credentials;
  test('lets members with agreeing certificates through, in both directions', () => {
    expect(passes(target, 0, 1, issuedTo, issuedToOther)).toBe(true);
    expect(passes(target, 1, 0, issuedToOther, issuedTo)).toBe(true);
  });
  test('stops a certificate that is too far away in time, of another network, or signed by another', () => {
    expect(passes(target, 0, 2, issuedTo, issuedToOther)).toBe(false);
    expect(passes(target, 0, 3, issuedTo, issuedToOther)).toBe(false);
    expect(passes(target, 0, 4, issuedTo, issuedToOther)).toBe(false);
  });
  test('stops a peer that shows the certificate of somebody else', () => {
    expect(passes(target, 0, 1, issuedTo, issuedTo)).toBe(false);
    expect(passes(target, 0, 1, issuedTo, credentials.controller)).toBe(false);
  });
});

interface Packet {
  from?: string;
  to?: string;
  verb?: number;
  packetId?: string;
  payload?: string;
}
const session = loadVectors<{ packets: Packet[] }>('h-session1-direct.decoded.json').packets;
const [aliceConfig, , bobConfig] = configs.configs;

/** The captured member's side of session 1: what it received and what its applications did, in order. */
function aliceSteps(alice: string, bob: string): Uint8Array[] {
  const sent = (verb: number, to: string): string[] =>
    session.filter((p) => p.from === alice && p.to === to && p.verb === verb).map((p) => p.payload ?? '');
  const received = [...new Map(session.filter((p) => p.to === alice).map((p) => [p.packetId, p])).values()];
  const message = (p: Packet): Uint8Array =>
    join(u8(0), p.from ?? '', u8(p.verb ?? 0), p.packetId ?? '', sized(p.payload ?? ''));
  const isVl2 = (p: Packet): boolean =>
    [6, 9, 10, 12, 14].includes(p.verb ?? 0) || (p.verb === 3 && /^0[bde]/.test(p.payload ?? ''));
  const groups = sent(9, configs.controllerSecret.slice(0, 10)).map((like) => hex(like).subarray(8));
  const arp = sent(14, bob)[0] ?? '';
  const ping = sent(6, bob)[0] ?? '';
  const inbound = received.filter(isVl2);
  const configured = inbound.filter((p) => p.verb === 12 || p.payload?.startsWith('0b'));
  return [
    ...configured.map(message),
    join(
      u8(1),
      list(groups, (group) => group),
    ),
    join(u8(2), 'ffffffffffff', '0806', sized(arp.slice(50))),
    ...inbound.filter((p) => !configured.includes(p)).map(message),
    join(u8(2), 'ce3d8c98686b', ping.slice(16, 20), sized(ping.slice(20))),
  ];
}

/** The probe's answer as lines: "to verb payload" sent, "source destination type payload" delivered. */
function actions(answer: Uint8Array | null): { sent: string[]; delivered: string[] } {
  const out = { sent: [] as string[], delivered: [] as string[] };
  let rest = Buffer.from(answer ?? []);
  const take = (n: number): string => {
    const piece = rest.subarray(0, n).toString('hex');
    rest = rest.subarray(n);
    return piece;
  };
  while (rest.length > 0) {
    const wasSent = take(1) === '00';
    const words = wasSent ? [take(5), take(1)] : [take(6), take(6), take(2)];
    const size = Number.parseInt(take(4), 16);
    (wasSent ? out.sent : out.delivered).push([...words, take(size)].join(' '));
  }
  return out;
}

describe.each(targets)('$name: a captured session', (target) => {
  const alice = aliceConfig?.to ?? '';
  const bob = bobConfig?.to ?? '';
  const controller = configs.controllerSecret.slice(0, 10);
  const answer = () =>
    actions(
      target.probe(
        'vl2.session',
        join(
          sized(text(aliceConfig?.recipientSecret ?? '')),
          list([configs.controllerSecret, bobConfig?.recipientSecret ?? ''], (i) => sized(text(publicPart(i)))),
          aliceConfig?.nwid ?? '',
          ...aliceSteps(alice, bob),
        ),
      ),
    );
  const recorded = (verb: number, to: string, match = ''): string => {
    const packet = session.find(
      (p) => p.from === alice && p.to === to && p.verb === verb && p.payload?.startsWith(match),
    );
    if (packet?.payload === undefined) throw new Error(`no such packet in the capture: ${verb} ${to} ${match}`);
    return `${to} ${verb.toString(16).padStart(2, '0')} ${packet.payload}`;
  };

  test('sends byte for byte what the reference member sent', () => {
    const { sent } = answer();
    expect(sent[0]).toBe(recorded(11, controller)); // request with metadata
    expect(sent).toContain(recorded(3, controller, '08c5da440578fbfcd5')); // receipt of the push
    expect(sent).toContain(recorded(13, controller, `${aliceConfig?.nwid}01ffffffffffff0a900025`)); // gather for ARP
    const credentials = recorded(10, bob);
    const frame = recorded(14, bob);
    expect(sent).toContain(frame);
    expect(sent.indexOf(credentials)).toBe(sent.indexOf(frame) - 1); // credentials just ahead of the frame
    expect(sent).toContain(recorded(9, bob)); // groups announced when the gate let bob through
    expect(sent.at(-1)).toBe(recorded(6, bob)); // the ping
  });

  test('delivers every frame the other member sent, and nothing else', () => {
    const frames = new Map(
      session.filter((p) => p.from === bob && p.verb === 6).map((p) => [p.packetId, p.payload ?? '']),
    );
    const expected = [...frames.values()].map(
      (payload) => `ce3d8c98686b ce1691577c30 ${payload.slice(16, 20)} ${payload.slice(20)}`,
    );
    expect(expected.length).toBeGreaterThan(30);
    expect(answer().delivered).toEqual(expected);
  });
});
