/**
 * One test suite that every engine must pass: functions that define vitest suites for a set of engines.
 *
 * @packageDocumentation
 */
export * from './backpressure.js';
export * from './captures.js';
export * from './datagrams.js';
export * from './diagnosis.js';
export * from './engines.js';
export * from './errors.js';
export * from './frames.js';
export * from './idle.js';
export * from './impairment.js';
export { type EngineSet, Lab } from './lab.js';
export * from './leak.js';
export * from './lifecycle.js';
export * from './messages.js';
export * from './networks.js';
export * from './relay.js';
export * from './rules-at-work.js';
export * from './socket-facts.js';
export * from './tcp.js';
export * from './worlds.js';
