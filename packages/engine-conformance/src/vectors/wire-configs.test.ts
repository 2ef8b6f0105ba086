/** Network configurations: chunks, signatures, dictionaries, requests, errors (g-netconfigs.json). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hex, join, loadVectors, sized, text, toHex, u8 } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';
import { all, ask, number, one } from './wire-answer.js';

interface Chunk {
  verb: string;
  packetId: string;
  payload: string;
  data: string;
  flags: number;
  updateId: string;
  totalLength: number;
  index: number;
  chunkSignedMessage: string;
  signature: string;
  trailer: string;
}
interface Config {
  nwid: string;
  network: string | null;
  to: string;
  chunks: Chunk[];
  complete: boolean;
  dictionary: string;
  dictionaryFields: Record<string, string>;
}
const vectors = loadVectors<{
  controllerSecret: string;
  configs: Config[];
  requests: {
    nwid: string;
    payload: string;
    metadata: string;
    metadataFields: Record<string, string>;
    trailer: string;
  }[];
  errors: { errorCode: number; payload: string }[];
}>('g-netconfigs.json');

const controller = vectors.controllerSecret.split(':').slice(0, 3).join(':');
const message = (target: ProbeTarget, verb: number, payload: string) =>
  ask(target, 'wire.message', join(u8(verb), payload));
const chunkBody = (chunk: Chunk): string => (chunk.verb === 'OK' ? chunk.payload.slice(18) : chunk.payload);
const chunks = vectors.configs.flatMap((config) => config.chunks.map((chunk) => [config.nwid, chunk] as const));
const configs = vectors.configs.map((config, i) => [i, config.network ?? config.nwid, config] as const);

describe.each(targets)('$name: configuration chunks', (target) => {
  test.each(chunks)('chunk for %s', (nwid, chunk) => {
    const answer = message(target, chunk.verb === 'OK' ? 3 : 12, chunk.payload);
    expect(answer?.serialized).toBe(chunk.payload);
    expect(one(answer, 'network')).toBe(nwid);
    expect(one(answer, 'data')).toBe(chunk.data);
    expect(one(answer, 'flags')).toBe(number(chunk.flags));
    expect(one(answer, 'update_id')).toBe(chunk.updateId);
    expect(one(answer, 'total')).toBe(number(chunk.totalLength));
    expect(one(answer, 'position')).toBe(number(chunk.index));
    expect(one(answer, 'signature')).toBe(chunk.signature);
    expect(ask(target, 'wire.chunk', hex(chunkBody(chunk)))?.signedMessage).toBe(chunk.chunkSignedMessage);
  });

  test.each(chunks)('signature of the chunk for %s', (_nwid, chunk) => {
    const body = hex(chunkBody(chunk));
    const verifies = (bytes: Uint8Array, identity: string): boolean =>
      target.probe('wire.chunk.verify', join(sized(bytes), sized(text(identity)))) !== null;
    expect(verifies(body, controller)).toBe(true);
    for (const at of [9, 20, body.length - 105, body.length - 90, body.length - 1]) {
      const changed = body.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(verifies(changed, controller), `byte ${at}`).toBe(false);
    }
    const signed = target.probe('wire.chunk.sign', join(sized(body), sized(text(vectors.controllerSecret))));
    expect(toHex(signed)).toBe(toHex(body));
  });

  test('a chunk must lie inside its total, under signature type 1 of 96 bytes; the unsigned form ends after the data', () => {
    const chunk = vectors.configs[0]?.chunks[0];
    if (chunk === undefined) throw new Error('no chunk');
    const body = chunkBody(chunk);
    const tail = body.length - 2 * (1 + 8 + 4 + 4 + 1 + 2 + 96);
    const replace = (at: number, digits: string) => body.slice(0, at) + digits + body.slice(at + digits.length);
    const parse = (digits: string) => ask(target, 'wire.chunk', hex(digits));
    expect(parse(body)).not.toBeNull();
    expect(parse(replace(tail + 26, '00000001')), 'position').toBeNull();
    expect(parse(replace(tail + 18, '00000001')), 'total').toBeNull();
    expect(parse(replace(tail + 18, '00100000')), 'total beyond the capacity').toBeNull();
    expect(parse(replace(tail + 34, '02')), 'signature type').toBeNull();
    expect(parse(replace(tail + 36, '0061')), 'signature length').toBeNull();
    expect(parse(body.slice(0, -2)), 'short').toBeNull();
    expect(one(parse(body.slice(0, tail)), 'legacy')).toBe(number(1));
  });
});

describe.each(targets)('$name: configurations', (target) => {
  test.each(configs)('%i: %s is written back byte for byte', (_index, _name, config) => {
    expect(config.complete).toBe(true);
    const answer = ask(target, 'wire.config', hex(config.dictionary));
    expect(answer?.serialized).toBe(config.dictionary);
  });

  test.each(configs)('%i: fields of %s', (_index, _name, config) => {
    const answer = ask(target, 'wire.config', hex(config.dictionary));
    for (const name of ['nwid', 'ts', 'ctmd', 'r', 'id', 'tt', 'tl', 'f', 'ml', 't', 'n', 'mtu']) {
      expect(one(answer, name), name).toBe(config.dictionaryFields[name]);
    }
    const fields = config.dictionaryFields;
    expect(one(answer, 'com')).toBe(number('C' in fields ? 1 : 0));
    expect(one(answer, 'tags')).toBe(number((fields.TAG?.length ?? 0) / 270));
    expect(one(answer, 'coos')).toBe(number('COO' in fields ? 1 : 0));
    expect(all(answer, 'specialist').join('')).toBe(fields.S ?? '');
    expect(one(answer, 'caps') === number(0)).toBe(!('CAP' in fields));
  });

  test.each(configs)('%i: every key of %s reads as the reference showed it', (_index, _name, config) => {
    for (const [key, shown] of Object.entries(config.dictionaryFields)) {
      const value = target.probe('wire.dictionary', join(sized(config.dictionary), text(key)));
      const candidates = [toHex(value), value === null ? null : Buffer.from(value).toString('latin1')];
      expect(candidates, key).toContain(shown);
    }
    expect(target.probe('wire.dictionary', join(sized(config.dictionary), text('absent')))).toBeNull();
  });

  test('the big one has 1001 rules and 60 tags', () => {
    const big = vectors.configs.find((config) => config.network === 'many-rules');
    const answer = ask(target, 'wire.config', hex(big?.dictionary ?? ''));
    expect([one(answer, 'rules'), one(answer, 'tags')]).toEqual([number(1001), number(60)]);
  });

  test('netconf-vector.bin, a public network as a controller sent it', () => {
    const file = readFileSync(new URL('../../../core/vectors/netconf-vector.bin', import.meta.url));
    const answer = ask(target, 'wire.config', file);
    expect(answer?.serialized).toBe(file.toString('hex'));
    expect([one(answer, 'n'), one(answer, 't'), one(answer, 'id')]).toEqual(['t119', number(1), '4a96884bd0']);
    expect([all(answer, 'route'), all(answer, 'address')]).toEqual([['10.27.0.0/16'], ['10.27.0.254/16']]);
  });

  test('what must be rejected is rejected', () => {
    const parse = (dictionary: string) => ask(target, 'wire.config', text(dictionary));
    const head = 'v=7\nnwid=1122334455667788\nid=0123456789';
    expect(parse(head)).not.toBeNull();
    expect(parse('v=5\nnwid=1122334455667788\nid=0123456789'), 'old version').toBeNull();
    expect(parse('nwid=1122334455667788\nid=0123456789'), 'no version').toBeNull();
    expect(parse('v=7\nid=0123456789'), 'no network').toBeNull();
    expect(parse('v=7\nnwid=1122334455667788'), 'no member').toBeNull();
    for (const bad of ['C=\\0', 'COO=x', 'RT=\u0009', 'I=\u0004', 'R=%', 'DNS=short']) {
      expect(parse(`${head}\n${bad}`), bad).toBeNull();
    }
    for (const kept of ['CAP=x', 'TAG=x', 'S=1234567', 'unknown=1']) {
      expect(parse(`${head}\n${kept}`), kept).not.toBeNull();
    }
    expect(one(parse(`${head}\nmtu=1`), 'mtu')).toBe(number(1280));
    expect(one(parse(`${head}\nmtu=ffffffff`), 'mtu')).toBe(number(10000));
  });
});

describe.each(targets)('$name: configuration requests', (target) => {
  test.each(vectors.requests.map((r, i) => [i, r] as const))('request %i', (_index, request) => {
    const answer = message(target, 11, request.payload);
    expect(answer?.serialized).toBe(request.payload);
    expect(one(answer, 'network')).toBe(request.nwid);
    expect(one(answer, 'metadata')).toBe(request.metadata);
    expect((one(answer, 'revision') ?? '') + (one(answer, 'timestamp') ?? '')).toBe(request.trailer);
    const metadata = ask(target, 'wire.metadata', hex(request.metadata));
    expect(metadata?.serialized).toBe(request.metadata);
    for (const [key, value] of Object.entries(request.metadataFields)) expect(one(metadata, key), key).toBe(value);
    expect(one(metadata, 'ours'), 'we say the same of ourselves').toBe(number(1));
  });

  test('the last two fields are optional', () => {
    const request = vectors.requests[0];
    const short = request?.payload.slice(0, -32) ?? '';
    expect(one(message(target, 11, short), 'metadata')).toBe(request?.metadata);
  });

  test.each(vectors.errors)('error $errorCode', (error) => {
    const answer = message(target, 2, error.payload);
    expect(answer?.serialized).toBe(error.payload);
    expect(one(answer, 'code')).toBe(number(error.errorCode));
    expect(one(answer, 'in_re_verb')).toBe(number(11));
    expect(one(answer, 'network')).toBe(error.payload.slice(20));
  });
});
