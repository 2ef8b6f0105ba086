/**
 * The contracts of ztkit: engines, events, errors, options, ids. No runtime dependency; knows no engine.
 *
 * @packageDocumentation
 */
export * from './capture.js';
export * from './connectivity.js';
export * from './derived-addresses.js';
export * from './engine.js';
export * from './errors.js';
export * from './event.js';
export * from './frames.js';
export * from './generated/enums.js';
export * from './ids.js';
export * from './rule-types.js';
export * from './rules.js';
export * from './socket-facts.js';
