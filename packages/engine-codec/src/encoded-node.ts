/** An {@link EngineNode} over a {@link RawNode}: every method is one request of the host protocol. */
import type {
  ConnectivityInfo,
  Endpoint,
  EngineNode,
  IssuedConfig,
  MoonId,
  MoonInfo,
  NetworkId,
  NetworkInfo,
  NetworkPermissions,
  NodeAddress,
  NodeCounterKey,
  NodeInfo,
  PeerInfo,
  RejectReason,
  StackCounters,
} from '@ztkit/types';
import { Command, DropReasonName, WireError } from '@ztkit/types';
import { readConnectivity, readMoon, readNetwork, readNodeCounters, readPeer } from './decode-bodies.js';
import { writeIssuedConfig } from './encode-issued-config.js';
import { EncodedRules } from './encoded-rules.js';
import { readEndpoint, readNodeAddress, writeNetworkId, writeNodeAddress } from './fields.js';
import { writePermissions } from './network-permissions.js';
import { readStackCounters } from './tcp-info.js';

/** A machine has one gateway, rarely two; more than this says nothing new to a peer. */
const MAX_EXTERNAL_ENDPOINTS = 16;

const rejectCodes: Readonly<Record<RejectReason, number>> = {
  'not-found': WireError.OBJECT_NOT_FOUND,
  'access-denied': WireError.NETWORK_ACCESS_DENIED,
  'authentication-required': WireError.NETWORK_AUTHENTICATION_REQUIRED,
};

export class EncodedNode extends EncodedRules implements EngineNode {
  #closing: Promise<void> | undefined;

  info(): NodeInfo {
    const body = this.requests.send(Command.NODE_INFO, 'cannot describe the node');
    return {
      address: readNodeAddress(body),
      online: body.bool(),
      identity: body.str16(),
      planetId: body.u64(),
      planetTimestamp: body.i64(),
      surface: body.list(() => readEndpoint(body)),
      bound: this.raw.bound,
    };
  }

  diagnose(): ConnectivityInfo {
    return readConnectivity(this.requests.send(Command.DIAGNOSE, 'cannot diagnose the node'));
  }

  networks(): NetworkInfo[] {
    const body = this.requests.send(Command.NETWORKS, 'cannot list the networks');
    return body.list(() => readNetwork(body));
  }

  peers(): PeerInfo[] {
    const body = this.requests.send(Command.PEERS, 'cannot list the peers');
    return body.list(() => readPeer(body));
  }

  counters(): Record<string, bigint> {
    const body = this.requests.send(Command.COUNTERS, 'cannot read the counters');
    const pairs = body.list(() => [body.u16(), body.u64()] as const);
    return Object.fromEntries(pairs.map(([reason, count]) => [DropReasonName[reason] ?? `REASON_${reason}`, count]));
  }

  stackCounters(): StackCounters {
    return readStackCounters(this.requests.send(Command.STACK_COUNTERS, 'cannot read the counters of the stack'));
  }

  orbit(moon: MoonId, seed: NodeAddress | undefined, stored?: Uint8Array): void {
    this.requests.send(Command.ORBIT, `cannot orbit moon ${moon}`, (out) => {
      writeNetworkId(out, moon);
      writeNodeAddress(out, seed ?? '0000000000');
      if (stored !== undefined) out.put(stored);
    });
  }

  deorbit(moon: MoonId): void {
    this.requests.send(Command.DEORBIT, `cannot leave moon ${moon}`, (out) => writeNetworkId(out, moon));
  }

  moons(): MoonInfo[] {
    const body = this.requests.send(Command.MOONS, 'cannot list the moons');
    return body.list(() => readMoon(body));
  }

  nodeCounters(): Record<NodeCounterKey, bigint> {
    const body = this.requests.send(Command.NODE_COUNTERS, 'cannot read the counters of the node');
    return readNodeCounters(body);
  }

  join(network: NetworkId, permissions?: NetworkPermissions): void {
    this.requests.send(Command.JOIN, `cannot join network ${network}`, (out) => {
      writeNetworkId(out, network);
      if (permissions !== undefined) writePermissions(out, permissions);
    });
  }

  leave(network: NetworkId): void {
    this.requests.send(Command.LEAVE, `cannot leave network ${network}`, (out) => writeNetworkId(out, network));
  }

  setExternalEndpoints(endpoints: readonly Endpoint[]): void {
    this.raw.setExternalEndpoints(endpoints.slice(0, MAX_EXTERNAL_ENDPOINTS));
  }

  sendUserMessage(to: NodeAddress, type: bigint, data: Uint8Array): void {
    this.requests.send(Command.SEND_USER_MESSAGE, `cannot send a message to ${to}`, (out) => {
      writeNodeAddress(out, to);
      out.u64(type).blob16(data);
    });
  }

  controllerEnable(enabled: boolean): void {
    this.requests.send(Command.CONTROLLER_ENABLE, 'cannot switch the controller', (out) => out.bool(enabled));
  }

  controllerGrant(member: NodeAddress, requestId: bigint, config: IssuedConfig): void {
    this.requests.send(Command.CONTROLLER_GRANT, `cannot issue a configuration to ${member}`, (out) => {
      writeNodeAddress(out, member);
      out.u64(requestId);
      writeIssuedConfig(out, config);
    });
  }

  controllerReject(member: NodeAddress, network: NetworkId, requestId: bigint, reason: RejectReason): void {
    this.requests.send(Command.CONTROLLER_REJECT, `cannot reject ${member}`, (out) => {
      writeNodeAddress(out, member);
      writeNetworkId(out, network);
      out.u64(requestId).u8(rejectCodes[reason]);
    });
  }

  controllerRevoke(
    network: NetworkId,
    target: NodeAddress,
    recipients: readonly NodeAddress[],
    issuedUntil: number,
  ): void {
    this.requests.send(Command.CONTROLLER_REVOKE, `cannot revoke ${target}`, (out) => {
      writeNetworkId(out, network);
      writeNodeAddress(out, target);
      out.i64(BigInt(issuedUntil));
      out.list(recipients, (recipient) => writeNodeAddress(out, recipient));
    });
  }

  ref(): void {
    this.raw.ref();
  }

  unref(): void {
    this.raw.unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.raw.close();
    return this.#closing;
  }
}
