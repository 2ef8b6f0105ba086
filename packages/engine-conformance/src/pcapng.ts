/** Reads a pcapng file: sections written by the core, little-endian. Throws for anything that is not well-formed. */

export interface CapturedPacket {
  /** Name of the interface it was seen on. */
  interface: string;
  /** 1 inbound, 2 outbound. */
  direction: number;
  /** Microseconds since the epoch. */
  time: bigint;
  originalLength: number;
  data: Uint8Array;
}

export interface CaptureFile {
  interfaces: { name: string; link: number; snaplen: number; received?: bigint; dropped?: bigint }[];
  packets: CapturedPacket[];
}

const [sectionHeader, interfaceDescription, statistics, enhancedPacket] = [0x0a0d0d0a, 1, 5, 6];
const padded = (length: number): number => (length + 3) & ~3;

/** The options at the end of a block, by code. */
function optionsOf(body: DataView, start: number): Map<number, DataView> {
  const options = new Map<number, DataView>();
  for (let at = start; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, true);
    const length = body.getUint16(at + 2, true);
    if (code === 0) break;
    options.set(code, new DataView(body.buffer, body.byteOffset + at + 4, length));
    at += 4 + padded(length);
  }
  return options;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function addInterface(file: CaptureFile, body: DataView): void {
  const name = optionsOf(body, 8).get(2);
  file.interfaces.push({
    name: name === undefined ? '' : new TextDecoder().decode(bytesOf(name)),
    link: body.getUint16(0, true),
    snaplen: body.getUint32(4, true),
  });
}

function addPacket(file: CaptureFile, body: DataView): void {
  const seenOn = file.interfaces[body.getUint32(0, true)];
  if (seenOn === undefined) throw new Error('a packet before its interface');
  const captured = body.getUint32(12, true);
  file.packets.push({
    interface: seenOn.name,
    direction:
      optionsOf(body, 20 + padded(captured))
        .get(2)
        ?.getUint32(0, true) ?? 0,
    time: (BigInt(body.getUint32(4, true)) << 32n) | BigInt(body.getUint32(8, true)),
    originalLength: body.getUint32(16, true),
    data: bytesOf(new DataView(body.buffer, body.byteOffset + 20, captured)),
  });
}

function addStatistics(file: CaptureFile, body: DataView): void {
  const of = file.interfaces[body.getUint32(0, true)];
  if (of === undefined) throw new Error('statistics of an unknown interface');
  const options = optionsOf(body, 12);
  of.received = options.get(4)?.getBigUint64(0, true);
  of.dropped = options.get(5)?.getBigUint64(0, true);
}

export function readPcapng(bytes: Uint8Array): CaptureFile {
  const file: CaptureFile = { interfaces: [], packets: [] };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const [type, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (length % 4 !== 0 || view.getUint32(at + length - 4, true) !== length) throw new Error(`a bad block at ${at}`);
    if ((type === sectionHeader) !== (at === 0)) throw new Error('a section header is first, and only there');
    const body = new DataView(bytes.buffer, bytes.byteOffset + at + 8, length - 12);
    if (type === interfaceDescription) addInterface(file, body);
    else if (type === enhancedPacket) addPacket(file, body);
    else if (type === statistics) addStatistics(file, body);
    else if (type !== sectionHeader) throw new Error(`block type ${type}`);
    at += length;
  }
  return file;
}
