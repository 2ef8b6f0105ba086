/** What the demo's processes say to each other over Node's IPC channel. */
import type { Impairment } from '@ztkit/types';

/** A physical UDP address. */
export interface PhysicalAddress {
  address: string;
  port: number;
}

/** What a process needs to start its node. Bytes travel as base64, numbers beyond 2^53 as text. */
export interface NodeSetup {
  role: 'root' | 'controller' | 'node';
  name: string;
  engine: 'native' | 'wasm';
  identity: string;
  planet: string;
  bind: PhysicalAddress;
  impairment?: Omit<Impairment, 'seed'> & { seed: string };
}

/** Calls a parent makes to a child, by name: argument and result. */
export interface Calls {
  start: { argument: NodeSetup; result: { address: string } };
  createNetwork: { argument: { members: string[] }; result: { networkId: string } };
  join: { argument: { networkId: string }; result: { addresses: string[] } };
  whenDirect: { argument: { peer: string }; result: { endpoint: string } };
  ping: { argument: { networkId: string; to: string; count: number }; result: { rttMs: number[] } };
  receive: { argument: { networkId: string; size: number }; result: { port: number } };
  received: { argument: Record<string, never>; result: { sha256: string; bytes: number } };
  send: {
    argument: { networkId: string; to: string; port: number; size: number };
    result: { sha256: string; seconds: number };
  };
  stop: { argument: Record<string, never>; result: Record<string, never> };
}

/** Name of a call. */
export type CallName = keyof Calls;

/** Parent to child. */
export interface CallMessage {
  id: number;
  call: CallName;
  argument: Calls[CallName]['argument'];
}

/** Child to parent. */
export type ChildMessage =
  | { kind: 'result'; id: number; result: Calls[CallName]['result'] }
  | { kind: 'failure'; id: number; message: string }
  | { kind: 'event'; name: string; detail: string; important: boolean }
  | { kind: 'progress'; bytes: number };
