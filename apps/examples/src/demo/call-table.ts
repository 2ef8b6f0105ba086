/** The calls a child answers (messages.ts), on its one node. */
import { type Controller, createController } from '@ztkit/controller';
import { createNode, type Network, type Node, type TcpListener, ZtError } from '@ztkit/sdk';
import { receiveBulk, sendBulk } from './bulk.js';
import { watchEvents } from './event-lines.js';
import type { CallName, Calls, ChildMessage, NodeSetup } from './messages.js';

type Handlers = { [N in CallName]: (argument: Calls[N]['argument']) => Promise<Calls[N]['result']> };

const START_TIMEOUT_MS = 30_000;
const PING_TIMEOUT_MS = 1000;

/** Holds the process's node, controller and open transfer. */
export class CallTable {
  readonly #tell: (message: ChildMessage) => void;
  #node: Node | undefined;
  #controller: Controller | undefined;
  #listener: TcpListener | undefined;
  #receiving: Promise<{ sha256: string; bytes: number }> | undefined;

  constructor(tell: (message: ChildMessage) => void) {
    this.#tell = tell;
  }

  async run(call: CallName, argument: Calls[CallName]['argument']): Promise<Calls[CallName]['result']> {
    const handler = this.#handlers[call] as (argument: unknown) => Promise<Calls[CallName]['result']>;
    return handler(argument);
  }

  async close(): Promise<void> {
    await this.#listener?.close();
    await this.#controller?.close();
    await this.#node?.close();
  }

  readonly #handlers: Handlers = {
    start: (setup) => this.#start(setup),
    createNetwork: ({ members }) => this.#createNetwork(members),
    join: ({ networkId }) => this.#join(networkId),
    whenDirect: ({ peer }) => this.#whenDirect(peer),
    ping: ({ networkId, to, count }) => this.#ping(networkId, to, count),
    receive: ({ networkId, size }) => this.#receive(networkId, size),
    received: () => this.#received(),
    send: ({ networkId, to, port, size }) => this.#send(networkId, to, port, size),
    stop: async () => {
      await this.close();
      return {};
    },
  };

  get #running(): Node {
    if (this.#node === undefined) throw new Error('the node is not started');
    return this.#node;
  }

  async #start(setup: NodeSetup): Promise<Calls['start']['result']> {
    const { impairment } = setup;
    this.#node = await createNode({
      engine: setup.engine,
      identity: setup.identity,
      planet: Buffer.from(setup.planet, 'base64'),
      bind: [setup.bind],
      allowLoopbackPaths: true, // the demo's roots are on loopback (docs/decisions/0006)
      ...(impairment === undefined ? {} : { impairment: { ...impairment, seed: BigInt(impairment.seed) } }),
    });
    watchEvents(this.#node, this.#tell);
    if (setup.role !== 'root') await this.#node.whenOnline({ signal: AbortSignal.timeout(START_TIMEOUT_MS) });
    return { address: this.#node.address };
  }

  async #createNetwork(members: readonly string[]): Promise<Calls['createNetwork']['result']> {
    this.#controller = await createController({ node: this.#running });
    const network = await this.#controller.createNetwork({
      name: 'demo',
      private: true,
      v4AssignMode: { zt: true },
      v6AssignMode: { '6plane': true, rfc4193: true, zt: false },
      ipAssignmentPools: [{ ipRangeStart: '10.77.0.1', ipRangeEnd: '10.77.0.254' }],
      routes: [{ target: '10.77.0.0/24', via: null }],
    });
    for (const member of members) await this.#controller.authorize(network.id, member);
    return { networkId: network.id };
  }

  #network(networkId: string): Network {
    return this.#running.join(networkId);
  }

  async #join(networkId: string): Promise<Calls['join']['result']> {
    const network = this.#network(networkId);
    await network.ready({ signal: AbortSignal.timeout(START_TIMEOUT_MS) });
    return { addresses: network.addresses.map(({ address, bits }) => `${address}/${bits}`) };
  }

  async #whenDirect(address: string): Promise<Calls['whenDirect']['result']> {
    const node = this.#running;
    const direct = (): string | undefined => {
      const path = node
        .peers()
        .find((p) => p.address === address)
        ?.paths.find((p) => p.preferred && !p.expired);
      return path && `${path.endpoint.address}:${path.endpoint.port}`;
    };
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    const events = node.events({ signal });
    const known = direct();
    if (known !== undefined) return { endpoint: known };
    for await (const event of events) {
      if (event.type !== 'PEER_DIRECT' && event.type !== 'PEER_PATH_DISCOVERED') continue;
      const endpoint = direct();
      if (endpoint !== undefined) return { endpoint };
    }
    throw new Error(`no direct path to ${address} within ${START_TIMEOUT_MS / 1000} s`);
  }

  async #ping(networkId: string, to: string, count: number): Promise<Calls['ping']['result']> {
    const rttMs: number[] = [];
    for (let i = 0; i < count; i += 1) {
      try {
        rttMs.push((await this.#network(networkId).ping(to, { timeoutMs: PING_TIMEOUT_MS })).rttMs);
      } catch (error) {
        if (!(error instanceof ZtError) || error.code !== 'ERR_ZT_TIMED_OUT') throw error; // a lost ping is a result
      }
    }
    return { rttMs };
  }

  async #receive(networkId: string, size: number): Promise<Calls['receive']['result']> {
    const listener = await this.#network(networkId).listen({ port: 0 });
    this.#listener = listener;
    this.#receiving = (async () => {
      for await (const connection of listener) {
        const result = await receiveBulk(connection, (bytes) => this.#tell({ kind: 'progress', bytes }));
        await connection.writable.close(); // our side of the orderly end
        if (result.bytes !== size) throw new Error(`received ${result.bytes} of ${size} bytes`);
        return result;
      }
      throw new Error('the listener was closed before a connection came');
    })();
    this.#receiving.catch(() => {}); // told by `received`; until then nobody waits for it
    return { port: listener.address.port };
  }

  async #received(): Promise<Calls['received']['result']> {
    if (this.#receiving === undefined) throw new Error('nothing is being received');
    const result = await this.#receiving;
    await this.#listener?.close();
    return result;
  }

  async #send(networkId: string, to: string, port: number, size: number): Promise<Calls['send']['result']> {
    const started = performance.now();
    const connection = await this.#network(networkId).connect({ address: to, port });
    const sha256 = await sendBulk(connection, size);
    await connection.closed;
    return { sha256, seconds: (performance.now() - started) / 1000 };
  }
}
