/** What a network may have, as `join` and the options of a node take it (HOST_PROTOCOL.md §2). */
import type { NetworkPermissions } from '@ztkit/types';
import type { ByteWriter } from './byte-writer.js';
import { writePrefixText } from './fields.js';

const permissionBits = { managed: 1, global: 2, defaultRoute: 4 } as const;

/** Flags and the white list; an empty list in TypeScript permits nothing, an empty one in bytes restricts nothing. */
export function writePermissions(out: ByteWriter, permissions: NetworkPermissions): void {
  const { allowManaged = true, allowGlobal = false, allowDefault = false } = permissions;
  const only = typeof allowManaged === 'boolean' ? [] : allowManaged;
  const managed = allowManaged === true || only.length > 0;
  out.u8(
    (managed ? permissionBits.managed : 0) |
      (allowGlobal ? permissionBits.global : 0) |
      (allowDefault ? permissionBits.defaultRoute : 0),
  );
  out.list(only, (prefix) => writePrefixText(out, prefix));
}
