/** Why a node cannot go on, as an error. */
import { ZtError, type ZtErrorCode } from '@ztkit/types';

const codes: Readonly<Record<string, ZtErrorCode>> = {
  IDENTITY_COLLISION: 'ERR_ZT_IDENTITY_COLLISION',
  INVALID_IDENTITY: 'ERR_ZT_INVALID_IDENTITY',
  INVALID_PLANET: 'ERR_ZT_INVALID_PLANET',
};

/** The error for the body of NODE_FATAL_ERROR. */
export function fatalError(reason: string, detail: string): ZtError {
  return new ZtError(codes[reason] ?? 'ERR_ZT_INTERNAL', `The node ended: ${reason} ${detail}`.trim());
}
