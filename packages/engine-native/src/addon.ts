/** The exact shape of the addon (binding/addon.cc). */
import type { RawBinding } from '@ztkit/engine-codec';
import type { Endpoint } from '@ztkit/types';

/** binding/native_node.h */
export interface NativeNode {
  command(request: Uint8Array): Uint8Array;
  tcpWrite(socket: number, data: Uint8Array): number;
  tcpRead(socket: number, into: Uint8Array): number;
  udpSend(socket: number, to: Uint8Array, data: Uint8Array): number;
  udpReceive(socket: number, into: Uint8Array, endpoints: Uint8Array): number;
  framesSend(port: number, records: Uint8Array): number;
  framesReceive(port: number, into: Uint8Array): number;
  bound(): Endpoint[];
  setExternalEndpoints(endpoints: readonly Endpoint[]): void;
  ref(): void;
  unref(): void;
  /** Once only. */
  close(): Promise<void>;
}

export interface Addon {
  NativeNode: new (options: Uint8Array, bind: RawBinding, onEvents: (batch: Uint8Array) => void) => NativeNode;
  generateIdentity(): { promise: Promise<string>; cancel(): void };
  makeWorld(spec: Uint8Array): Uint8Array;
}
