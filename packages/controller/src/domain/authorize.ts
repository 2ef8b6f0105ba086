/** Who may join (controller.md §3): decisions about one member of one network. */
import type { MemberRecord } from './member.js';
import type { NetworkRecord } from './network.js';

const TOKEN_PREFIX = 'token:';

/** What admitted a member: an administrator, a public network, or a token. */
export type Admission =
  | { type: 'api'; credential: null }
  | { type: 'public'; credential: null }
  | { type: 'token'; credential: string };

/** Whether the identity of a requester may use this record: the first one seen is the only one (step 4). */
export function identityMatches(member: MemberRecord, identity: string): boolean {
  return member.identity === undefined || member.identity === identity;
}

/**
 * The member after the authorisation step: unchanged when it is authorised already or stays out, admitted when the
 * network is public or the request presents a valid token. `credential` is the metadata key `a`.
 */
export function decideAdmission(
  member: MemberRecord,
  network: NetworkRecord,
  credential: string,
  now: number,
): MemberRecord {
  if (member.authorized) return member;
  if (!network.private) return authorizeMember(member, network, { type: 'public', credential: null }, now);
  const token = validToken(network.authTokens, credential, now);
  if (token === undefined) return member;
  return authorizeMember(member, network, { type: 'token', credential: token }, now);
}

/** The presented token when it is known and not expired. Anything but an object means "no tokens" (§3, **Do:**). */
function validToken(tokens: NetworkRecord['authTokens'], credential: string, now: number): string | undefined {
  if (!credential.startsWith(TOKEN_PREFIX) || credential.length <= TOKEN_PREFIX.length) return undefined;
  if (tokens === null || Array.isArray(tokens)) return undefined;
  const token = credential.slice(TOKEN_PREFIX.length);
  if (!Object.hasOwn(tokens, token)) return undefined;
  const expiry = tokens[token];
  return expiry !== undefined && (expiry === 0 || expiry > now) ? token : undefined;
}

/**
 * Authorises. The network's default capabilities are given when it happens for the first time, however it happens
 * (controller.md §4, **Do:**).
 */
export function authorizeMember(
  member: MemberRecord,
  network: NetworkRecord,
  admission: Admission,
  now: number,
): MemberRecord {
  const first = member.lastAuthorizedTime === 0;
  const defaults = network.capabilities.filter((capability) => first && capability.default).map(({ id }) => id);
  return {
    ...member,
    authorized: true,
    lastAuthorizedTime: now,
    lastAuthorizedCredentialType: admission.type,
    lastAuthorizedCredential: admission.credential,
    capabilities: [...new Set([...member.capabilities, ...defaults])],
  };
}

/** Withdraws the authorisation. */
export function deauthorizeMember(member: MemberRecord, now: number): MemberRecord {
  return { ...member, authorized: false, lastDeauthorizedTime: now };
}
