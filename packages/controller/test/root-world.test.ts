/** The world in a root's home directory: made, damaged, locked, signed again; and descriptions that cannot be signed. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPrivateWorld,
  describeMoon,
  fileStore,
  generateIdentity,
  signWorldDescription,
  type WorldDescription,
} from '@ztkit/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signMoon } from '../src/root/moon-files.js';
import { type RootOptions, type RunningRoot, startRoot } from '../src/root/start-root.js';

let base: string;
let identity: string;
let planetFile: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'ztkit-root-world-'));
  identity = await generateIdentity();
  planetFile = join(base, 'planet-to-live-in');
  const roots = [{ identity: await generateIdentity(), endpoints: [{ address: '127.0.0.1', port: 1 }] }];
  await writeFile(planetFile, await createPrivateWorld({ roots }));
});
afterAll(() => rm(base, { recursive: true, force: true }));

function options(home: string, more: Partial<RootOptions> = {}): RootOptions {
  const limits = { relayLimit: 0, relayLimitPerSource: 0, maxPeers: 1000 };
  const node = { port: 0, bind: ['127.0.0.1'], allowLoopback: true, engine: 'native' as const };
  return { home, world: 'planet', endpoint: ['192.0.2.7/9993'], ...limits, ...node, logLevel: 'error', ...more };
}

/** Starts the root, ends it, and answers what it printed. */
async function once(given: RootOptions, look?: (root: RunningRoot) => void): Promise<string> {
  const lines: string[] = [];
  const root = await startRoot(given, (line) => lines.push(line));
  look?.(root);
  await root.close();
  return lines.join('\n');
}

async function home(name: string): Promise<string> {
  const directory = join(base, name);
  await fileStore(directory).put('identity.secret', new TextEncoder().encode(identity));
  return directory;
}

