/** The bytes that are moved: reproducible, incompressible, hashed on both ends. */
import { createCipheriv, createHash, type Hash } from 'node:crypto';
import type { TcpConnection } from '@ztkit/sdk';

const CHUNK = 256 * 1024;

/** Pseudo-random bytes: AES-CTR over zeros, the same on every run. */
export function* bulk(size: number): Generator<Uint8Array> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK);
  for (let left = size; left > 0; left -= CHUNK) yield cipher.update(left < CHUNK ? zeros.subarray(0, left) : zeros);
}

/** Writes `size` bytes and ends the stream. The SHA-256 of what was written, in hex. */
export async function sendBulk(connection: TcpConnection, size: number): Promise<string> {
  const hash = createHash('sha256');
  const writer = connection.writable.getWriter();
  for (const chunk of bulk(size)) {
    hash.update(chunk);
    await writer.write(chunk);
  }
  await writer.close();
  return hash.digest('hex');
}

/** Reads to the end, telling how far it is at most once per `CHUNK * 16` bytes. */
export async function receiveBulk(
  connection: TcpConnection,
  onProgress: (bytes: number) => void,
): Promise<{ sha256: string; bytes: number }> {
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  let told = 0;
  for await (const chunk of connection.readable) {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes - told >= CHUNK * 16) {
      told = bytes;
      onProgress(bytes);
    }
  }
  onProgress(bytes);
  return { sha256: hash.digest('hex'), bytes };
}
