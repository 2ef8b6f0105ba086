import { homogeneous, native, wasm } from '../src/engines.js';
import { leakSuite } from '../src/leak.js';

leakSuite(homogeneous(await native()));
leakSuite(homogeneous(await wasm()));
