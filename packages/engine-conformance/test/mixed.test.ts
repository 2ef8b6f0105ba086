import { backpressureSuite } from '../src/backpressure.js';
import { datagramsSuite } from '../src/datagrams.js';
import { mixed, native, wasm } from '../src/engines.js';
import { impairmentSuite } from '../src/impairment.js';
import { tcpSuite } from '../src/tcp.js';

const [nativeEngine, wasmEngine] = await Promise.all([native(), wasm()]);
for (const engines of [mixed(nativeEngine, nativeEngine, wasmEngine), mixed(nativeEngine, wasmEngine, nativeEngine)]) {
  tcpSuite(engines);
  datagramsSuite(engines);
  backpressureSuite(engines);
  impairmentSuite(engines);
}
