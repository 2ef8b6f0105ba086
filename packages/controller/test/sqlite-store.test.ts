/** The database: what was acknowledged is there, whatever happens to the process; what is wrong is said. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { NetworkId } from '@ztkit/types';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newMember } from '../src/domain/member.js';
import { newNetwork } from '../src/domain/network.js';
import { createController } from '../src/service/controller.js';
import { MIGRATIONS } from '../src/store/migrations.js';
import { SqliteStore } from '../src/store/sqlite-store.js';
import { ALICE, BOB, FakePort } from './fake-port.js';

const NETWORK = 'c0ffee0001000001' as NetworkId;
const child = fileURLToPath(new URL('kill-writer.mjs', import.meta.url));
const built = new URL('../dist/index.js', import.meta.url);

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ztkit-store-'));
  file = join(directory, 'controller.db');
});

afterEach(() => rm(directory, { recursive: true }));

/** Lets a child make changes `from`..`to` and kills it right after the last is acknowledged. */
async function changeAndKill(from: number, to: number): Promise<void> {
  const writer = spawn(process.execPath, [child, built.href, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(writer, 'exit');
  const lines = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  for (let number = from; number <= to; number += 1) {
    writer.stdin.write(`${number}\n`);
    expect((await lines.next()).value).toBe(`acknowledged ${number}`);
  }
  writer.stdin.write(`${to + 1}\n`); // this one is cut off in the middle, or not begun
  writer.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
}

describe('a controller that is killed', () => {
  it('has every acknowledged change when it is opened again', async () => {
    expect(existsSync(built), 'run the build first: the child process uses dist').toBe(true);
    let next = 1;
    for (const changes of [1, 1, 1, 5, 20]) {
      await changeAndKill(next, next + changes - 1);
      next += changes;
      const controller = await createController({ port: new FakePort(), store: new SqliteStore(file) });
      const members = controller.members(NETWORK).map(({ id }) => Number(`0x${id}`));
      const acknowledged = Array.from({ length: next - 1 }, (_, index) => index + 1);
      expect(members.filter((number) => number < next)).toEqual(acknowledged);
      expect(Number(controller.network(NETWORK)?.name.split(' ')[1])).toBeGreaterThanOrEqual(next - 1);
      await controller.close();
    }
  }, 60_000);
});

describe('the file', () => {
  it('keeps and deletes records', async () => {
    const network = {
      ...newNetwork(NETWORK, 1),
      name: 'ünïcode',
      revision: 3,
      authTokens: { t: 0 },
      dns: { domain: 'a', servers: ['1.1.1.1'] },
    };
    const alice = { ...newMember(NETWORK, ALICE, 2), tags: [[1, 2]] as [number, number][], revision: 1 };
    const first = new SqliteStore(file);
    await first.putNetwork(network);
    await first.putMember(alice);
    await first.putMember(newMember(NETWORK, BOB, 2));
    await first.deleteMember(NETWORK, BOB);
    expect((await stat(file)).mode & 0o777, 'for its owner only').toBe(0o600);
    await first.close();
    await first.close();

    const second = new SqliteStore(file);
    expect(await second.load()).toEqual([{ network, members: [alice] }]);
    await second.deleteNetwork(NETWORK);
    expect(await second.load()).toEqual([]);
    await second.close();
  });

  it('knows up to where times were issued when it is opened again', async () => {
    const first = new SqliteStore(file);
    expect(await first.loadClock()).toBe(0);
    await first.saveClock(1_800_000_000_000);
    await first.saveClock(1_800_000_060_000);
    await first.close();
    const second = new SqliteStore(file);
    expect(await second.loadClock()).toBe(1_800_000_060_000);
    await second.close();
  });

  it('is not written any more when somebody else has written: memory would not be what the file is', async () => {
    const first = new SqliteStore(file);
    await first.putNetwork(newNetwork(NETWORK, 1));
    const second = new SqliteStore(file);
    await second.putMember(newMember(NETWORK, ALICE, 1));
    await expect(first.putMember(newMember(NETWORK, BOB, 1))).rejects.toThrow(/another program has changed it/);
    expect((await second.load())[0]?.members.map(({ id }) => id)).toEqual([ALICE]);
    await first.load();
    await first.putMember(newMember(NETWORK, BOB, 1));
    await Promise.all([first.close(), second.close()]);
  });

  it('is refused when it is no database, is damaged or is too new, with what is wrong', async () => {
    await writeFile(file, 'this is not a database, and long enough to be looked at as one'.repeat(30));
    expect(() => new SqliteStore(file)).toThrow(/controller\.db.*not a database/);
    await rm(file);
    expect(() => new SqliteStore(join(directory, 'missing', 'x.db'))).toThrow(/could not be opened/);

    const store = new SqliteStore(file);
    await store.putNetwork(newNetwork(NETWORK, 1));
    await store.close();
    const raw = new Database(file);
    raw.exec(`UPDATE network SET record = '{"id":"x"}'`);
    raw.close();
    const damaged = new SqliteStore(file);
    await expect(damaged.load()).rejects.toMatchObject({ code: 'ERR_CONTROLLER_STORE' });
    await damaged.close();

    const newer = new Database(file);
    newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    newer.close();
    expect(() => new SqliteStore(file)).toThrow(/use a newer ztkit/);
  });

  it('that cannot be written rejects, and a closed store too', async () => {
    const store = new SqliteStore(file);
    await expect(store.putMember(newMember(NETWORK, ALICE, 1))).rejects.toMatchObject({ code: 'ERR_CONTROLLER_STORE' });
    await store.close();
    await expect(store.putNetwork(newNetwork(NETWORK, 1))).rejects.toThrow(/closed/);
  });
});
