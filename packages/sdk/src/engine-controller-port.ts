/** {@link ControllerPort} on an engine. */
import {
  type EngineNode,
  type IssuedConfig,
  type NetworkId,
  type NodeAddress,
  type NodeEvent,
  parseNodeAddress,
  type RejectReason,
  ZtError,
} from '@ztkit/types';
import { checkFunction } from './arguments.js';
import { runCallback } from './callback.js';
import type { ControllerPort, ControllerRequest } from './controller-port.js';

/** `node.controller`. */
export class EngineControllerPort implements ControllerPort {
  readonly address: NodeAddress;
  readonly #engine: EngineNode;
  #onRequest: ((request: ControllerRequest) => void) | undefined;

  constructor(engine: EngineNode, address: NodeAddress) {
    this.#engine = engine;
    this.address = address;
  }

  get enabled(): boolean {
    return this.#onRequest !== undefined;
  }

  enable(onRequest: (request: ControllerRequest) => void): void {
    checkFunction('onRequest', onRequest);
    if (this.enabled) throw new ZtError('ERR_ZT_ALREADY_EXISTS', 'This node is a controller already');
    this.#engine.controllerEnable(true);
    this.#onRequest = onRequest;
  }

  disable(): void {
    if (!this.enabled) return;
    this.#onRequest = undefined;
    this.#engine.controllerEnable(false);
  }

  grant(member: NodeAddress, requestId: bigint, config: IssuedConfig): void {
    this.#engine.controllerGrant(member, requestId, config);
  }

  reject(member: NodeAddress, networkId: NetworkId, requestId: bigint, reason: RejectReason): void {
    this.#engine.controllerReject(member, networkId, requestId, reason);
  }

  revoke(networkId: NetworkId, target: NodeAddress, recipients: readonly NodeAddress[], issuedUntil = 0): void {
    this.#engine.controllerRevoke(networkId, target, recipients, issuedUntil);
  }

  /** The engine's event; nobody asks after `disable`. */
  dispatch(event: Extract<NodeEvent, { type: 'CONTROLLER_REQUEST' }>): void {
    const onRequest = this.#onRequest;
    if (onRequest === undefined) return;
    const { networkId, requestId, identity, hops, from, metadata } = event;
    const member = parseNodeAddress(identity.slice(0, 10));
    runCallback(() => onRequest({ networkId, requestId, member, identity, hops, from, metadata }));
  }

  /** The node closed. */
  close(): void {
    this.#onRequest = undefined;
  }
}
