/** Signals that end a command. */

/**
 * Resolves at the first SIGINT or SIGTERM. Ask before anything is started: a signal during the start is then heard
 * when the start is done, and everything ends in order.
 */
export function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
