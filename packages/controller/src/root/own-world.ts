/**
 * The world a root is in, kept in its home directory: `planet.json` or `moon.json` with the signing key (0600), and the
 * signed file where the node looks for it, `planet` or `moons.d/<id>.moon`.
 */
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import {
  describeMoon,
  generateIdentity,
  parseWorldDescription,
  publicIdentity,
  type StateStore,
  signedWorldDefect,
  signWorldDescription,
  type WorldDescription,
} from '@ztkit/sdk';
import { ControllerError } from '../domain/errors.js';
import { isDefinitionOf, signatureDefect } from './world-agreement.js';

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
  /** Why it was signed now; nothing: it stands as it was. */
  signed: string | undefined;
}

/** The identity in the home directory, made when there is none. The caller holds the directory's lock. */
export async function ensureIdentity(store: StateStore): Promise<string> {
  const stored = await store.get('identity.secret');
  if (stored !== undefined) return new TextDecoder().decode(stored).trim();
  const secret = await generateIdentity();
  await store.put('identity.secret', utf8.encode(secret));
  await store.put('identity.public', utf8.encode(publicIdentity(secret)));
  return secret;
}

const utf8 = new TextEncoder();

/**
 * Loads the world of the home directory, makes it at the first start, and signs it anew when other endpoints were given
 * than it names, or when its signed file is missing or damaged. A sound file that says something else than its
 * description ends the start: which of the two is right is not ours to say. The caller holds the directory's lock.
 */
export async function ensureWorld(store: StateStore, identity: string, options: OwnWorldOptions): Promise<OwnWorld> {
  const name = `${options.world}.json`;
  const where = (object: string) => store.describe?.(object) ?? object;
  const known = await readDescription(store, name);
  if (known === undefined && options.world === 'planet') await refuseForeignPlanet(store, options.home);
  const description = known ?? (await describe(identity, options));
  const own = description.roots.find((root) => publicIdentity(root.identity) === publicIdentity(identity));
  if (own === undefined) {
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${where(name)} does not name the identity in ${options.home}`);
  }
  const wanted = [...(options.endpoint.length > 0 ? options.endpoint : own.stableEndpoints)];
  const id = description.id.toLowerCase().padStart(16, '0');
  const file = options.world === 'planet' ? 'planet' : `moons.d/${id}.moon`;
  const moved = wanted.join() !== own.stableEndpoints.join();
  const held = await store.get(file);
  const before = structuredClone(description);
  own.stableEndpoints = wanted;
  const defect = held === undefined ? 'was missing' : defectOf(held, description, known !== undefined);
  if (known !== undefined && held !== undefined && defect === undefined) {
    await refuseOther(held, [before, description], where(file), where(name));
  }
  const world = { id, path: where(file), endpoints: wanted };
  if (known !== undefined && !moved && defect === undefined) return { ...world, signed: undefined };
  const previous = defect === undefined && held !== undefined ? { previous: held } : {};
  const { bytes } = await signWorldDescription(description, previous);
  const aside = held !== undefined && defect !== undefined ? await setAside(store, file) : undefined;
  // The key is safe before anything is signed with it. Later the signed file goes first: whoever repeats a start that
  // was cut off in between with the same endpoints finds others in the description, and all is written again.
  const text = utf8.encode(`${JSON.stringify(description, null, 2)}\n`);
  if (known === undefined) await store.put(name, text);
  await store.put(file, bytes);
  if (known !== undefined && moved) await store.put(name, text);
  if (known === undefined || moved) return { ...world, signed: 'new definition' };
  const kept = aside === undefined ? '' : ` and was kept as ${where(aside)}`;
  return { ...world, signed: `signed again: the file ${defect}${kept}` };
}

function defectOf(held: Uint8Array, description: WorldDescription, isItsOwn: boolean): string | undefined {
  return signedWorldDefect(held, description) ?? (isItsOwn ? signatureDefect(held, description) : undefined);
}

async function refuseOther(held: Uint8Array, descriptions: WorldDescription[], file: string, name: string) {
  for (const description of descriptions) {
    if (await isDefinitionOf(held, description)) return;
  }
  const remedy =
    `correct ${name} if the signed file is right, or move ${file} away to have ${name} signed; ` +
    'after a start with another --endpoint that was cut off, repeat that start';
  throw new ControllerError('ERR_CONTROLLER_INPUT', `${file} says something else than ${name}: ${remedy}`);
}

/** What is damaged is not overwritten. */
async function setAside(store: StateStore, file: string): Promise<string> {
  const aside = `${file}.corrupt-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
  await store.setAside?.(file, aside);
  return aside;
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

async function readDescription(store: StateStore, name: string): Promise<WorldDescription | undefined> {
  const data = await store.get(name);
  if (data === undefined) return undefined;
  try {
    return parseWorldDescription(new TextDecoder().decode(data));
  } catch (cause) {
    const where = store.describe?.(name) ?? name;
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${where}: ${(cause as Error).message}`, { cause });
  }
}

/** A planet without its description is somebody else's: it is not overwritten. */
async function refuseForeignPlanet(store: StateStore, home: string): Promise<void> {
  if ((await store.get('planet')) === undefined) return;
  throw new ControllerError(
    'ERR_CONTROLLER_INPUT',
    `${home} has a planet that was not made here (there is no planet.json): use another --home, or --world moon`,
  );
}
