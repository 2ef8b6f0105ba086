/** The addon as a {@link RawEngine}. */
import type { RawEngine, RawNode, RawNodeOptions } from '@ztkit/engine-codec';
import type { Endpoint } from '@ztkit/types';
import type { Addon, NativeNode } from './addon.js';

/** Keeps the addon's object behind the contract: after `close()` every call answers CLOSED. */
class AddonNode implements RawNode {
  readonly #native: NativeNode;
  #closing: Promise<void> | undefined;

  constructor(native: NativeNode) {
    this.#native = native;
  }

  get bound(): readonly Endpoint[] {
    return this.#native.bound();
  }

  setExternalEndpoints(endpoints: readonly Endpoint[]): void {
    this.#native.setExternalEndpoints(endpoints);
  }

  command(request: Uint8Array): Uint8Array {
    return this.#native.command(request);
  }

  tcpWrite(socket: number, data: Uint8Array): number {
    return this.#native.tcpWrite(socket, data);
  }

  tcpRead(socket: number, into: Uint8Array): number {
    return this.#native.tcpRead(socket, into);
  }

  udpSend(socket: number, to: Uint8Array, data: Uint8Array): number {
    return this.#native.udpSend(socket, to, data);
  }

  udpReceive(socket: number, into: Uint8Array, endpoints: Uint8Array): number {
    return this.#native.udpReceive(socket, into, endpoints);
  }

  framesSend(port: number, records: Uint8Array): number {
    return this.#native.framesSend(port, records);
  }

  framesReceive(port: number, into: Uint8Array): number {
    return this.#native.framesReceive(port, into);
  }

  ref(): void {
    this.#native.ref();
  }

  unref(): void {
    this.#native.unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#native.close();
    return this.#closing;
  }
}

export class NativeRawEngine implements RawEngine {
  readonly name = 'native';
  readonly #addon: Addon;

  constructor(addon: Addon) {
    this.#addon = addon;
  }

  async create({ options, bind, onEvents }: RawNodeOptions): Promise<RawNode> {
    return new AddonNode(new this.#addon.NativeNode(options, bind, onEvents));
  }

  async generateIdentity(signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const { promise, cancel } = this.#addon.generateIdentity();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await promise;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async makeWorld(spec: Uint8Array): Promise<Uint8Array> {
    return this.#addon.makeWorld(spec);
  }
}
