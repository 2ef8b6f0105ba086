#!/usr/bin/env node
/**
 * Writes the seeds of the wire fuzz targets, packages/core/fuzz/corpus/TARGET/, from the test vectors. Files are named
 * by their content, so running it again changes nothing; files of other origin in those directories stay.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = join(dirname(fileURLToPath(import.meta.url)), '..', 'packages', 'core');
const vectors = (file) => JSON.parse(readFileSync(join(core, 'vectors', file), 'utf8'));
const hex = (digits) => Buffer.from(digits, 'hex');
// Enough of each kind to start from; the mutations do the rest.
const perKind = 6;

let count = 0;
function seed(target, bytes) {
  const directory = join(core, 'fuzz', 'corpus', target);
  mkdirSync(directory, { recursive: true });
  const name = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  writeFileSync(join(directory, name), bytes);
  ++count;
}
const prefixed = (byte, bytes) => Buffer.concat([Buffer.of(byte), bytes]);

/** A few messages of every verb (and in-re verb) that the captures hold. */
function messages() {
  const taken = new Map();
  for (const session of ['h-session1-direct', 'h-session2-relay', 'h-session3-config']) {
    for (const packet of vectors(`${session}.decoded.json`).packets) {
      if (packet.verb === undefined || packet.payload === undefined) continue;
      const kind = `${packet.verb}/${packet.inReVerb ?? ''}`;
      const n = taken.get(kind) ?? 0;
      const payload = hex(packet.payload);
      if (n >= perKind || payload.length > 4000) continue;
      taken.set(kind, n + 1);
      seed('message', prefixed(packet.verb, payload));
    }
  }
  for (const example of Object.values(vectors('vl1-vectors.json'))) {
    if (typeof example?.plaintext !== 'string') continue;
    const packet = hex(example.plaintext);
    seed('message', prefixed(packet[27] & 0x1f, packet.subarray(28)));
  }
  seed('message', prefixed(0x16, hex('0102')));
  seed('message', prefixed(0x13, hex('00112233445566770001')));
  seed('message', prefixed(0x15, hex('613d620063003d00')));
}

function vl1() {
  const all = vectors('vl1-vectors.json');
  seed('hello_tail', hex(all.hello.tail_plain));
  seed('hello_tail', hex('0000'));
  seed('peer_record', hex(all.peer_cache.hex));
  for (const datagram of all.fragmentation.datagrams) seed('datagram', hex(datagram).subarray(0, 64));
  for (const scope of all.ip_scope.slice(0, 8)) seed('datagram', hex(scope.serialized_port_9993));
  for (const packet of vectors('d-armor.json').packets) {
    if (packet.didCompress !== true || packet.compressed.length >= 4000) continue;
    seed('lz4', hex(packet.compressed).subarray(28));
  }
  seed('lz4', hex(all.lz4.one_possible_compressed_packet_before_armor).subarray(28));
}

function worlds() {
  const all = vectors('e-worlds.json');
  for (const world of [...all.worlds, ...all.labPlanets, all.idtoolMoon.decoded]) seed('world', hex(world.serialized));
  seed('world', hex(readFileSync(join(core, 'vectors', 'planet-default.hex'), 'utf8').replace(/\s/g, '')));
}

function credentials() {
  const kinds = ['CertificateOfMembership', 'Capability', 'Tag', 'CertificateOfOwnership', 'Revocation'];
  const all = vectors('f-credentials.json');
  for (const object of all.objects) seed('credential', prefixed(kinds.indexOf(object.type), hex(object.serialized)));
  for (const rule of all.rules) seed('rule', hex(rule.serialized));
  seed('rule', Buffer.concat(all.rules.map((rule) => hex(rule.serialized))));
  for (const address of all.inetAddress) seed('datagram', hex(address.serialized));
}

function configs() {
  const all = vectors('g-netconfigs.json');
  const networks = new Set();
  for (const config of all.configs) {
    const key = config.network ?? config.nwid;
    if (networks.has(key) || config.dictionary.length > 8000) continue;
    networks.add(key);
    seed('network_config', hex(config.dictionary));
    seed('dictionary', Buffer.concat([Buffer.from('\x02RT'), hex(config.dictionary)]));
    const chunk = config.chunks[0];
    seed('config_chunk', hex(chunk.verb === 'OK' ? chunk.payload.slice(18) : chunk.payload));
  }
  seed('network_config', readFileSync(join(core, 'vectors', 'netconf-vector.bin')));
  seed('network_config', hex(all.requests[0].metadata));
  const signOn = 'v=7\nnwid=1122334455667788\nid=0123456789\nssov=1\nssoe=1\niurl=a\nssoce=b\nsson=c\nssos=d\nssocid=e';
  seed('network_config', Buffer.from(signOn));
  seed('dictionary', Buffer.from('\x01aa=\\0\\r\\n\\e\\\\\nb=-1'));
}

messages();
vl1();
worlds();
credentials();
configs();
console.log(`${count} seeds`);
