import { Event } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../src/index.js';
import type { FakeNode } from './fake-engine.js';
import { lab, networkId } from './lab.js';

describe('joining', () => {
  it('gives one object per network and remembers it for the next start', async () => {
    const { start } = lab();
    const store = memoryStore();
    const node = await start({ store });
    const network = node.join(networkId.toUpperCase());
    expect(node.join(networkId)).toBe(network);
    await network.ready();
    expect(network).toMatchObject({ id: networkId, status: 'OK', name: 'fake', mtu: 2800 });
    expect(network.routes).toHaveLength(1);
    await node.close();
    expect(await store.get(`networks.d/${networkId}.conf`)).toEqual(new Uint8Array([0x0a]));
    const again = await start({ store });
    expect(again.networks.map(({ id }) => id)).toEqual([networkId]);
    await again.networks[0]?.ready();
    await again.leave(networkId);
    expect(await store.list('networks.d')).toEqual([]);
    await again.close();
  });

  it('says where to sign on, in its state and in the error', async () => {
    const { start, world } = lab();
    world.answers.set(networkId, 'AUTHENTICATION_REQUIRED');
    const node = await start();
    const network = node.join(networkId);
    await expect(network.ready()).rejects.toMatchObject({ code: 'ERR_ZT_AUTHENTICATION_REQUIRED' });
    expect(network.signOn).toBeUndefined();
    const signOn = { version: 0, url: 'https://sign.on/here' };
    const told = node.once('NETWORK_AUTHENTICATION_REQUIRED');
    const [fake] = world.nodes as unknown as [FakeNode];
    fake.emit({
      type: 'NETWORK_AUTHENTICATION_REQUIRED',
      code: Event.NETWORK_AUTHENTICATION_REQUIRED,
      network: { ...network.info, signOn },
    });
    await told;
    await expect(network.ready()).rejects.toThrow(/sign on at https:\/\/sign\.on\/here/);
    expect(network.signOn).toEqual(signOn);
    // The controller's words are its own: what is no web address is not repeated, what is one is written by a parser.
    const urls = ['javascript:alert(1)', 'file:///etc/passwd', 'now', '', 'HTTP://Sign.On/a\u001b[31m\nb c"d'];
    const said: string[] = [];
    for (const url of urls) {
      const again = node.once('NETWORK_AUTHENTICATION_REQUIRED');
      const type = 'NETWORK_AUTHENTICATION_REQUIRED';
      fake.emit({ type, code: Event[type], network: { ...network.info, signOn: { version: 0, url } } });
      await again;
      said.push(await network.ready().then(String, (error: Error) => error.message.split('. ')[0] ?? ''));
    }
    const plain = `Network ${networkId} answered AUTHENTICATION_REQUIRED`;
    expect(said).toEqual([plain, plain, plain, plain, `${plain}: sign on at http://sign.on/a%1B[31mb%20c%22d`]);
    await node.close();
  });

  it('has the addresses that its permissions let through, and says so when there are none', async () => {
    const { start, world } = lab();
    const node = await start();
    const network = node.join(networkId, { permissions: { allowManaged: false } });
    const refused = expect(network.ready()).rejects;
    const patient = network.ready({ waitForAuthorization: true });
    await refused.toMatchObject({
      code: 'ERR_ZT_INVALID_ARGUMENT',
      message: expect.stringMatching(/refuse all addresses .*10\.0\.0\.\d+\/24.*"permissions"/),
    });
    expect(await network.ready({ requireAddress: false })).toBe(network);
    expect(network.addresses).toEqual([]);
    expect(network.info.config?.addresses).toHaveLength(1);
    await expect(network.ready()).rejects.toThrow(/refuse all addresses/);
    // Other permissions are not judged before the engine said what follows from them.
    const wider = node.join(networkId, { permissions: { allowManaged: true } }).ready();
    const [fake] = world.nodes as unknown as [FakeNode];
    const [address] = network.info.config?.addresses ?? [];
    if (address === undefined) throw new Error('none');
    fake.emit({ type: 'ADDR_ADDED_IP4', code: Event.ADDR_ADDED_IP4, networkId: network.id, address });
    expect((await patient).addresses).toEqual([address]);
    await wider;
    fake.emit({ type: 'ADDR_REMOVED_IP4', code: Event.ADDR_REMOVED_IP4, networkId: network.id, address });
    await node.once('ADDR_REMOVED_IP4');
    expect(network.addresses).toEqual([]);
    await node.close();
  });

  it.each([
    ['ACCESS_DENIED', 'NETWORK_ACCESS_DENIED', 'ERR_ZT_ACCESS_DENIED'],
    ['NOT_FOUND', 'NETWORK_NOT_FOUND', 'ERR_ZT_NETWORK_NOT_FOUND'],
  ] as const)('rejects at once on %s, or waits for a change of mind', async (status, event, code) => {
    const { start, world } = lab();
    world.answers.set(networkId, status);
    const node = await start();
    const network = node.join(networkId);
    const first = expect(network.ready()).rejects.toMatchObject({ code });
    world.answer(networkId, status, event);
    await first;
    await expect(network.ready()).rejects.toMatchObject({ code });
    const patient = network.ready({ waitForAuthorization: true });
    world.answer(networkId, 'OK', 'NETWORK_OK');
    expect(await patient).toBe(network);
    await node.close();
  });

  it.each(['8056c2e21c00000', 'g056c2e21c000001', '', 7])('refuses the id %j', async (id) => {
    const { start } = lab();
    const node = await start();
    expect(() => node.join(id as string)).toThrow(/network id/);
    expect(() => node.network(id as string)).toThrow(/network id/);
    await node.close();
  });
});

