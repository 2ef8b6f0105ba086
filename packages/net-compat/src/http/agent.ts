/** An unmodified `http.Agent` whose connections run over a virtual network. */
import { type AgentOptions, type ClientRequestArgs, Agent as NodeAgent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Net } from '../net/module.js';

/**
 * For `http.request({ agent })`, the `agent` of `ws`, and everything else that takes one. Keep-alive and pooling are Node's.
 */
export class HttpAgent extends NodeAgent {
  readonly #net: Net;

  constructor(net: Net, options: AgentOptions = {}) {
    super(options);
    this.#net = net;
  }

  // Called by Node for every new connection; the options hold host, port, timeout and the like. Node listens to the
  // socket's own events, so its callback is not needed.
  override createConnection(options: ClientRequestArgs): Duplex {
    return this.#net.connect(options);
  }
}
