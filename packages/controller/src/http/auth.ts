/** Who may use the REST API (controller.md §7.2). */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { ControllerError } from '../domain/errors.js';
import { contains, type IpAddress, parseIp } from '../domain/ip-address.js';
import { queryParameter } from './answers.js';

/** Decides whether a request may go on. */
export class Authenticator {
  readonly #tokenHash: Buffer;
  readonly #allowed: readonly IpAddress[];

  /**
   * `allowManagementFrom` are prefixes of clients besides loopback.
   * @throws ControllerError `ERR_CONTROLLER_INPUT` for an empty token or a text that is no prefix
   */
  constructor(token: string, allowManagementFrom: readonly string[]) {
    if (token === '') throw new ControllerError('ERR_CONTROLLER_INPUT', 'The API token must not be empty');
    this.#tokenHash = sha256(token);
    this.#allowed = allowManagementFrom.map((text) => {
      const prefix = parseIp(text);
      if (prefix !== undefined && text.includes('/')) return prefix;
      throw new ControllerError('ERR_CONTROLLER_INPUT', `"${text}" is not a prefix such as 10.0.0.0/8`);
    });
  }

  /** Whether the client's address and, unless the path needs none, its token are right. */
  permits(request: FastifyRequest): boolean {
    if (!this.#permitsAddress(request.ip)) return false;
    const path = request.url.split('?', 1)[0];
    if (path === '/health') return true;
    const token = presentedToken(request);
    return token !== undefined && timingSafeEqual(sha256(token), this.#tokenHash);
  }

  #permitsAddress(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const plain = ipaddr.process(address.split('%', 1)[0] ?? '');
    if (plain.range() === 'loopback') return true;
    const ip = parseIp(plain.toString());
    return ip !== undefined && this.#allowed.some((prefix) => contains(prefix, ip));
  }
}

/** Hashed first: equal lengths are compared in constant time whatever was sent. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** The first of header, query parameter and bearer header that is present decides. */
function presentedToken(request: FastifyRequest): string | undefined {
  const header = request.headers['x-zt1-auth'];
  if (header !== undefined) return String(header);
  const parameter = queryParameter(request, 'auth');
  if (parameter !== null) return parameter;
  const words = request.headers.authorization?.split(' ');
  return words?.length === 2 && words[0]?.toLowerCase() === 'bearer' ? words[1] : undefined;
}
