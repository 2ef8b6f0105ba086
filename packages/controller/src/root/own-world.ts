/**
 * The world a root is in, kept in its home directory: `planet.json` or `moon.json` with the signing key (0600), and the
 * signed file where the node looks for it, `planet` or `moons.d/<id>.moon`.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import {
  describeMoon,
  fileStore,
  generateIdentity,
  parseWorldDescription,
  publicIdentity,
  signWorldDescription,
  type WorldDescription,
} from '@ztkit/sdk';
import { ControllerError } from '../domain/errors.js';

/** What the world is made of. */
export interface OwnWorldOptions {
  home: string;
  world: 'planet' | 'moon';
  port: number;
  /** `IP/port`; none: addresses of this machine. */
  endpoint: readonly string[];
  allowLoopback: boolean;
}

/** The world as it stands now. */
export interface OwnWorld {
  /** 16 hex digits. */
  id: string;
  /** The signed file. */
  path: string;
  endpoints: readonly string[];
  /** It is new, or its endpoints changed. */
  changed: boolean;
}

/** The identity in the home directory, made when there is none. */
export async function ensureIdentity(home: string): Promise<string> {
  const store = fileStore(home);
  const stored = await store.get('identity.secret');
  if (stored !== undefined) return new TextDecoder().decode(stored).trim();
  await mkdir(home, { recursive: true, mode: 0o700 });
  const secret = await generateIdentity();
  await store.put('identity.secret', new TextEncoder().encode(secret));
  await store.put('identity.public', new TextEncoder().encode(publicIdentity(secret)));
  return secret;
}

/**
 * Loads the world of the home directory, makes it at the first start, and signs it anew when other endpoints were given
 * than it names.
 */
export async function ensureWorld(identity: string, options: OwnWorldOptions): Promise<OwnWorld> {
  const file = join(options.home, `${options.world}.json`);
  const known = await readDescription(file);
  if (known === undefined && options.world === 'planet') await refuseForeignPlanet(options.home);
  const description = known ?? (await describe(identity, options));
  const own = description.roots.find((root) => publicIdentity(root.identity) === publicIdentity(identity));
  if (own === undefined) {
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${file} does not name the identity in ${options.home}`);
  }
  const wanted = [...(options.endpoint.length > 0 ? options.endpoint : own.stableEndpoints)];
  const id = description.id.toLowerCase().padStart(16, '0');
  const path = join(options.home, options.world === 'planet' ? 'planet' : `moons.d/${id}.moon`);
  const changed = known === undefined || wanted.join() !== own.stableEndpoints.join();
  own.stableEndpoints = wanted;
  if (!changed) return { id, path, endpoints: wanted, changed };
  const { bytes } = await signWorldDescription(description);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(description, null, 2)}\n`, { mode: 0o600 });
  await writeFile(path, bytes);
  return { id, path, endpoints: wanted, changed };
}

async function describe(identity: string, options: OwnWorldOptions): Promise<WorldDescription> {
  const description = await describeMoon([{ identity, endpoints: [] }]);
  const [root] = description.roots;
  if (root !== undefined && options.endpoint.length === 0) root.stableEndpoints = machineEndpoints(options);
  if (options.world === 'moon') return description;
  return { ...description, worldType: 'planet', id: randomBytes(8).toString('hex') };
}

/** What others can reach without being told; link-local addresses are of no use to them. */
function machineEndpoints({ port, allowLoopback }: OwnWorldOptions): string[] {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !/^(fe80|169\.254)/i.test(address));
  const chosen = outside.length > 0 || !allowLoopback ? outside.map(({ address }) => address) : ['127.0.0.1'];
  return [...new Set(chosen)].slice(0, 32).map((address) => `${address}/${port}`);
}

async function readDescription(file: string): Promise<WorldDescription | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${file} could not be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  try {
    return parseWorldDescription(text);
  } catch (cause) {
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${file}: ${(cause as Error).message}`, { cause });
  }
}

/** A planet without its description is somebody else's: it is not overwritten. */
async function refuseForeignPlanet(home: string): Promise<void> {
  if ((await fileStore(home).get('planet')) === undefined) return;
  throw new ControllerError(
    'ERR_CONTROLLER_INPUT',
    `${home} has a planet that was not made here (there is no planet.json): use another --home, or --world moon`,
  );
}
