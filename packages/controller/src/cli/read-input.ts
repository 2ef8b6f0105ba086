/** Text from a file, or from standard input for `-`. */
import { createReadStream } from 'node:fs';
import { ControllerError } from '../domain/errors.js';

/**
 * Reads a whole text of at most `limit` bytes. What is longer, not UTF-8, or cannot be read is an error that says so.
 */
export async function readInput(path: string, limit: number): Promise<string> {
  const name = path === '-' ? 'Standard input' : `The file ${path}`;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size > limit) throw new ControllerError('ERR_CONTROLLER_INPUT', `${name} is longer than ${limit} bytes`);
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    if (cause instanceof ControllerError) throw cause;
    const reason =
      cause instanceof TypeError ? 'it is not UTF-8' : cause instanceof Error ? cause.message : String(cause);
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${name} could not be read: ${reason}`, { cause });
  }
}
