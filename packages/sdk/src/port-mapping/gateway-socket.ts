/** Questions to a gateway over UDP, asked again until they are answered (RFC 6886 §3.1). */
import { createSocket } from 'node:dgram';

/** Before the second try, then twice as long each time. RFC 6886 goes on for a minute; a router answers at once. */
const FIRST_WAIT_MS = 250;
const TRIES = 5;

/** Where a question goes, and whose answer counts. */
export interface Gateway {
  address: string;
  /** Of the gateway's. */
  port: number;
  /** A multicast address that gets the question too; the answer then comes from any port of the gateway. */
  group?: string;
}

/**
 * Sends `question` from `localAddress` until `read` takes an answer (anything but `undefined`). Rejects after about
 * eight seconds of silence, when the signal aborts, or with what `read` throws.
 */
export async function ask<T>(
  { address, port, group }: Gateway,
  localAddress: string,
  question: Uint8Array,
  read: (answer: Uint8Array) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const socket = createSocket('udp4');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const abort = new AbortController();
  try {
    return await new Promise<T>((resolve, reject) => {
      const end = AbortSignal.any([signal, abort.signal]);
      end.addEventListener('abort', () => reject(signal.reason), { once: true });
      socket.once('error', reject);
      socket.on('message', (answer, from) => {
        if (from.address !== address || (from.port !== port && group === undefined)) return;
        try {
          const result = read(answer);
          if (result !== undefined) resolve(result);
        } catch (error) {
          reject(error);
        }
      });
      const send = (attempt: number): void => {
        if (attempt === TRIES) {
          reject(new Error(`${address} port ${port} does not answer`));
          return;
        }
        for (const to of group === undefined ? [address] : [address, group]) {
          socket.send(question, port, to, (error) => error && reject(error));
        }
        timer = setTimeout(() => send(attempt + 1), FIRST_WAIT_MS << attempt);
        timer.unref();
      };
      socket.bind({ address: localAddress, port: 0 }, () => send(0));
      socket.unref();
    });
  } finally {
    clearTimeout(timer);
    abort.abort();
    socket.close();
  }
}
