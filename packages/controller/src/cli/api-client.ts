/** Talks to the REST API of a running controller. */
import { ControllerError } from '../domain/errors.js';
import type { Json } from '../domain/json.js';
import { readPort, readToken } from './home.js';

/** An answer is waited for this long, ms. */
const TIMEOUT_MS = 10_000;

/** One controller's API. */
export class ApiClient {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base.replace(/\/+$/, '');
    this.#token = token;
  }

  /** The client for a home directory; `api` goes before the port that is noted there. */
  static async open(options: { home: string; api?: string }): Promise<ApiClient> {
    const token = await readToken(options.home);
    return new ApiClient(options.api ?? `http://127.0.0.1:${await readPort(options.home)}`, token);
  }

  /** The answer's JSON. Everything but a success is an error that says what happened. */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: Json): Promise<Json> {
    const response = await this.#fetch(method, path, body);
    const text = await response.text();
    if (response.ok) return text === '' ? null : (JSON.parse(text) as Json);
    throw new ControllerError(
      response.status === 404 ? 'ERR_CONTROLLER_NOT_FOUND' : 'ERR_CONTROLLER_INPUT',
      explain(response.status, text, path),
    );
  }

  async #fetch(method: string, path: string, body: Json | undefined): Promise<Response> {
    try {
      return await fetch(this.#base + path, {
        method,
        headers: { 'x-zt1-auth': this.#token },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
      throw new ControllerError(
        'ERR_CONTROLLER_CLOSED',
        `No controller answers at ${this.#base} (${reason}): is it started?`,
        { cause },
      );
    }
  }
}

function explain(status: number, text: string, path: string): string {
  if (status === 401) return 'The controller refused the token: is --home the directory of this controller?';
  if (status === 404) return `The controller knows nothing at ${path}`;
  const description = /"description":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return `The controller answered ${status}${description === undefined ? '' : `: ${description}`}`;
}
