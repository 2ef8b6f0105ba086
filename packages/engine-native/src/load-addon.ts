/** Finds and loads the addon for this platform, or says precisely why not and what to do. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ZtError } from '@ztkit/types';
import type { Addon } from './addon.js';

/** Platforms this package has or can build a binary for. */
const supported: readonly string[] = ['linux-x64', 'linux-arm64'];

const remedy = 'Build it with "pnpm --filter @ztkit/engine-native run build:native", or choose engine "wasm"';

/** Throws `ERR_ZT_ENGINE_UNAVAILABLE`. */
export function loadAddon(): Addon {
  const platform = `${process.platform}-${process.arch}`;
  const path = fileURLToPath(new URL(`../prebuilds/${platform}/zt.node`, import.meta.url));
  if (!existsSync(path)) {
    const known = supported.includes(platform)
      ? `there is no binary at ${path}. ${remedy}`
      : `there is no native engine for ${platform} (only ${supported.join(', ')}). Choose engine "wasm"`;
    throw new ZtError('ERR_ZT_ENGINE_UNAVAILABLE', `the native engine cannot be loaded: ${known}`);
  }
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ZtError('ERR_ZT_ENGINE_UNAVAILABLE', `the native engine at ${path} does not load: ${why}. ${remedy}`, {
      cause,
    });
  }
}
