/** One command to the core and its reply. */
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { RawNode } from './raw-node.js';
import { check } from './status-error.js';

/** Sends commands over a raw node; one request buffer is reused. */
export class Requester {
  readonly #raw: RawNode;
  readonly #out = new ByteWriter(1024);

  constructor(raw: RawNode) {
    this.#raw = raw;
  }

  /** The reply's body. Throws the error of a status other than OK; `what` names the operation in it. */
  send(op: number, what: string, write?: (out: ByteWriter) => void): ByteReader {
    const { status, body } = this.attempt(op, write);
    check(status, what);
    return body;
  }

  /** Status and body; throws nothing by itself. */
  attempt(op: number, write?: (out: ByteWriter) => void): { status: number; body: ByteReader } {
    this.#out.clear().u16(op);
    write?.(this.#out);
    const body = new ByteReader(this.#raw.command(this.#out.written));
    return { status: body.i32(), body };
  }
}
