/** A UDP port that leads to another one, and can be shut for one source: a firewall on loopback. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '@ztkit/types';

async function bound(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

export class UdpGate {
  /** Sources whose datagrams are dropped. */
  readonly blocked = new Set<string>();
  /** Datagrams let through, by the address they came from. */
  readonly passed = new Map<string, number>();
  readonly #inside: Socket;
  readonly #target: Endpoint;
  readonly #outside = new Map<string, Promise<Socket>>();

  private constructor(inside: Socket, target: Endpoint) {
    this.#inside = inside;
    this.#target = target;
    inside.on('message', (bytes, { address, port }) => void this.#forward(bytes, { address, port }));
  }

  static async open(address: string, target: Endpoint): Promise<UdpGate> {
    return new UdpGate(await bound(address), target);
  }

  get endpoint(): Endpoint {
    const { address, port } = this.#inside.address();
    return { address, port };
  }

  /** Each source has a socket of its own towards the target, as behind a NAT. */
  async #forward(bytes: Buffer, { address, port }: Endpoint): Promise<void> {
    if (this.blocked.has(address)) return;
    this.passed.set(address, (this.passed.get(address) ?? 0) + 1);
    const key = `${address}/${port}`;
    let opening = this.#outside.get(key);
    if (opening === undefined) {
      opening = bound(this.#target.address);
      this.#outside.set(key, opening);
      (await opening).on('message', (answer, from) => {
        const known = from.address === this.#target.address && from.port === this.#target.port;
        if (known && !this.blocked.has(address)) this.#inside.send(answer, port, address);
      });
    }
    (await opening).send(bytes, this.#target.port, this.#target.address);
  }

  async close(): Promise<void> {
    this.#inside.close();
    for (const socket of this.#outside.values()) (await socket).close();
  }
}
