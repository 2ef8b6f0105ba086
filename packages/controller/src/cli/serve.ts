/** What a command does while it runs. */
import type { Node } from '@ztkit/sdk';

/** What was started: a node, and what ends with it. */
interface Running {
  node: Node;
  close(): Promise<void>;
}

/** Runs until `signalled` resolves, then ends in order; the node's own end is an error. */
export async function serveUntil(signalled: Promise<void> | undefined, running: Running): Promise<void> {
  const fatal = new Promise<never>((_resolve, reject) => {
    running.node.on('NODE_FATAL_ERROR', ({ reason, detail }) =>
      reject(new Error(`The node ended: ${reason} ${detail}`)),
    );
  });
  try {
    await Promise.race([signalled, fatal]);
  } finally {
    await running.close();
  }
}
