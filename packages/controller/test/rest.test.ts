/** The REST API, every route, through inject. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NetworkInfo, NodeInfo, PeerInfo } from '@ztkit/types';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NetworkRecord } from '../src/domain/network.js';
import { buildApp } from '../src/http/app.js';
import { type Controller, createController } from '../src/service/controller.js';
import { MemoryStore } from '../src/store/memory-store.js';
import { ALICE, CONTROLLER, FakePort, identityOf, ManualClock } from './fake-port.js';

const TOKEN = 'abcdefghijklmnopqrstuvwx';
const NETWORK = `${CONTROLLER}000001`;
const PATH = `/controller/network/${NETWORK}`;

class FailingStore extends MemoryStore {
  failing = false;
  override async putNetwork(network: NetworkRecord): Promise<void> {
    if (this.failing) throw new Error('disk full');
    await super.putNetwork(network);
  }
}

const view = {
  info: (): NodeInfo => ({
    address: CONTROLLER,
    online: true,
    identity: identityOf(CONTROLLER),
    planetId: 149604618n,
    planetTimestamp: 1567191349589n,
    surface: [],
    bound: [{ address: '127.0.0.1', port: 9993 }],
  }),
  peers: (): PeerInfo[] => [
    {
      address: ALICE,
      role: 'LEAF',
      version: '1.14.1',
      latency: 12,
      paths: [
        {
          endpoint: { address: '10.0.0.9', port: 9993 },
          sinceHeardMs: 10,
          sinceSentMs: 20,
          expired: false,
          preferred: true,
        },
      ],
    },
  ],
  networks: (): NetworkInfo[] => [],
};

let app: FastifyInstance;
let controller: Controller;
let store: FailingStore;
let port: FakePort;
const clock = new ManualClock();

beforeEach(async () => {
  store = new FailingStore();
  port = new FakePort();
  controller = await createController({ port, store, now: clock.now });
  app = buildApp({ controller, token: TOKEN, view, allowManagementFrom: ['10.9.0.0/16'], onError: () => undefined });
});

afterEach(async () => {
  await app.close();
  await controller.close();
});

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

async function call(
  method: Method,
  url: string,
  body?: unknown,
  headers: Record<string, string> = { 'x-zt1-auth': TOKEN },
) {
  const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const response = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  const type = response.headers['content-type'];
  return {
    status: response.statusCode,
    text: response.body,
    type,
    json: response.body.startsWith('{') || response.body.startsWith('[') ? JSON.parse(response.body) : undefined,
  };
}

describe('authentication', () => {
  it.each([
    ['the header', '/controller', { 'x-zt1-auth': TOKEN }, 200],
    ['the parameter', `/controller?auth=${TOKEN}`, {}, 200],
    ['a bearer', '/controller', { authorization: `bEaReR ${TOKEN}` }, 200],
    ['nothing', '/controller', {}, 401],
    ['a wrong header', '/controller', { 'x-zt1-auth': 'wrong' }, 401],
    ['an empty header before a right parameter', `/controller?auth=${TOKEN}`, { 'x-zt1-auth': '' }, 401],
    [
      'a wrong header before a right bearer',
      '/controller',
      { 'x-zt1-auth': 'no', authorization: `Bearer ${TOKEN}` },
      401,
    ],
    ['three words', '/controller', { authorization: `Bearer ${TOKEN} x` }, 401],
    ['another scheme', '/controller', { authorization: `Basic ${TOKEN}` }, 401],
    ['an unknown path without a token', '/nonsense', {}, 401],
    ['health without a token', '/health', {}, 200],
  ])('%s', async (_name, url, headers, status) => {
    const answer = await call('GET', url, undefined, headers);
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.text).toBe('{}');
  });

  it.each([
    ['127.0.0.1', 200],
    ['127.9.9.9', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['10.9.1.2', 200],
    ['::ffff:10.9.1.2', 200],
    ['10.8.1.2', 401],
    ['2001:db8::1', 401],
  ])('from %s', async (remoteAddress, status) => {
    const answer = await app.inject({
      method: 'GET',
      url: '/controller',
      headers: { 'x-zt1-auth': TOKEN },
      remoteAddress,
    });
    expect(answer.statusCode).toBe(status);
  });

  it('refuses to start without a token or with a prefix that is none', () => {
    expect(() => buildApp({ controller, token: '' })).toThrow(/token/);
    expect(() => buildApp({ controller, token: TOKEN, allowManagementFrom: ['10.0.0.1'] })).toThrow(/prefix/);
  });
});

describe('networks', () => {
  it('a fresh one has every default, keys sorted, compact', async () => {
    const { status, text, type } = await call('POST', PATH, {});
    expect(status).toBe(200);
    expect(type).toBe('application/json');
    expect(text).toBe(
      '{"authTokens":[null],"authorizationEndpoint":"","capabilities":[],"clientId":"",' +
        `"creationTime":${clock.ms},"dns":[],` +
        `"enableBroadcast":true,"id":"${NETWORK}","ipAssignmentPools":[],"mtu":2800,"multicastLimit":32,` +
        `"name":"","nwid":"${NETWORK}",` +
        '"objtype":"network","private":true,"remoteTraceLevel":0,"remoteTraceTarget":null,"revision":1,"routes":[],' +
        '"rules":[{"not":false,"or":false,"type":"ACTION_ACCEPT"}],"rulesSource":"","ssoEnabled":false,"tags":[],' +
        '"v4AssignMode":{"zt":false},"v6AssignMode":{"6plane":false,"rfc4193":false,"zt":false}}',
    );
  });

  it('are created, listed, read in either case, changed by PUT and deleted', async () => {
    const made = await call('POST', '/controller/network', { name: 'one' });
    expect(made.json.id).toMatch(new RegExp(`^${CONTROLLER}[0-9a-f]{6}$`));
    const legacy = await call('POST', `/controller/network/${CONTROLLER}______`, { name: 'two' });
    expect(legacy.status).toBe(200);
    expect((await call('GET', '/controller/network')).json).toEqual([made.json.id, legacy.json.id].sort());
    expect((await call('GET', `/controller/network/${made.json.id.toUpperCase()}`)).json).toEqual(made.json);
    const changed = await call('PUT', `/controller/network/${made.json.id}`, { mtu: 100, unknown: 1, revision: 9 });
    expect(changed.json).toMatchObject({ name: 'one', mtu: 1280, revision: 2 });
    expect((await call('DELETE', `/controller/network/${made.json.id}`)).json).toEqual(changed.json);
    expect(await call('GET', `/controller/network/${made.json.id}`)).toMatchObject({ status: 404, text: '' });
    expect(await call('DELETE', `/controller/network/${made.json.id}`)).toMatchObject({ status: 404, text: '' });
    expect((await call('GET', '/unstable/controller/network')).json).toEqual({
      data: [{ ...legacy.json, meta: { authorizedMemberCount: 0, totalMemberCount: 0 } }],
      meta: { networkCount: 1 },
    });
  });

  it('of others are refused with a sentence', async () => {
    const foreign = await call('POST', '/controller/network/aaaaaaaaaa000001', {});
    expect(foreign).toMatchObject({
      status: 400,
      json: { error: 400, description: expect.stringContaining('aaaaaaaaaa') },
    });
    expect((await call('POST', '/controller/network/aaaaaaaaaa______', {})).status).toBe(400);
    expect((await call('POST', `/controller/network/${CONTROLLER.toUpperCase()}______`, {})).status).toBe(400);
    expect((await call('POST', '/controller/network/nonsense', {})).status).toBe(404);
  });

  it('take a body whatever its content type, but only JSON', async () => {
    const headers = { 'x-zt1-auth': TOKEN, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await call('POST', PATH, '{"name":"form"}', headers)).json.name).toBe('form');
    for (const body of ['{', 'name=x', '', undefined]) {
      const answer = await call('POST', PATH, body);
      expect(answer).toMatchObject({
        status: 500,
        json: { error: 500, description: expect.stringContaining('must be JSON') },
      });
    }
    expect((await call('POST', PATH, '[]')).json.name).toBe('form');
    expect((await call('POST', PATH, 'null')).json.revision).toBe(1);
    expect((await call('POST', PATH, JSON.stringify({ name: 'x'.repeat(5_000_000) }))).status).toBe(413);
    expect(
      (await call('POST', PATH, { rules: [{ type: 'MATCH_CHARACTERISTICS', mask: {} }] })).json.description,
    ).toContain('mask');
  });

  it('are not changed in memory when the store fails; the answer says so', async () => {
    await call('POST', PATH, { name: 'before' });
    store.failing = true;
    expect((await call('POST', PATH, { name: 'after' })).status).toBe(500);
    expect((await call('GET', PATH)).json.name).toBe('before');
    expect(await call('GET', '/controller')).toMatchObject({ status: 503, json: { databaseReady: false } });
  });
});

describe('members', () => {
  const member = `${PATH}/member/${ALICE}`;
  beforeEach(() => call('POST', PATH, {}));

  it('are created, listed, changed and deleted', async () => {
    expect(await call('GET', member)).toMatchObject({ status: 404, text: '' });
    const made = await call('POST', member, {
      authorized: true,
      name: 'alice',
      ipAssignments: ['10.0.0.7/24', 'junk'],
    });
    expect(made.json).toMatchObject({
      id: ALICE,
      authorized: true,
      ipAssignments: ['10.0.0.7'],
      revision: 1,
      lastAuthorizedCredentialType: 'api',
    });
    expect((await call('GET', member)).json).toEqual(made.json);
    expect((await call('GET', `${PATH}/member`)).text).toBe(`{"${ALICE}":1}`);
    expect((await call('GET', `/unstable${PATH}/member`)).json).toEqual({
      data: [made.json],
      meta: { authorizedCount: 1, totalCount: 1 },
    });
    expect((await call('PUT', member, { authorized: false })).json).toMatchObject({
      authorized: false,
      lastDeauthorizedTime: clock.ms,
      revision: 2,
    });
    expect((await call('DELETE', member)).json).toMatchObject({ id: ALICE, revision: 2 });
    expect((await call('DELETE', member)).status).toBe(404);
  });

  it('ids are kept in lower case', async () => {
    expect((await call('POST', `${PATH}/member/ABCDEF0123`, {})).json).toMatchObject({
      id: 'abcdef0123',
      address: 'abcdef0123',
    });
  });

  it('of unknown networks or with impossible ids are 404', async () => {
    const unknown = `/controller/network/${CONTROLLER}999999/member`;
    for (const [method, url] of [
      ['GET', unknown],
      ['GET', `/unstable${unknown}`],
      ['POST', `${unknown}/${ALICE}`],
      ['POST', `${PATH}/member/xyz`],
      ['DELETE', `${unknown}/${ALICE}`],
    ] as const) {
      expect((await call(method, url, method === 'POST' ? {} : undefined)).status).toBe(404);
    }
    expect((await call('POST', `${PATH}/member/ff00000001`, {})).status).toBe(500);
  });

  it('want texts as addresses', async () => {
    expect(await call('POST', member, { ipAssignments: [7] })).toMatchObject({ status: 500, json: { error: 500 } });
  });
});

describe('the rest', () => {
  it('/controller has tabs and line breaks', async () => {
    expect((await call('GET', '/controller')).text).toBe(
      `{\n\t"apiVersion": 4,\n\t"clock": ${clock.ms},\n\t"controller": true,\n\t"databaseReady": true\n}`,
    );
  });

  it('jsonp calls a function, and only one with a name', async () => {
    expect(await call('GET', '/controller/network?jsonp=cb')).toMatchObject({
      text: 'cb([]);',
      type: 'application/javascript',
    });
    expect((await call('GET', '/controller/network?jsonp=alert(1)%2F%2F')).status).toBe(400);
  });

  it('/status, /health, /peer and /network show the node', async () => {
    expect((await call('GET', '/status')).json).toMatchObject({
      address: CONTROLLER,
      publicIdentity: identityOf(CONTROLLER),
      online: true,
      planetWorldId: 149604618,
      clock: clock.ms,
    });
    expect((await call('GET', '/health')).json).toMatchObject({ online: true, version: '1.14.1' });
    expect((await call('GET', `/peer/${ALICE}`)).json).toMatchObject({
      address: ALICE,
      version: '1.14.1',
      latency: 12,
      paths: [{ address: '10.0.0.9/9993', lastReceive: clock.ms - 10, preferred: true }],
    });
    expect((await call('GET', '/peer')).json).toHaveLength(1);
    expect(await call('GET', '/peer/9999999999')).toMatchObject({ status: 200, text: '{}' });
    expect((await call('GET', '/network')).json).toEqual([]);
    expect(await call('GET', '/network/9999999999999999')).toMatchObject({ status: 404, text: '{}' });
    expect(await call('GET', '/nonsense')).toMatchObject({ status: 404, text: '' });
  });

  it('a request target that is no URL is refused like any other, and tells onError nothing', async () => {
    const port = new FakePort();
    const controller = await createController({ port });
    const errors: Error[] = [];
    const app = buildApp({ controller, token: TOKEN, onError: (error) => void errors.push(error) });
    const origin = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(origin.port), '127.0.0.1');
    socket.write('GET //:x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 401 /);
    expect(errors).toEqual([]);
    await app.close();
    await controller.close();
  });
});
