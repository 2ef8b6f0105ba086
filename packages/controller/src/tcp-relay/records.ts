/** Records of a TCP relay's stream (vl1.md §10.1): three bytes nobody checks, a length, a message. */

const HEADER_BYTES = 5;
/** A message of this length is a greeting, whatever it says. */
export const GREETING_BYTES = 4;
/** Type 4, IPv4 address, port. */
const ADDRESS_BYTES = 7;
const TYPE_IPV4 = 4;
/** What a record that has begun gets at first; it grows with what really comes, not with what its header promises. */
const FIRST_BYTES = 2048;

/** A datagram and the IPv4 address it goes to or comes from. */
export interface RelayedDatagram {
  address: string;
  port: number;
  bytes: Uint8Array;
}

/** The datagram in a message, or nothing: too short, or an address that is not IPv4. */
export function parseDatagram(message: Buffer): RelayedDatagram | undefined {
  if (message.length < ADDRESS_BYTES || message[0] !== TYPE_IPV4) return undefined;
  const address = `${message[1]}.${message[2]}.${message[3]}.${message[4]}`;
  return { address, port: message.readUInt16BE(5), bytes: message.subarray(ADDRESS_BYTES) };
}

/** Bytes that a datagram of `size` bytes takes in the stream. */
export function recordSize(size: number): number {
  return HEADER_BYTES + ADDRESS_BYTES + size;
}

/** The whole record of a datagram. */
export function datagramRecord({ address, port, bytes }: RelayedDatagram): Buffer {
  const out = Buffer.allocUnsafe(recordSize(bytes.length));
  out.set([0x17, 0x03, 0x03]);
  out.writeUInt16BE(ADDRESS_BYTES + bytes.length, 3);
  out.set([TYPE_IPV4, ...address.split('.').map(Number)], HEADER_BYTES);
  out.writeUInt16BE(port, HEADER_BYTES + 5);
  out.set(bytes, HEADER_BYTES + ADDRESS_BYTES);
  return out;
}

/**
 * Cuts a stream into messages. Holds one incomplete record at most, 65,540 bytes; the work is linear in what comes, in
 * however small pieces.
 */
export class RecordReader {
  #held = Buffer.alloc(0);
  #size = 0;

  /** Calls `onMessage` for each complete message; its bytes are valid during the call. */
  push(chunk: Buffer, onMessage: (message: Buffer) => void): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#size === 0) rest = this.#whole(rest, onMessage);
      if (rest.length > 0) rest = this.#piece(rest, onMessage);
    }
  }

  /** Bytes of an incomplete record. */
  get held(): number {
    return this.#size;
  }

  /** Takes the records that are complete in `bytes`, without a copy. */
  #whole(bytes: Buffer, onMessage: (message: Buffer) => void): Buffer {
    let rest = bytes;
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt16BE(3);
      if (rest.length < end) break;
      onMessage(rest.subarray(HEADER_BYTES, end));
      rest = rest.subarray(end);
    }
    return rest;
  }

  /** Adds to the incomplete record as much as belongs to it. */
  #piece(bytes: Buffer, onMessage: (message: Buffer) => void): Buffer {
    const known = this.#size >= HEADER_BYTES;
    const end = known ? HEADER_BYTES + this.#held.readUInt16BE(3) : HEADER_BYTES;
    const taken = Math.min(end - this.#size, bytes.length);
    this.#reserve(this.#size + taken);
    this.#held.set(bytes.subarray(0, taken), this.#size);
    this.#size += taken;
    if (this.#size >= HEADER_BYTES && this.#size === HEADER_BYTES + this.#held.readUInt16BE(3)) {
      const message = this.#held.subarray(HEADER_BYTES, this.#size);
      this.#held = Buffer.alloc(0);
      this.#size = 0;
      onMessage(message);
    }
    return bytes.subarray(taken);
  }

  #reserve(size: number): void {
    if (this.#held.length >= size) return;
    const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, size, this.#held.length * 2));
    grown.set(this.#held.subarray(0, this.#size));
    this.#held = grown;
  }
}
