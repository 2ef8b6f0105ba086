/** Identities and planets for a world of one's own: own roots, no vendor, no packet to anybody not named here. */
import { type Endpoint, type Engine, type MadeWorld, type MoonId, type WorldSpec, ZtError } from '@ztkit/types';
import { checkObject, checkRemote, checkSignal, invalid } from './arguments.js';
import { type EngineChoice, selectEngine } from './select-engine.js';

const maxRoots = 4;
const maxEndpoints = 32;
const publicPattern = /^[0-9a-f]{10}:0:[0-9a-f]{128}(:[0-9a-f]{128})?$/;

/** A root of a private world. */
export interface RootSpec {
  /** Identity in text form; a secret one is cut to its public part. */
  identity: string;
  /** Where it can be reached by UDP, 0..32. */
  endpoints: readonly Endpoint[];
}

/** What {@link createPrivateWorld} makes. */
export interface PrivateWorldSpec {
  /** 1..4 roots. */
  roots: readonly RootSpec[];
  /** 64 bits, not zero; default: random. Give the id of an earlier world to update it. */
  id?: bigint;
  /** Ms since the epoch, also the revision; default: now. Must grow with every update. */
  timestamp?: bigint;
  /**
   * 64-byte public ‖ 64-byte private key: needed to update this world later. Default: a fresh one that is thrown
   * away.
   */
  signingKey?: Uint8Array;
}

/** A secret identity in text form (270 characters). Takes up to seconds of CPU, in slices; `signal` ends it. */
export async function generateIdentity(options: { engine?: EngineChoice; signal?: AbortSignal } = {}): Promise<string> {
  checkSignal(options.signal);
  const engine = await selectEngine(options.engine);
  return engine.generateIdentity(options.signal);
}

/**
 * The public part of an identity, which others may know (vl1.md §2.6).
 * @throws ZtError `ERR_ZT_INVALID_IDENTITY`
 */
export function publicIdentity(identity: string): string {
  if (typeof identity !== 'string' || !publicPattern.test(identity.trim())) {
    throw new ZtError('ERR_ZT_INVALID_IDENTITY', 'This is not an identity in text form');
  }
  return identity.trim().split(':').slice(0, 3).join(':');
}

/** Makes a signed planet (vl1.md §6.1): give its bytes as `planet` to every node of the world. */
export async function createPrivateWorld(
  spec: PrivateWorldSpec,
  options: { engine?: EngineChoice } = {},
): Promise<Uint8Array> {
  const made = await makeWorld('planet', spec, options.engine);
  return made.bytes;
}

/** What {@link createMoon} makes. */
export interface MoonSpec extends PrivateWorldSpec {
  /** The 64-byte public key that must sign the next update. Default: that of `signingKey`. */
  nextKey?: Uint8Array;
}

/** A signed moon. */
export interface MadeMoon extends MadeWorld {
  /** 16 hex digits. */
  id: MoonId;
}

/**
 * Makes a signed moon (vl1.md §6.5); `id` defaults to the address of its first root. Keep `signingKey` of the result: it
 * signs the next definition. Its roots have to hold the moon themselves: as `moons.d/<id>.moon` in their stores.
 */
export async function createMoon(spec: MoonSpec, options: { engine?: EngineChoice } = {}): Promise<MadeMoon> {
  const [first] = checkRoots(checkObject('spec', spec) as MoonSpec);
  const id = spec.id ?? BigInt(`0x${first?.identity.slice(0, 10)}`);
  const made = await makeWorld('moon', { ...spec, id }, options.engine);
  return { ...made, id: id.toString(16).padStart(16, '0') };
}

async function makeWorld(type: 'planet' | 'moon', spec: MoonSpec, choice: EngineChoice | undefined) {
  checkObject('spec', spec);
  const roots = checkRoots(spec);
  const { id = randomId(), timestamp = BigInt(Date.now()), signingKey, nextKey } = spec;
  if (typeof id !== 'bigint' || id <= 0n || id >> 64n !== 0n)
    throw invalid('"id" must be a bigint of 64 bits, not zero');
  if (typeof timestamp !== 'bigint' || timestamp <= 0n || timestamp >> 63n !== 0n) {
    throw invalid('"timestamp" must be a bigint, ms since the epoch');
  }
  checkKey('signingKey', signingKey, 128);
  checkKey('nextKey', nextKey, 64);
  const engine = await selectEngine(choice);
  const keys = { ...(signingKey === undefined ? {} : { signingKey }), ...(nextKey === undefined ? {} : { nextKey }) };
  const world = { type, id, timestamp, roots, ...keys };
  return engine.makeWorld(world).catch(async (error: unknown) => {
    throw await explained(error, engine, world);
  });
}

/** An engine says that a key or an identity is wrong, not which: this does. All else was checked before. */
async function explained(error: unknown, engine: Engine, world: WorldSpec): Promise<unknown> {
  if (!(error instanceof ZtError)) return error;
  if (error.code === 'ERR_ZT_INVALID_ARGUMENT' && world.signingKey !== undefined) {
    const what =
      'The two halves of the signing key ("signingKey" and "signingKey_SECRET" of a description) do not belong';
    const remedy = 'no node could verify what is signed. Take both from the description that made this world';
    return new ZtError(error.code, `${what} together: ${remedy}`, { cause: error });
  }
  if (error.code !== 'ERR_ZT_INVALID_IDENTITY') return error;
  for (const root of world.roots) {
    const alone = await engine.makeWorld({ ...world, roots: [root] }).catch(() => undefined);
    if (alone !== undefined) continue;
    const what = `The identity of root ${root.identity.slice(0, 10)} is not one: its address does not follow from its key`;
    return new ZtError(error.code, `${what}. Take the text of that node's identity.public`, { cause: error });
  }
  return error;
}

function checkKey(name: string, key: unknown, size: number): void {
  if (key === undefined || (key instanceof Uint8Array && key.length === size)) return;
  throw invalid(`"${name}" must be a Uint8Array of ${size} bytes`);
}

function checkRoots({ roots }: PrivateWorldSpec): { identity: string; endpoints: Endpoint[] }[] {
  if (!Array.isArray(roots) || roots.length < 1 || roots.length > maxRoots) {
    throw invalid(`"roots" must be an array of 1..${maxRoots} roots`);
  }
  const checked = roots.map(checkRoot);
  for (const [index, { identity }] of checked.entries()) {
    const address = identity.slice(0, 10);
    if (checked.findIndex((other) => other.identity.startsWith(address)) === index) continue;
    throw invalid(`"roots" names ${address} twice: give each root once, with all its endpoints`);
  }
  return checked;
}

function checkRoot(root: RootSpec, index: number): { identity: string; endpoints: Endpoint[] } {
  const { identity, endpoints } = checkObject(`roots[${index}]`, root) as RootSpec;
  if (!Array.isArray(endpoints) || endpoints.length > maxEndpoints) {
    throw invalid(`"roots[${index}].endpoints" must be an array of 0..${maxEndpoints} endpoints`);
  }
  const checked = endpoints.map((endpoint) => checkStable(`roots[${index}].endpoints`, endpoint));
  return { identity: publicIdentity(identity), endpoints: checked };
}

/** Where one node can be reached: not the address that means "any", nor one that means many. */
function checkStable(name: string, value: unknown): Endpoint {
  const endpoint = checkRemote(name, value);
  if (!/^(0\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|ff|[0:]+$)/i.test(endpoint.address)) return endpoint;
  throw invalid(`"${name}" must be addresses at which others reach the root, not ${endpoint.address}`);
}

function randomId(): bigint {
  const [id = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return id === 0n ? 1n : id;
}
