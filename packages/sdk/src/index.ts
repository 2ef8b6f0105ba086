/**
 * Embed a ZeroTier-compatible node.
 *
 * @packageDocumentation
 */
export * from './controller-port.js';
export * from './tcp-handle.js';
