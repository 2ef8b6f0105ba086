import { homogeneous, mixed, native, wasm } from '../src/engines.js';
import { tcpRelaySuite } from '../src/tcp-relay.js';
import { startRelay } from './relay-under-test.js';

const [nativeEngine, wasmEngine] = await Promise.all([native(), wasm()]);
tcpRelaySuite(homogeneous(nativeEngine), startRelay);
tcpRelaySuite(homogeneous(wasmEngine), startRelay);
tcpRelaySuite(mixed(nativeEngine, nativeEngine, wasmEngine), startRelay);
