/**
 * Embed a ZeroTier-compatible node.
 *
 * @packageDocumentation
 */
export * from './browser.js';
export { fileStore } from './file-store.js';
