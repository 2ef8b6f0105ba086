/**
 * Child of sqlite-store.test.ts: changes a network and a member for every line it reads, and says so once the change is
 * acknowledged. It is killed at any moment after that. Runs from dist: it must be a plain Node program.
 */
import { createInterface } from 'node:readline';

const [modulePath, file] = process.argv.slice(2);
const { SqliteStore, createController } = await import(modulePath);
const port = { address: 'c0ffee0001', enabled: false, enable() {}, disable() {}, grant() {}, reject() {}, revoke() {} };
const controller = await createController({ port, store: new SqliteStore(file) });
const network = `${port.address}000001`;
for await (const line of createInterface({ input: process.stdin })) {
  const number = Number(line);
  await controller.updateNetwork(network, { name: `change ${number}` });
  await controller.updateMember(network, number.toString(16).padStart(10, '0'), { authorized: true });
  process.stdout.write(`acknowledged ${number}\n`);
}
