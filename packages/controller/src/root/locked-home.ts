/** The home directory of a command that writes into it before its node starts: locked from then on (vl1.md §9.1). */
import { fileStore, type StateStore } from '@ztkit/sdk';

/**
 * Opens the directory, which takes its lock, for a node to go on with: the node's own opening finds it open. Rejects
 * with `ERR_ZT_STORE` when another process has it; nothing was touched then.
 */
export async function openHome(directory: string): Promise<StateStore> {
  const files = fileStore(directory);
  await files.open?.();
  return {
    close: async () => files.close?.(),
    get: (name) => files.get(name),
    put: (name, data) => files.put(name, data),
    delete: (name) => files.delete(name),
    list: (names) => files.list(names),
    setAside: async (name, aside) => files.setAside?.(name, aside),
    maintain: async () => files.maintain?.(),
    describe: (name) => files.describe?.(name) ?? name,
  };
}
