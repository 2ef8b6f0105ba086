/** Errors of ztkit: one class, a closed set of stable codes, each with what to do about it. */
import { Status, StatusName } from './generated/enums.js';

/** Every `code` of a {@link ZtError}, with the sentence that says what to do. */
export const errorRemedies = {
  ERR_ZT_INVALID_ARGUMENT: 'Check the argument named in the message.',
  ERR_ZT_NOT_FOUND: 'Check the id; join the network, orbit the moon or open the socket first.',
  ERR_ZT_ALREADY_EXISTS: 'Close the existing one first.',
  ERR_ZT_LIMIT_REACHED: 'Close what is no longer needed, or spread the load over several nodes.',
  ERR_ZT_NOT_READY: 'Wait for the network to be ready (NETWORK_OK) before using it.',
  ERR_ZT_ADDRESS_IN_USE: 'Another socket has this address and port: choose another port or stop the other program.',
  ERR_ZT_ADDRESS_NOT_AVAILABLE: 'This address is not assigned to this node: use one of its own addresses.',
  ERR_ZT_NETWORK_UNREACHABLE: 'No joined network has a route to this address: check the address and the routes.',
  ERR_ZT_HOST_UNREACHABLE: 'The peer did not answer: check that it is online and a member of the same network.',
  ERR_ZT_CONNECTION_REFUSED: 'Nothing listens on that address and port.',
  ERR_ZT_CONNECTION_RESET: 'The peer reset the connection: open a new one.',
  ERR_ZT_CONNECTION_ABORTED: 'The connection was aborted on this side.',
  ERR_ZT_TIMED_OUT: 'The peer did not answer in time: check that it is reachable.',
  ERR_ZT_WOULD_BLOCK: 'Try again after the readiness event.',
  ERR_ZT_NOT_CONNECTED: 'Connect the socket first.',
  ERR_ZT_ALREADY_CONNECTED: 'The socket is connected already.',
  ERR_ZT_CLOSED: 'It was closed: create a new one.',
  ERR_ZT_MESSAGE_TOO_BIG: 'Send less at once.',
  ERR_ZT_ACCESS_DENIED: 'Ask the network administrator to authorise this node.',
  ERR_ZT_NOT_SUPPORTED: 'This engine cannot do that: choose another engine or leave the option out.',
  ERR_ZT_INVALID_IDENTITY:
    'Restore identity.secret from a backup, or delete it to make a new identity (a new address).',
  ERR_ZT_IDENTITY_COLLISION:
    'Another node uses this address with another key: delete this identity and make a new one.',
  ERR_ZT_AUTHENTICATION_REQUIRED: 'The network asks for a sign-on this library does not do: ask its administrator.',
  ERR_ZT_CLIENT_TOO_OLD: 'The controller asks for a newer protocol version: update this library.',
  ERR_ZT_INVALID_PLANET: 'Give a valid planet file, as made by the roots you want to use.',
  ERR_ZT_NETWORK_DOWN: 'The network was left or lost its address.',
  ERR_ZT_BROKEN_PIPE: 'The writing side was ended already.',
  ERR_ZT_NETWORK_NOT_FOUND: 'The controller does not know this network: check the network id.',
  ERR_ZT_ROOT_UNREACHABLE: 'No root answers: check the planet and that its endpoints can be reached by UDP.',
  ERR_ZT_ENGINE_UNAVAILABLE:
    'The native engine could not be loaded: build it, install its platform package, or choose engine "wasm".',
  ERR_ZT_STORE: 'The state could not be read or written: check the path and its permissions.',
  ERR_ZT_CAPTURE: 'Check the path, its permissions and the free space, or the stream that was given.',
  ERR_ZT_INTERNAL: 'This is a bug in ztkit: please report it.',
} as const;

/** A stable error code. */
export type ZtErrorCode = keyof typeof errorRemedies;

/** The error every package throws. `message` says what was wrong and what to do; `code` is stable. */
export class ZtError extends Error {
  override readonly name = 'ZtError';
  readonly code: ZtErrorCode;
  /** What to do about it. */
  readonly remedy: string;

  constructor(code: ZtErrorCode, what: string, options?: ErrorOptions) {
    super(`${what}. ${errorRemedies[code]}`, options);
    this.code = code;
    this.remedy = errorRemedies[code];
  }
}

/** The code for a status of the core. `OK` is not an error and throws. */
export function codeOfStatus(status: number): ZtErrorCode {
  const name = StatusName[status];
  if (name === undefined || status === Status.OK) return 'ERR_ZT_INTERNAL';
  return `ERR_ZT_${name}` as ZtErrorCode;
}
