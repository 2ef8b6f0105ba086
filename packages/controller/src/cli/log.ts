/** Log lines of the command, on standard error: standard output belongs to results. */
import type { Logger } from '@ztkit/sdk';

/** From fewest to most lines. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A logger that writes lines up to `level`. */
export function makeLogger(level: LogLevel): Record<LogLevel, (message: string) => void> & Logger {
  const write = (of: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(of) > LOG_LEVELS.indexOf(level)) return;
    process.stderr.write(`${new Date().toISOString()} ${of}: ${message}\n`);
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}
