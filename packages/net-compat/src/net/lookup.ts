/** From the `host` of `connect` to an address of the stack. */
import { isIP } from 'node:net';
import { notFoundError } from '../system-errors.js';
import type { ConnectOptions } from './arguments.js';

/** An address and its family, or the error of the lookup. */
export type Resolved = { error: Error } | { address: string; family: 4 | 6 };

/** Calls back in the same tick for addresses, later for names. `host` is unchanged in the answer's error. */
export function resolveHost(options: ConnectOptions, done: (resolved: Resolved) => void): void {
  const host = options.host ?? 'localhost';
  const family = isIP(host);
  if (family === 4 || family === 6) {
    done({ address: host, family });
    return;
  }
  if (options.lookup !== undefined) {
    const request = { family: options.family ?? 0, hints: 0, all: false } as const;
    options.lookup(host, request, (error, address) => {
      if (error) return done({ error });
      const text = typeof address === 'string' ? address : (address[0]?.address ?? '');
      const found = isIP(text);
      done(found === 0 ? { error: notFoundError(host) } : { address: text, family: found as 4 | 6 });
    });
    return;
  }
  if (host !== 'localhost') {
    done({ error: notFoundError(host) });
    return;
  }
  done(options.family === 6 ? { address: '::1', family: 6 } : { address: '127.0.0.1', family: 4 });
}