describe('datagrams and pings', () => {
  it('go to and fro with their endpoints', async () => {
    const { a, b, nodeA, nodeB } = await lab().pair();
    const errors: string[] = [];
    const here = await a.udp({ onError: (error) => errors.push(error.code) });
    const there = await b.udp({ port: 53 });
    const address = b.addresses[0]?.address ?? '';
    expect(here.send(new Uint8Array([1, 2, 3]), { address, port: 53 })).toBe(true);
    const question = await there.receive();
    expect([...question.data]).toEqual([1, 2, 3]);
    there.send(new Uint16Array([7]).buffer, question.from);
    for await (const answer of here) {
      expect(answer.data.length).toBe(2);
      break;
    }
    here.send(new Uint8Array(1), { address, port: 54 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(errors).toEqual(['ERR_ZT_CONNECTION_REFUSED']);
    expect(() => here.send('x' as never, { address, port: 1 })).toThrow(/"data"/);
    expect(() => here.send(new Uint8Array(1), { address: '10.0.0.300', port: 1 })).toThrow(/"to.address"/);
    const stop = new AbortController();
    const receiving = here.receive({ signal: stop.signal });
    stop.abort(new Error('nothing came'));
    await expect(receiving).rejects.toThrow('nothing came');
    here.close();
    expect(() => here.send(new Uint8Array(1), { address, port: 53 })).toThrow(/closed/);
    await Promise.all([nodeA.close(), nodeB.close()]);
  });

  it('answer pings or say why not', async () => {
    const { a, b, nodeA, nodeB } = await lab().pair();
    const address = b.addresses[0]?.address ?? '';
    expect(await a.ping(address)).toEqual({ address, rttMs: 1 });
    await expect(a.ping('10.0.0.250')).rejects.toMatchObject({ code: 'ERR_ZT_TIMED_OUT' });
    await expect(a.ping('name')).rejects.toThrow(/"address"/);
    await expect(a.ping(address, { payloadSize: 70_000 })).rejects.toThrow(/0..65000/);
    await Promise.all([nodeA.close(), nodeB.close()]);
  });

  it('carry user messages outside any network', async () => {
    const { nodeA, nodeB } = await lab().pair();
    const message = nodeB.once('USER_MESSAGE');
    nodeA.messages.send(nodeB.address, 70042n, new Uint8Array([9]));
    expect(await message).toMatchObject({ from: nodeA.address, messageType: 70042n });
    expect(() => nodeA.messages.send('zz', 1n, new Uint8Array())).toThrow(/node address/);
    await Promise.all([nodeA.close(), nodeB.close()]);
  });
});

describe('the controller port', () => {
  it('hands requests over and passes decisions on', async () => {
    const { start, world } = lab();
    const node = await start();
    await node.whenOnline();
    const [fake] = world.nodes;
    const members: string[] = [];
    node.controller.enable((request) => {
      members.push(request.member);
      node.controller.reject(request.member, request.networkId, request.requestId, 'access-denied');
    });
    expect(() => node.controller.enable(() => {})).toThrow(/controller already/);
    const request = {
      type: 'CONTROLLER_REQUEST',
      code: 340,
      networkId: networkId as never,
      requestId: 5n,
      identity: `89e92ceee5:0:${'ab'.repeat(64)}`,
      hops: 0,
      from: { address: '127.0.0.1', port: 1 },
      metadata: new Uint8Array(),
    } as const;
    fake?.emit(request);
    fake?.flush();
    expect(members).toEqual(['89e92ceee5']);
    expect(fake?.granted).toEqual([['89e92ceee5', networkId, 5n, 'access-denied']]);
    node.controller.disable();
    fake?.emit(request);
    fake?.flush();
    expect(members).toHaveLength(1);
    await node.close();
  });
});
