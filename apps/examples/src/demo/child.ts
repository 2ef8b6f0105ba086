/** A process of the demo: holds one node and answers the parent's calls over IPC. */
import { CallTable } from './call-table.js';
import type { CallMessage, ChildMessage } from './messages.js';

if (process.send === undefined) {
  console.error('This program is started by the demo (npm run demo), not by hand.');
  process.exit(2);
}

const tell = (message: ChildMessage): void => {
  // A parent that is gone has nobody to tell: `disconnect` follows and ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};
const table = new CallTable(tell);

process.on('message', (message: CallMessage) => {
  table.run(message.call, message.argument).then(
    (result) => tell({ kind: 'result', id: message.id, result }),
    (error: Error) => tell({ kind: 'failure', id: message.id, message: error.message }),
  );
});

// The parent went away, or asks to stop: close in order, so that nothing stays behind.
const leave = (): void => {
  table.close().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
};
process.once('disconnect', leave);
process.once('SIGTERM', leave);
process.on('SIGINT', () => {}); // the parent gets it too and stops its children in order
