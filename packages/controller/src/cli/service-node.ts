/** The node of a command that runs until a signal comes, from the options all such commands have. */
import { readFile } from 'node:fs/promises';
import { createNode, fileStore, type Node, type NodeOptions } from '@ztkit/sdk';
import { ControllerError } from '../domain/errors.js';

/** Options common to these commands, checked. */
export interface ServiceNodeOptions {
  home: string;
  /** Local UDP port. */
  port: number;
  /** Local UDP addresses; none: all. */
  bind: readonly string[];
  /** Planet file; not needed when the home directory has one. */
  planet?: string;
  allowLoopback: boolean;
  engine: 'auto' | 'native' | 'wasm';
}

/** Starts the node; `more` is what the command itself decides, also a store of the home directory that is open. */
export async function startServiceNode(options: ServiceNodeOptions, more: NodeOptions): Promise<Node> {
  const { home, port, bind, allowLoopback, engine } = options;
  const planet = options.planet === undefined ? undefined : await readPlanet(options.planet);
  return createNode({
    store: fileStore(home),
    ...more,
    engine,
    ...(planet === undefined ? {} : { planet }),
    ...(bind.length === 0 ? { port } : { bind: bind.map((address) => ({ address, port })) }),
    allowLoopbackPaths: allowLoopback,
  });
}

async function readPlanet(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ControllerError('ERR_CONTROLLER_INPUT', `The planet file could not be read: ${reason}`, { cause });
  }
}
