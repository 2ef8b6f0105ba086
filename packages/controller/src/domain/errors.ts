/** Errors of the controller: each says what was wrong; `code` is stable. */

/** Codes of {@link ControllerError}. */
export type ControllerErrorCode =
  | 'ERR_CONTROLLER_INPUT'
  | 'ERR_CONTROLLER_FOREIGN_NETWORK'
  | 'ERR_CONTROLLER_NOT_FOUND'
  | 'ERR_CONTROLLER_FULL'
  | 'ERR_CONTROLLER_STORE'
  | 'ERR_CONTROLLER_CLOSED';

/** What the controller throws when a caller's request cannot be done. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError';

  constructor(
    readonly code: ControllerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
