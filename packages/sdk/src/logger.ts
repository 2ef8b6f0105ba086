/** Where a node reports what is not an error of a call. */

/** Any logger with these methods fits: `console`, pino, winston. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Used when none is given: troubles reach the standard error output, the rest nowhere. */
export const defaultLogger: Logger = {
  debug() {},
  info() {},
  warn: (message) => console.warn(`ztkit: ${message}`),
  error: (message) => console.error(`ztkit: ${message}`),
};