describe.each(['planet', 'moon'] as const)('the signed %s of a root', (world) => {
  const isRoot = ({ node }: RunningRoot): void => expect(node.online).toBe(true);
  const fileOf = (directory: string) =>
    join(directory, world === 'planet' ? 'planet' : `moons.d/000000${identity.slice(0, 10)}.moon`);
  const start = (directory: string) =>
    options(directory, { world, ...(world === 'moon' ? { planet: planetFile } : {}) });

  it('is signed again when it is missing, damaged or another one', async () => {
    const directory = await home(`damaged-${world}`);
    const file = fileOf(directory);
    expect(await once(start(directory), isRoot)).toContain('(new definition)');
    expect((await stat(join(directory, `${world}.json`))).mode & 0o777).toBe(0o600);
    const before = await readFile(file);
    expect(await once(start(directory), isRoot)).not.toContain('(');
    expect(await readFile(file)).toEqual(before);

    await rm(file);
    expect(await once(start(directory), isRoot)).toContain('signed again: the file was missing');
    await writeFile(file, before.subarray(0, 100));
    expect(await once(start(directory), isRoot)).toContain('has 100 bytes');
    const other = Buffer.from(before);
    other[3] = 0xaa; // of the id
    await writeFile(file, other);
    expect(await once(start(directory), isRoot)).toContain('has the id of another');
    expect(await once(start(directory), isRoot)).not.toContain('signed again');
    const names = await fileStore(directory).list(world === 'planet' ? 'networks.d' : 'moons.d');
    expect(names.filter((name) => name.includes('.corrupt-'))).toHaveLength(world === 'planet' ? 0 : 2);
  }, 60_000);

  it('is signed again when a bit of it changed, and ends the start when it soundly says something else', async () => {
    const directory = await home(`rot-${world}`);
    const [file, json] = [fileOf(directory), join(directory, `${world}.json`)];
    await once(start(directory));
    const sound = await readFile(file);
    for (const at of [12, 90, 150, sound.length - (world === 'moon' ? 5 : 3)]) {
      const rotten = Buffer.from(sound);
      rotten[at] = (rotten[at] ?? 0) ^ 4;
      await writeFile(file, rotten);
      expect(await once(start(directory), isRoot)).toContain('signed again: the file has a signature');
      expect((await readFile(file)).subarray(177)).toEqual(sound.subarray(177));
    }
    const signed = await readFile(file);
    const text = await readFile(json, 'utf8');
    const other = JSON.parse(text) as WorldDescription;
    const [root] = other.roots;
    if (root !== undefined) root.stableEndpoints = ['192.0.2.99/9993'];
    await writeFile(file, (await signWorldDescription(other)).bytes);
    const refused = startRoot(start(directory), () => undefined);
    await expect(refused).rejects.toThrow(/says something else than .*\.json: correct .* or move /);
    await writeFile(file, signed);
    await writeFile(json, text.replace(/"signingKey": "[0-9a-f]{2}/, '"signingKey": "zz'));
    await expect(startRoot(start(directory), () => undefined)).rejects.toThrow(/"signingKey" is not 128 hex digits/);
    await writeFile(
      json,
      JSON.stringify({
        ...(await describeMoon([{ identity, endpoints: [] }])),
        roots: other.roots,
        worldType: world,
        id: other.id,
      }),
    );
    await expect(startRoot(start(directory), () => undefined)).rejects.toThrow(/says something else/);
    expect(await readFile(file)).toEqual(signed);
  }, 60_000);

  it('is newer than the one before, whatever the clock says', async () => {
    const directory = await home(`clock-${world}`);
    const file = fileOf(directory);
    await once(start(directory));
    const description = JSON.parse(await readFile(join(directory, `${world}.json`), 'utf8')) as WorldDescription;
    const future = BigInt(Date.now()) + 86_400_000n;
    await writeFile(file, (await signWorldDescription(description, { timestamp: future })).bytes);
    await once({ ...start(directory), endpoint: ['192.0.2.8/9993'] });
    expect((await readFile(file)).readBigUInt64BE(9)).toBe(future + 1n);
  }, 60_000);

  it('is not touched by a start that is refused', async () => {
    const directory = await home(`locked-${world}`);
    const root = await startRoot(start(directory), () => undefined);
    const read = () => Promise.all([fileOf(directory), join(directory, `${world}.json`)].map((path) => readFile(path)));
    const before = await read();
    const second = startRoot({ ...start(directory), endpoint: ['192.0.2.9/1'] }, () => undefined);
    await expect(second).rejects.toMatchObject({ code: 'ERR_ZT_STORE', message: expect.stringContaining('in use') });
    expect(await read()).toEqual(before);
    await root.close();
    await once(start(directory));
  }, 60_000);
});

describe('descriptions of moons', () => {
  async function description(change: Partial<WorldDescription> = {}, root: object = {}): Promise<string> {
    const good = await describeMoon([{ identity, endpoints: [{ address: '192.0.2.7', port: 9993 }] }]);
    const path = join(base, 'description.json');
    await writeFile(path, JSON.stringify({ ...good, roots: [{ ...good.roots[0], ...root }], ...change }));
    return path;
  }

  it('are followed by a newer definition, though the clock was set back', async () => {
    const file = await description();
    const made = await signMoon(file, base);
    const future = BigInt(Date.now()) + 86_400_000n;
    const read = JSON.parse(await readFile(file, 'utf8')) as WorldDescription;
    await writeFile(made, (await signWorldDescription(read, { timestamp: future })).bytes);
    await signMoon(file, base);
    expect((await readFile(made)).readBigUInt64BE(9)).toBe(future + 1n);
    // Another key than the one that must sign next.
    await expect(signMoon(await description(), base)).rejects.toThrow(/No node would take this definition/);
    await rm(made);
  });

  it('are refused when nobody could use what is signed, with what to do', async () => {
    const digits = identity.split(':');
    const stranger = `${digits[0]?.slice(0, 9)}${digits[0]?.endsWith('0') ? '1' : '0'}:0:${digits[2]}`;
    const own = identity.split(':').slice(0, 3).join(':');
    const cases: [Partial<WorldDescription>, object, RegExp][] = [
      [{ worldType: 'planet' }, {}, /describes a planet, not a moon/],
      [{ signingKey_SECRET: 'ab'.repeat(64) }, {}, /do not belong together.*Take both/],
      [{ roots: [0, 1].map(() => ({ identity: own, stableEndpoints: [] })) }, {}, /names .* twice/],
      [{}, { stableEndpoints: ['::/9993'] }, /at which others reach the root, not ::/],
      [{}, { stableEndpoints: ['0.0.0.0/9993'] }, /at which others reach the root/],
      [{}, { stableEndpoints: ['ff02::1/9993'] }, /at which others reach the root/],
      [{}, { identity: stranger }, /does not follow from its key.*identity\.public/],
    ];
    for (const [change, root, message] of cases) {
      await expect(signMoon(await description(change, root), base)).rejects.toThrow(message);
    }
    expect(await readFile(join(base, `000000${identity.slice(0, 10)}.moon`)).catch(() => 'none')).toBe('none');
  });
});
