/** Frames: IPv4, IPv6 with extension headers, ARP, neighbour discovery, anything; whole, cut and damaged. */
import type { SeededRandom } from './seeded-random.js';
import * as pools from './value-pools.js';

export interface GeneratedFrame {
  macSource: Uint8Array;
  macDestination: Uint8Array;
  etherType: number;
  payload: Uint8Array;
}

const EXTENSIONS = [0, 43, 60, 135];

const join = (...pieces: (Uint8Array | number[])[]): Uint8Array =>
  Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const u16 = (value: number): number[] => [value >> 8, value & 255];

function upperLayer(random: SeededRandom, protocol: number): Uint8Array {
  const ports = [...u16(random.pick(pools.ports)), ...u16(random.pick(pools.ports))];
  switch (protocol) {
    case 1:
    case 58:
      return join([random.pick(pools.icmpTypes), random.below(3)], random.bytes(30));
    case 6: {
      const flags = [0x50 | random.below(16), random.pick([0x02, 0x10, 0x12, 0x18, 0x04, random.below(256)])];
      return join(ports, random.bytes(8), flags, random.bytes(random.below(12)));
    }
    case 17:
    case 132:
    case 136:
      return join(ports, random.bytes(random.below(12)));
    default:
      return random.bytes(random.below(40));
  }
}

function ipv4(random: SeededRandom): Uint8Array {
  const words = random.chance(80) ? 5 : random.below(16);
  const protocol = random.pick([1, 1, 6, 6, 17, 17, 132, 136, random.below(256)]);
  const header = join(
    [0x40 | words, random.pick(pools.tos), ...random.bytes(6), 64, protocol, 0, 0],
    random.pick(pools.ipv4),
    random.pick(pools.ipv4),
  );
  return join(header, random.bytes(Math.max(0, words - 5) * 4), upperLayer(random, protocol));
}

function ipv6(random: SeededRandom): Uint8Array {
  const last = random.pick([6, 6, 17, 17, 58, 58, 132, 136, 44, random.below(256)]);
  const chain = random.chance(60) ? [] : random.some(3, () => random.pick(EXTENSIONS));
  const protocols = [...chain, last];
  const tos = random.pick(pools.tos);
  const header = join(
    [0x60 | (tos >> 4), ((tos & 15) << 4) | random.below(16), 0, 0, 0, 0, protocols[0] ?? last, 64],
    random.pick(pools.ipv6),
    random.pick(pools.ipv6),
  );
  const extensions = chain.map((_, i) => {
    const words = random.chance(90) ? random.below(3) : random.below(256);
    return join([protocols[i + 1] ?? last, words], random.bytes(6 + 8 * Math.min(words, random.chance(90) ? 3 : 1)));
  });
  return join(header, ...extensions, upperLayer(random, last));
}

function neighbourDiscovery(random: SeededRandom): Uint8Array {
  const type = random.pick([0x87, 0x88, 0x88, 0x85]);
  const header = [0x60, 0, 0, 0, 0, 32, 58, 255];
  const addresses = [random.pick(pools.ipv6), random.pick(pools.ipv6)];
  return join(header, ...addresses, [type, 0, 0, 0, 0, 0, 0, 0], random.pick(pools.ipv6), random.bytes(8));
}

function arp(random: SeededRandom): Uint8Array {
  const [sender, target] = [random.pick(pools.ipv4), random.pick(pools.ipv4)];
  const operation = 1 + random.below(2);
  return join([0, 1, 8, 0, 6, 4, 0, operation], random.pick(pools.macs), sender, new Uint8Array(6), target);
}

function body(random: SeededRandom): { etherType: number; payload: Uint8Array } {
  const kind = random.below(100);
  if (kind < 40) return { etherType: 0x0800, payload: ipv4(random) };
  if (kind < 75) return { etherType: 0x86dd, payload: ipv6(random) };
  if (kind < 83) return { etherType: 0x86dd, payload: neighbourDiscovery(random) };
  if (kind < 92) return { etherType: 0x0806, payload: arp(random) };
  return { etherType: random.pick(pools.etherTypes), payload: random.bytes(random.below(80)) };
}

export function generateFrame(random: SeededRandom): GeneratedFrame {
  const made = body(random);
  let payload = made.payload;
  if (random.chance(12)) payload = payload.slice(0, random.below(payload.length + 1));
  if (random.chance(5) && payload.length > 0) payload[random.below(payload.length)] = random.below(256);
  const etherType = random.chance(4) ? random.pick(pools.etherTypes) : made.etherType;
  return { macSource: random.pick(pools.macs), macDestination: random.pick(pools.macs), etherType, payload };
}
