/**
 * The JSON description of a world that the usual moon tool writes and reads (vl1.md §6.6): whoever holds it, with its
 * secret key, can sign the next definition.
 */
import { type Endpoint, ZtError } from '@ztkit/types';
import { checkIp, checkObject, checkPort } from './arguments.js';
import {
  createMoon,
  createPrivateWorld,
  type MadeMoon,
  type PrivateWorldSpec,
  publicIdentity,
} from './private-world.js';
import type { EngineChoice } from './select-engine.js';
import { worldDefect, worldRevision } from './stored-forms.js';

/** The description, key by key as in the file. */
export interface WorldDescription {
  objtype: 'world';
  worldType: 'moon' | 'planet';
  /** 10 to 16 hex digits. */
  id: string;
  /** 128 hex digits each. */
  updatesMustBeSignedBy: string;
  signingKey: string;
  signingKey_SECRET: string;
  /** Endpoints as `IP/port`. */
  roots: { identity: string; stableEndpoints: string[] }[];
}

/** A first description of a moon: a fresh key, the first root's address as id. Fill in the endpoints, then sign. */
export async function describeMoon(
  roots: PrivateWorldSpec['roots'],
  options: { engine?: EngineChoice } = {},
): Promise<WorldDescription> {
  const { id, signingKey } = await createMoon({ roots }, options);
  const publicKey = hex(signingKey.subarray(0, 64));
  return {
    objtype: 'world',
    worldType: 'moon',
    id: id.replace(/^0{1,6}/, ''),
    updatesMustBeSignedBy: publicKey,
    signingKey: publicKey,
    signingKey_SECRET: hex(signingKey.subarray(64)),
    roots: roots.map(({ identity, endpoints }) => ({
      identity: publicIdentity(identity),
      stableEndpoints: endpoints.map(({ address, port }) => `${address}/${port}`),
    })),
  };
}

/**
 * Reads a description.
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`: no JSON, or a key that is missing or wrong.
 */
export function parseWorldDescription(text: string): WorldDescription {
  const value = parseJson(text) as WorldDescription;
  const isHex = (digits: unknown, pattern: RegExp) => typeof digits === 'string' && pattern.test(digits);
  const { objtype, worldType, id, roots } = value;
  if (objtype !== 'world' || (worldType !== 'moon' && worldType !== 'planet')) throw bad('it is not one of a world');
  if (!isHex(id, /^[0-9a-fA-F]{10,16}$/)) throw bad('"id" is not 10 to 16 hex digits');
  for (const key of ['updatesMustBeSignedBy', 'signingKey', 'signingKey_SECRET'] as const) {
    if (!isHex(value[key], /^[0-9a-fA-F]{128}$/)) throw bad(`"${key}" is not 128 hex digits`);
  }
  if (!Array.isArray(roots) || roots.length === 0) throw bad('"roots" names nobody');
  for (const root of roots) {
    publicIdentity(root?.identity);
    if (!Array.isArray(root.stableEndpoints)) throw bad('a root has no list "stableEndpoints"');
    root.stableEndpoints.forEach(parseEndpoint);
  }
  return value;
}

/** Options of {@link signWorldDescription}. */
export interface SignOptions {
  engine?: EngineChoice;
  /** Ms since the epoch, also the revision. Default: now, or one more than that of `previous` if that is later. */
  timestamp?: bigint;
  /** The definition that nodes have, if there is one: its signed bytes. The new one is made such that they take it. */
  previous?: Uint8Array;
}

/**
 * A signed definition of what is described: the bytes of a `planet` or `<id>.moon` file.
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`, `ERR_ZT_INVALID_IDENTITY`: the description, or that no node which has
 * `previous` would take what was signed
 */
export async function signWorldDescription(
  description: WorldDescription,
  options: SignOptions = {},
): Promise<MadeMoon> {
  const d = parseWorldDescription(JSON.stringify(description));
  const timestamp = options.timestamp ?? nextRevision(d, options.previous);
  const roots = d.roots
    .map(({ identity, stableEndpoints }) => ({
      identity: publicIdentity(identity),
      endpoints: stableEndpoints.map(parseEndpoint),
    }))
    // By address, then key (vl1.md §2.7). Endpoints keep their order: they have none of their own there.
    .sort((a, b) => (a.identity < b.identity ? -1 : 1));
  const spec = {
    id: BigInt(`0x${d.id}`),
    roots,
    signingKey: bytes(d.signingKey + d.signingKey_SECRET),
    nextKey: bytes(d.updatesMustBeSignedBy),
    timestamp,
  };
  const engine = options.engine === undefined ? {} : { engine: options.engine };
  if (d.worldType === 'moon') return createMoon(spec, engine);
  const planet = await createPrivateWorld(spec, engine);
  return { bytes: planet, signingKey: spec.signingKey, id: d.id.toLowerCase().padStart(16, '0') };
}

/**
 * What is wrong with a signed file of this description, such as a `planet` or `.moon` file: its form, its type or its id.
 * Nothing: it is the file of that world; whether it is the latest it does not say.
 */
export function signedWorldDefect(file: Uint8Array, { worldType, id }: WorldDescription): string | undefined {
  const wanted = id.toLowerCase().padStart(16, '0');
  return worldDefect(file, worldType, worldType === 'moon' ? wanted : undefined) ?? idDefect(file, wanted);
}

function idDefect(file: Uint8Array, wanted: string): string | undefined {
  return worldRevision(file).id === BigInt(`0x${wanted}`) ? undefined : 'has the id of another';
}

/** Nodes take a definition that is newer than theirs and signed by the key that theirs names (vl1.md §6.3). */
function nextRevision(description: WorldDescription, previous: Uint8Array | undefined): bigint {
  const now = BigInt(Date.now());
  if (previous === undefined) return now;
  const defect = signedWorldDefect(previous, description);
  if (defect !== undefined) {
    const what = `the previous definition ${defect}`;
    throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `A definition that follows ${what} cannot be signed: move it away`);
  }
  const { timestamp, nextKey } = worldRevision(previous);
  if (nextKey !== description.signingKey.toLowerCase()) {
    throw new ZtError(
      'ERR_ZT_INVALID_ARGUMENT',
      'No node would take this definition: the previous one must be followed by one signed with another key. ' +
        'Put the pair that its "updatesMustBeSignedBy" named into "signingKey" and "signingKey_SECRET" ' +
        '(or move the previous file away if no node has it)',
    );
  }
  return now > timestamp ? now : timestamp + 1n;
}

function parseEndpoint(text: unknown): Endpoint {
  const [address, port, rest] = typeof text === 'string' ? text.split('/') : [];
  if (rest !== undefined || !/^\d{1,5}$/.test(port ?? '')) throw bad(`"${String(text)}" is not an endpoint IP/port`);
  return { address: checkIp('stableEndpoints', address), port: checkPort('stableEndpoints', Number(port), 1) };
}

function parseJson(text: string): object {
  try {
    return checkObject('description', JSON.parse(text));
  } catch (cause) {
    throw bad('it is no JSON object', cause);
  }
}

function bad(what: string, cause?: unknown): ZtError {
  return new ZtError('ERR_ZT_INVALID_ARGUMENT', `This is no description of a world: ${what}`, { cause });
}

function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytes(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
