/** Requests, pushes and revocations against a fake node and a clock that only moves when told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemberRecord } from '../src/domain/member.js';
import { type Controller, createController } from '../src/service/controller.js';
import { MemoryStore } from '../src/store/memory-store.js';
import { ALICE, BOB, FakePort, identityOf, ManualClock } from './fake-port.js';

const NETWORK = 'c0ffee0001000001';
const POOLED = {
  name: 'lab',
  v4AssignMode: { zt: true },
  ipAssignmentPools: [{ ipRangeStart: '10.1.0.1', ipRangeEnd: '10.1.0.254' }],
  routes: [{ target: '10.1.0.0/16' }],
};

class FailingStore extends MemoryStore {
  failing = false;
  override async putMember(member: MemberRecord): Promise<void> {
    if (this.failing) throw new Error('disk full');
    await super.putMember(member);
  }
}

let port: FakePort;
let clock: ManualClock;
let store: FailingStore;
let controller: Controller;
let errors: Error[];

beforeEach(async () => {
  port = new FakePort();
  clock = new ManualClock();
  store = new FailingStore();
  errors = [];
  controller = await createController({ port, store, now: clock.now, onError: (error) => errors.push(error) });
});

afterEach(() => controller.close());

describe('requests', () => {
  it('for an unknown network are answered not-found and leave no record', async () => {
    const requestId = port.ask(NETWORK, ALICE);
    expect(await port.take(1)).toMatchObject([{ kind: 'reject', reason: 'not-found', requestId }]);
    expect(controller.members(NETWORK)).toEqual([]);
  });

  it('for a foreign network, or under a false address, are not answered', async () => {
    port.ask('aaaaaaaaaa000001', ALICE);
    port.ask(NETWORK, ALICE, '', identityOf(BOB));
    port.ask(NETWORK, ALICE, '', 'garbage');
    expect(await port.settle()).toEqual([]);
  });

  it('of an unknown node are denied and make a record; after authorisation they are granted', async () => {
    await controller.updateNetwork(NETWORK, POOLED);
    port.ask(NETWORK, ALICE);
    expect(await port.take(1)).toMatchObject([{ kind: 'reject', reason: 'access-denied' }]);
    expect(controller.member(NETWORK, ALICE)).toMatchObject({
      authorized: false,
      identity: identityOf(ALICE),
      revision: 1,
    });

    await controller.authorize(NETWORK, ALICE);
    expect(await port.settle()).toEqual([]); // only ever denied: not pushable (§6.2)
    clock.advance(5000);
    const requestId = port.ask(NETWORK, ALICE);
    const [grant] = await port.take(1);
    expect(grant).toMatchObject({
      kind: 'grant',
      requestId,
      config: { name: 'lab', includeCom: true, type: 'private' },
    });
    const member = controller.member(NETWORK, ALICE);
    expect(member?.ipAssignments).toHaveLength(1);
    expect(member).toMatchObject({ vMajor: 1, vMinor: 14, vRev: 1, vProto: 12, lastAuthorizedCredentialType: 'api' });
    expect(grant?.kind === 'grant' && grant.config.addresses).toEqual([
      { address: member?.ipAssignments[0], bits: 16 },
    ]);
  });

  it('come at most once per 1000 ms and member', async () => {
    await controller.updateNetwork(NETWORK, { private: false });
    port.ask(NETWORK, ALICE);
    port.ask(NETWORK, ALICE);
    port.ask(NETWORK, BOB);
    expect((await port.settle()).map((decision) => 'member' in decision && decision.member)).toEqual([ALICE, BOB]);
    clock.advance(1000);
    port.ask(NETWORK, ALICE);
    expect(await port.settle()).toEqual([]);
    clock.advance(1);
    port.ask(NETWORK, ALICE);
    expect(await port.settle()).toHaveLength(1);
  });

  it('pin the identity: another key under the same address is denied and nothing is saved', async () => {
    await controller.updateNetwork(NETWORK, { private: false });
    port.ask(NETWORK, ALICE);
    await port.take(1);
    const before = controller.member(NETWORK, ALICE);
    clock.advance(2000);
    port.ask(NETWORK, ALICE, 'revr=1\nmajv=9', identityOf(ALICE, 'b'));
    expect(await port.take(1)).toMatchObject([{ kind: 'reject', reason: 'access-denied' }]);
    expect(controller.member(NETWORK, ALICE)).toBe(before);
  });

  it('at the same time never get the same address', async () => {
    await controller.updateNetwork(NETWORK, { ...POOLED, private: false });
    const members = Array.from(
      { length: 50 },
      (_, index) => `33333333${index.toString(16).padStart(2, '0')}` as typeof ALICE,
    );
    for (const member of members) port.ask(NETWORK, member);
    await port.take(50);
    expect(new Set(controller.members(NETWORK).flatMap(({ ipAssignments }) => ipAssignments)).size).toBe(50);
  });

  it('are not answered when the record could not be stored, and memory stays as the disk is', async () => {
    await controller.updateNetwork(NETWORK, { ...POOLED, private: false });
    store.failing = true;
    port.ask(NETWORK, ALICE);
    expect(await port.settle()).toEqual([]);
    expect(errors.map(({ message }) => message)).toEqual(['disk full']);
    expect(controller.members(NETWORK)).toEqual([]);
    expect(controller.status().databaseReady).toBe(false);
    store.failing = false;
    clock.advance(5000);
    port.ask(NETWORK, ALICE);
    expect(await port.take(1)).toMatchObject([{ kind: 'grant' }]);
    expect(controller.status().databaseReady).toBe(true);
  });
});

describe('changes', () => {
  beforeEach(async () => {
    await controller.updateNetwork(NETWORK, { ...POOLED, private: false });
    port.ask(NETWORK, ALICE);
    port.ask(NETWORK, BOB);
    await port.take(2);
    await controller.updateNetwork(NETWORK, { private: true });
    await port.settle();
  });

  it('of a network are pushed to online members; equal ones are not', async () => {
    await controller.updateNetwork(NETWORK, { name: 'lab' });
    expect(await port.settle()).toEqual([]);
    await controller.updateNetwork(NETWORK, { name: 'renamed' });
    const pushed = await port.take(2);
    expect(pushed).toMatchObject([
      { kind: 'grant', member: ALICE, requestId: 0n, config: { name: 'renamed' } },
      { kind: 'grant', member: BOB, requestId: 0n },
    ]);
    clock.advance(120_000);
    await controller.updateNetwork(NETWORK, { name: 'later' });
    expect(await port.settle()).toEqual([]);
  });

  it('of a member are pushed to that member', async () => {
    await controller.updateMember(NETWORK, ALICE, { ipAssignments: ['10.1.9.9'] });
    const [push] = await port.take(1);
    expect(push).toMatchObject({
      kind: 'grant',
      member: ALICE,
      requestId: 0n,
      config: { addresses: [{ address: '10.1.9.9', bits: 16 }] },
    });
    expect(await port.settle()).toEqual([]);
  });

  it('of who is a bridge are pushed to all: everybody has to know its bridges', async () => {
    await controller.updateMember(NETWORK, ALICE, { activeBridge: true });
    const pushed = await port.take(2);
    expect(pushed.map((p) => 'member' in p && p.member).sort()).toEqual([ALICE, BOB].sort());
    for (const push of pushed) {
      expect(push).toMatchObject({ config: { specialists: [BigInt(`0x${ALICE}`) | 0x20000000000n] } });
    }
    expect(await port.settle()).toEqual([]);
  });

  it('are told of an eviction also by a controller just started, whom nobody has asked yet', async () => {
    await controller.updateMember(NETWORK, '5511111111', { authorized: true }); // was never here
    await controller.close();
    await port.settle();
    const again = await createController({ port, store, now: clock.now });
    clock.advance(1_000);
    await again.deauthorize(NETWORK, ALICE);
    expect(await port.settle()).toEqual([{ kind: 'revoke', network: NETWORK, target: ALICE, recipients: [BOB] }]);
    await again.authorize(NETWORK, ALICE);
    clock.advance(120_000); // by now whoever is online has asked
    await again.deauthorize(NETWORK, ALICE);
    expect(await port.settle()).toEqual([]);
    await again.close();
  });

  it('deauthorise with a revocation to every online member, and re-authorise with a push', async () => {
    await controller.deauthorize(NETWORK, ALICE);
    expect(await port.take(1)).toEqual([{ kind: 'revoke', network: NETWORK, target: ALICE, recipients: [ALICE, BOB] }]);
    expect(await port.settle()).toEqual([]);
    clock.advance(2000);
    port.ask(NETWORK, ALICE);
    expect(await port.take(1)).toMatchObject([{ kind: 'reject', reason: 'access-denied' }]);
    await controller.authorize(NETWORK, ALICE);
    expect(await port.take(1)).toMatchObject([{ kind: 'grant', member: ALICE, requestId: 0n }]);
  });

  it('delete a member: revocation, its address is free again', async () => {
    const address = controller.member(NETWORK, ALICE)?.ipAssignments[0];
    await controller.deleteMember(NETWORK, ALICE);
    expect(await port.take(1)).toMatchObject([{ kind: 'revoke', target: ALICE }]);
    await controller.updateMember(NETWORK, '5511111111', { authorized: true });
    port.ask(NETWORK, '5511111111' as typeof ALICE);
    await port.take(1);
    expect(controller.member(NETWORK, '5511111111')?.ipAssignments).toEqual([address]);
  });

  it('delete a network: one revocation per member', async () => {
    await controller.deleteNetwork(NETWORK);
    expect(await port.take(2)).toEqual([
      { kind: 'revoke', network: NETWORK, target: ALICE, recipients: [ALICE, BOB] },
      { kind: 'revoke', network: NETWORK, target: BOB, recipients: [ALICE, BOB] },
    ]);
    expect(controller.networks()).toEqual([]);
    clock.advance(2000);
    port.ask(NETWORK, ALICE);
    expect(await port.take(1)).toMatchObject([{ kind: 'reject', reason: 'not-found' }]);
  });

  it('survive the controller: a new one on the same store knows all', async () => {
    const networks = controller.networks();
    const members = controller.members(NETWORK);
    await controller.close();
    controller = await createController({ port: new FakePort(), store });
    expect(controller.networks()).toEqual(networks);
    expect(controller.members(NETWORK)).toEqual(members);
  });
});

describe('the library', () => {
  it('refuses what is not its own, with a code', async () => {
    await expect(controller.updateNetwork('aaaaaaaaaa000001', {})).rejects.toMatchObject({
      code: 'ERR_CONTROLLER_FOREIGN_NETWORK',
    });
    await expect(controller.updateMember(NETWORK, ALICE, {})).rejects.toMatchObject({
      code: 'ERR_CONTROLLER_NOT_FOUND',
    });
    await expect(controller.updateNetwork('nonsense', {})).rejects.toMatchObject({ code: 'ERR_CONTROLLER_INPUT' });
  });

  it('gives frozen records', async () => {
    const network = await controller.createNetwork({ name: 'mine' });
    expect(network.id.startsWith(port.address)).toBe(true);
    expect(() => network.routes.push({ target: '0.0.0.0/0', via: null })).toThrow(TypeError);
  });

  it('is closed once and for all', async () => {
    await Promise.all([controller.close(), controller.close()]);
    expect(port.enabled).toBe(false);
    await expect(controller.createNetwork()).rejects.toMatchObject({ code: 'ERR_CONTROLLER_CLOSED' });
  });
});

describe('a clock that is set back', () => {
  const HOUR = 3_600_000;
  const grantedAt = async (member = ALICE): Promise<number> => {
    port.ask(NETWORK, member);
    const [decision] = await port.take(1);
    if (decision?.kind !== 'grant') throw new Error('not granted');
    clock.advance(2_000);
    return Number(decision.config.timestamp);
  };
  beforeEach(() => controller.updateNetwork(NETWORK, { ...POOLED, private: false }));

  it('gives no configuration older than one that was given, and goes on when it has caught up', async () => {
    const before = await grantedAt();
    clock.advance(-2 * HOUR);
    const first = await grantedAt();
    expect(first).toBeGreaterThanOrEqual(before);
    expect(first).toBeLessThan(before + 60_000);
    expect(await grantedAt(BOB)).toBeGreaterThanOrEqual(first);
    clock.advance(4 * HOUR);
    expect(clock.ms - (await grantedAt())).toBeLessThanOrEqual(2_000);
  });

  it('gives none over a restart either', async () => {
    const before = await grantedAt();
    await controller.close();
    clock.advance(-2 * HOUR);
    controller = await createController({ port, store, now: clock.now });
    expect(await grantedAt()).toBeGreaterThanOrEqual(before);
  });

  it('tells who starts it when the times it issued are far ahead of the clock', async () => {
    await grantedAt();
    await controller.close();
    const told: string[] = [];
    const onError = (error: Error) => told.push(error.message);
    controller = await createController({ port, store, now: clock.now, onError });
    await controller.close();
    expect(told).toEqual([]);
    clock.advance(-2 * HOUR);
    controller = await createController({ port, store, now: clock.now, onError });
    expect(told).toEqual([expect.stringMatching(/1(19|20) minutes ahead of this clock/)]);
  });

  it('puts a member out after a restart, whatever the run before issued', async () => {
    const before = await grantedAt();
    await controller.close();
    clock.advance(-2 * HOUR);
    controller = await createController({ port, store, now: clock.now });
    await grantedAt(BOB); // who is to be told
    await controller.deauthorize(NETWORK, ALICE);
    await port.take(1);
    expect(port.revokedUntil).toBeGreaterThanOrEqual(before);
  });

  it('does not run ahead however often the controller is restarted in order', async () => {
    for (let restarts = 0; restarts < 20; restarts += 1) {
      await grantedAt();
      await controller.close();
      controller = await createController({ port, store, now: clock.now });
    }
    expect((await grantedAt()) - clock.ms).toBeLessThanOrEqual(0);
  });

  it('lets a member in again that was put out in the same moment', async () => {
    await grantedAt();
    const revokedAt = clock.ms;
    await controller.deauthorize(NETWORK, ALICE);
    await port.take(1);
    await controller.authorize(NETWORK, ALICE);
    const [decision] = await port.take(1);
    expect(decision).toMatchObject({ kind: 'grant' });
    expect(Number(decision?.kind === 'grant' && decision.config.timestamp)).toBeGreaterThan(revokedAt);
  });
});
