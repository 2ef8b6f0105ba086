/**
 * The host protocol of the core in TypeScript (packages/core/HOST_PROTOCOL.md), shared by the engines.
 *
 * @packageDocumentation
 */
export { ByteReader } from './byte-reader.js';
export { ByteWriter } from './byte-writer.js';
export { decodeEvents, eventCodes } from './decode-events.js';
export { encodeOptions, encodeWorldSpec } from './encode-options.js';
export { EncodedEngine } from './encoded-engine.js';
export { EncodedNode } from './encoded-node.js';
export { readEndpoint, readIp, writeEndpoint, writeIp } from './fields.js';
export { formatIp, parseIp } from './ip-text.js';
export { type LocalSocket, tellLocalSockets } from './local-sockets.js';
export type { RawBinding, RawEngine, RawInterfaceBinding, RawNode, RawNodeOptions } from './raw-node.js';
export { followsInterfaces } from './raw-node.js';
export { createError, statusError } from './status-error.js';
