import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../src/index.js';
import { fakePeerRecord, fakePlanet, fakeSecret } from './fake-engine.js';
import { lab, networkId } from './lab.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ztkit-store-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a directory', () => {
  it('that could not be read when it was opened is not left locked', async () => {
    await writeFile(join(home, 'peers.d'), 'a file where a directory belongs');
    const { start } = lab();
    await expect(start({ store: fileStore(home) })).rejects.toThrow(/peers\.d/);
    await rm(join(home, 'peers.d'));
    const node = await start({ store: fileStore(home) });
    await node.close();
  });

  it('gets the layout of existing installations, secrets private, nothing left over', async () => {
    const { start } = lab();
    const directory = join(home, 'new');
    const node = await start({ store: fileStore(directory) });
    node.join(networkId);
    await node.close();
    expect((await readdir(directory)).sort()).toEqual([
      'identity.public',
      'identity.secret',
      'networks.d',
      'peers.d',
      'planet',
    ]);
    expect(await readdir(join(directory, 'networks.d'))).toEqual([`${networkId}.conf`]);
    expect(await readdir(join(directory, 'peers.d'))).toEqual(['aaaaaaaaaa.peer']);
    expect((await stat(join(directory, 'identity.secret'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(directory, 'identity.secret'), 'utf8')).toMatch(/^[0-9a-f]{10}:0:[0-9a-f:]{257}$/);
  });

  it('of an existing installation opens as it is', async () => {
    await writeFile(join(home, 'identity.secret'), fakeSecret('89e92ceee5'));
    await writeFile(join(home, 'planet'), fakePlanet);
    await mkdir(join(home, 'networks.d'));
    await mkdir(join(home, 'peers.d'));
    await writeFile(join(home, 'networks.d', `${networkId}.conf`), 'nwid=8056c2e21c000001\n');
    await writeFile(join(home, 'networks.d', `${networkId}.local.conf`), 'allowManaged=1\n');
    await writeFile(join(home, 'peers.d', '0123456789.peer'), fakePeerRecord('0123456789', 1));
    await writeFile(join(home, 'peers.d', '1123456789.peer'), fakePeerRecord('1123456789', 1));
    const old = Date.now() / 1000 - 31 * 24 * 3600;
    await utimes(join(home, 'peers.d', '1123456789.peer'), old, old);
    const { start, world } = lab();
    const node = await start({ store: fileStore(home), planet: undefined });
    expect(node.address).toBe('89e92ceee5');
    const [fake] = world.nodes;
    const dictionary = bytes('nwid=8056c2e21c000001\n');
    expect(fake?.options.cachedNetworks).toEqual([{ id: networkId, dictionary, permissions: { allowManaged: true } }]);
    expect(fake?.options.cachedPeers).toEqual([fakePeerRecord('0123456789', 1)]);
    await node.networks[0]?.ready();
    await node.close();
    expect(await readFile(join(home, 'networks.d', `${networkId}.conf`), 'utf8')).toContain('nwid');
    expect(await readdir(join(home, 'peers.d'))).not.toContain('1123456789.peer');
  });

  it('loses peers that were not heard of for 30 days also while it is open', async () => {
    const store = fileStore(home);
    await store.open?.();
    for (const name of ['0123456789.peer', '1123456789.peer', 'notes.peer']) {
      await mkdir(join(home, 'peers.d'), { recursive: true });
      await writeFile(join(home, 'peers.d', name), fakePeerRecord('0123456789'));
    }
    const old = Date.now() / 1000 - 31 * 24 * 3600;
    for (const name of ['1123456789.peer', 'notes.peer']) await utimes(join(home, 'peers.d', name), old, old);
    await store.maintain?.();
    expect((await readdir(join(home, 'peers.d'))).sort()).toEqual(['0123456789.peer', 'notes.peer']);
    await store.close?.();
  });

  it('with a damaged identity is refused by name and left untouched', async () => {
    const path = join(home, 'identity.secret');
    await writeFile(path, '89e92ceee5:0:abcd');
    const { start, world } = lab();
    const error = await start({ store: fileStore(home) }).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'ERR_ZT_INVALID_IDENTITY' });
    expect(error.message).toContain(path);
    expect(error.message).toMatch(/backup/);
    expect(await readFile(path, 'utf8')).toBe('89e92ceee5:0:abcd');
    expect(world.created).toBe(0);
    expect(await readdir(home)).toEqual(['identity.secret']);
  });

  it('is refused while another node uses it, and usable again afterwards', async () => {
    const { start } = lab();
    const node = await start({ store: fileStore(home) });
    await expect(start({ store: fileStore(home) })).rejects.toMatchObject({ code: 'ERR_ZT_STORE' });
    await node.close();
    await writeFile(join(home, 'ztkit.lock'), '1\n');
    await expect(start({ store: fileStore(home) })).rejects.toThrow(/in use by process 1 /);
    // No process has this number (above the kernel's limit): a leftover.
    await writeFile(join(home, 'ztkit.lock'), '999999999\n');
    await (await start({ store: fileStore(home) })).close();
    expect(await readdir(home)).not.toContain('ztkit.lock');
  });

  it('that cannot be written says so', async () => {
    const { start } = lab();
    await writeFile(join(home, 'file'), '');
    await expect(start({ store: fileStore(join(home, 'file', 'sub')) })).rejects.toMatchObject({
      code: 'ERR_ZT_STORE',
    });
  });
});

describe('object names', () => {
  it.each(['../x', '/etc/passwd', 'a/b/c', '', '.', 'peers.d/..', 'a\0b', 'x'.repeat(200)])(
    'refuses %j',
    async (name) => {
      await expect(fileStore(home).get(name)).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_ARGUMENT' });
      await expect(fileStore(home).put(name, new Uint8Array())).rejects.toMatchObject({
        code: 'ERR_ZT_INVALID_ARGUMENT',
      });
    },
  );

  it('does not rewrite what did not change', async () => {
    const store = fileStore(home);
    await store.put('planet', new Uint8Array([1]));
    const before = (await stat(join(home, 'planet'))).ino;
    await store.put('planet', new Uint8Array([1]));
    expect((await stat(join(home, 'planet'))).ino).toBe(before);
    await store.put('planet', new Uint8Array([2]));
    expect(await store.get('planet')).toEqual(new Uint8Array([2]));
  });
});
