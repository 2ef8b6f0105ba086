/** A controller port that records what the controller decides, and a clock that stands still until it is moved. */
import type { ControllerPort, ControllerRequest } from '@ztkit/sdk';
import type { IssuedConfig, NetworkId, NodeAddress, RejectReason } from '@ztkit/types';

export const CONTROLLER = 'c0ffee0001' as NodeAddress;
export const ALICE = '1111111111' as NodeAddress;
export const BOB = '2222222222' as NodeAddress;

/** A public identity text whose key part is `digit` repeated. */
export function identityOf(address: string, digit = 'a'): string {
  return `${address}:0:${digit.repeat(128)}`;
}

type Decision =
  | { kind: 'grant'; member: NodeAddress; requestId: bigint; config: IssuedConfig }
  | { kind: 'reject'; member: NodeAddress; network: NetworkId; requestId: bigint; reason: RejectReason }
  | { kind: 'revoke'; network: NetworkId; target: NodeAddress; recipients: readonly NodeAddress[] };

export class FakePort implements ControllerPort {
  readonly address = CONTROLLER;
  readonly decisions: Decision[] = [];
  #listener: ((request: ControllerRequest) => void) | undefined;
  #nextRequest = 100n;

  get enabled(): boolean {
    return this.#listener !== undefined;
  }

  enable(onRequest: (request: ControllerRequest) => void): void {
    if (this.#listener !== undefined) throw new Error('enabled already');
    this.#listener = onRequest;
  }

  disable(): void {
    this.#listener = undefined;
  }

  grant(member: NodeAddress, requestId: bigint, config: IssuedConfig): void {
    this.decisions.push({ kind: 'grant', member, requestId, config });
  }

  reject(member: NodeAddress, network: NetworkId, requestId: bigint, reason: RejectReason): void {
    this.decisions.push({ kind: 'reject', member, network, requestId, reason });
  }

  /** The latest time that a revocation covered. */
  revokedUntil = 0;

  revoke(network: NetworkId, target: NodeAddress, recipients: readonly NodeAddress[], issuedUntil = 0): void {
    this.revokedUntil = issuedUntil;
    this.decisions.push({ kind: 'revoke', network, target, recipients });
  }

  /** Delivers a request like the engine would; gives its id. */
  ask(
    networkId: string,
    member: NodeAddress,
    metadata = 'revr=1\nmajv=1\nminv=e\nrevv=1\npv=c',
    identity = identityOf(member),
  ): bigint {
    const requestId = this.#nextRequest++;
    this.#listener?.({
      networkId: networkId as NetworkId,
      requestId,
      member,
      identity,
      hops: 0,
      from: { address: '127.0.0.1', port: 9993 },
      metadata: Buffer.from(metadata, 'latin1'),
    });
    return requestId;
  }

  /** Waits until `count` decisions were taken, and gives them all, emptying the list. */
  async take(count: number): Promise<Decision[]> {
    for (let turn = 0; this.decisions.length < count && turn < 1000; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.decisions.length < count) throw new Error(`only ${this.decisions.length} of ${count} decisions came`);
    return this.decisions.splice(0);
  }

  /** Gives everything that is under way the time to happen, and what was decided. */
  async settle(): Promise<Decision[]> {
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return this.decisions.splice(0);
  }
}

/** A clock for `now`. */
export class ManualClock {
  ms = 1_800_000_000_000;
  readonly now = (): number => this.ms;
  advance(ms: number): void {
    this.ms += ms;
  }
}
