/** Files in the controller's home directory: token and port (controller.md §7.1, §7.2). */
import { randomInt } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ControllerError } from '../domain/errors.js';

const TOKEN_FILE = 'authtoken.secret';
const PORT_FILE = 'zerotier-one.port';
const TOKEN_LENGTH = 24;
const TOKEN_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Where a controller lives unless it is told otherwise. */
export function defaultHome(): string {
  return join(homedir(), '.ztkit-controller');
}

/** Makes the directory, for its owner only. */
export async function ensureHome(home: string): Promise<void> {
  await guard(`The directory ${home} could not be made`, () => mkdir(home, { recursive: true, mode: 0o700 }));
}

/** The token of the home directory; made when there is none. White space around it is ignored. */
export async function ensureToken(home: string): Promise<string> {
  const path = join(home, TOKEN_FILE);
  const token = Array.from({ length: TOKEN_LENGTH }, () => TOKEN_CHARACTERS[randomInt(TOKEN_CHARACTERS.length)]).join(
    '',
  );
  return guard(`The token file ${path} could not be made`, async () => {
    try {
      // 'wx': a file that another process makes at the same time is read, never overwritten.
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(token);
        await file.sync();
      } finally {
        await file.close();
      }
      return token;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return readToken(home);
    }
  });
}

/** The token of a controller that was started with this home directory. */
export async function readToken(home: string): Promise<string> {
  const path = join(home, TOKEN_FILE);
  const hint = 'start the controller first, or name its directory with --home';
  const token = (
    await guard(`The token file ${path} could not be read (${hint})`, () => readFile(path, 'utf8'))
  ).trim();
  if (token === '')
    throw new ControllerError('ERR_CONTROLLER_INPUT', `The token file ${path} is empty: delete it and restart`);
  return token;
}

/** Remembers where the REST API listens, for the other commands and for tools that look for this file. */
export async function writePort(home: string, port: number): Promise<void> {
  const path = join(home, PORT_FILE);
  await guard(`The file ${path} could not be written`, () => writeFile(path, String(port)));
}

/** The port of the REST API of a controller started with this home directory. */
export async function readPort(home: string): Promise<number> {
  const path = join(home, PORT_FILE);
  const text = await guard(`The file ${path} could not be read (start the controller, or use --api)`, () =>
    readFile(path, 'utf8'),
  );
  const port = Number(text.trim());
  if (Number.isInteger(port) && port > 0 && port <= 0xffff) return port;
  throw new ControllerError('ERR_CONTROLLER_INPUT', `The file ${path} does not hold a port number`);
}

async function guard<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof ControllerError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ControllerError('ERR_CONTROLLER_STORE', `${what}: ${reason}`, { cause });
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
