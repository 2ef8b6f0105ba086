/** The command line against a real API on a loopback port, with a fake node behind it. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureHome, ensureToken, readToken, writePort } from '../src/cli/home.js';
import { makeProgram } from '../src/cli/program.js';
import type { StartOptions } from '../src/cli/start.js';
import { buildApp } from '../src/http/app.js';
import { compileRules } from '../src/rules-language/compile.js';
import { formatRules } from '../src/rules-language/format.js';
import { type Controller, createController } from '../src/service/controller.js';
import { RelayServer } from '../src/tcp-relay/relay-server.js';
import { ALICE, CONTROLLER, FakePort } from './fake-port.js';

let home: string;
let app: FastifyInstance;
let controller: Controller;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ztkit-cli-'));
  controller = await createController({ port: new FakePort() });
  app = buildApp({ controller, token: await ensureToken(home) });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (typeof address === 'object' && address !== null) await writePort(home, address.port);
});

afterEach(async () => {
  await app.close();
  await controller.close();
  await rm(home, { recursive: true });
});

/** Runs a command; gives what it printed and, for `start`, its options. */
async function command(...words: string[]): Promise<{ out: string; started?: StartOptions }> {
  let out = '';
  let started: StartOptions | undefined;
  const program = makeProgram({
    start: async (options) => {
      started = options;
      throw new Error('not started in this test');
    },
    serve: async () => undefined,
    startRelay: (options) => RelayServer.start(options),
    interrupted: async () => undefined,
    print: (text) => {
      out += `${text}\n`;
    },
    complain: (text) => {
      throw new Error(text);
    },
    fail: () => undefined,
  });
  for (const each of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => [...commands])]) {
    each.exitOverride().configureOutput({
      writeOut: (text) => {
        out += text;
      },
      writeErr: () => undefined,
    });
  }
  try {
    await program.parseAsync(['node', 'ztkit-controller', '--home', home, ...words]);
  } catch (error) {
    if (started === undefined) throw error;
  }
  return started === undefined ? { out } : { out, started };
}

describe('networks and members', () => {
  it('are created, listed, changed and deleted', async () => {
    const id = (await command('network', 'create', '--name', 'lab', '--subnet', '10.20.0.77/24', '--ipv6')).out.trim();
    expect(controller.network(id)).toMatchObject({
      name: 'lab',
      private: true,
      routes: [{ target: '10.20.0.0/24', via: null }],
      ipAssignmentPools: [{ ipRangeStart: '10.20.0.1', ipRangeEnd: '10.20.0.254' }],
      v4AssignMode: { zt: true },
      v6AssignMode: { rfc4193: true, '6plane': true },
    });
    await command('member', 'authorize', id, ALICE);
    expect(controller.member(id, ALICE)?.authorized).toBe(true);
    expect((await command('network', 'list')).out).toBe(`${id}  private  1/1 members  "lab"\n`);
    expect((await command('member', 'list', id)).out).toBe(`${ALICE}  authorized  -  ""\n`);
    await command('member', 'deauthorize', id, ALICE);
    await command('member', 'set', id, ALICE, '{"name":"laptop"}');
    expect((await command('member', 'list', id)).out).toBe(`${ALICE}  waiting     -  "laptop"\n`);
    await command('network', 'set', id, '{"mtu":1400}');
    expect(JSON.parse((await command('network', 'show', id)).out)).toMatchObject({ mtu: 1400, id });
    await command('member', 'delete', id, ALICE);
    await command('network', 'delete', id);
    expect(controller.networks()).toEqual([]);
  });

  it('that are unknown, and calls that fail, say why', async () => {
    await expect(command('network', 'show', `${CONTROLLER}000001`)).rejects.toThrow(/knows nothing/);
    await expect(command('network', 'set', 'aaaaaaaaaa000001', '{}')).rejects.toThrow(
      /400: Network aaaaaaaaaa000001 belongs to/,
    );
    await expect(command('network', 'set', `${CONTROLLER}000001`, 'x')).rejects.toThrow(/JSON/);
    await expect(command('network', 'create', '--subnet', '10.0.0.0/31')).rejects.toThrow(/10\.20\.0\.0\/24/);
    await writeFile(join(home, 'authtoken.secret'), 'another');
    await expect(command('network', 'list')).rejects.toThrow(/refused the token/);
    await app.close();
    await expect(command('network', 'list')).rejects.toThrow(/No controller answers at http:\/\/127/);
    await rm(join(home, 'authtoken.secret'));
    await expect(command('network', 'list')).rejects.toThrow(/start the controller first/);
  });
});

describe('rules', () => {
  it('are compiled into a network, which reads back as text', async () => {
    const id = (await command('network', 'create')).out.trim();
    const file = join(home, 'a.rules');
    await writeFile(file, 'tag t id 7 default 1; cap c id 9 default drop; ; drop not ethertype ipv4; accept;');
    expect((await command('rules', 'apply', id, file)).out).toBe(`${id}: 3 rules, 1 capability, 1 tag\n`);
    expect(controller.network(id)).toMatchObject({
      rules: [
        { type: 'MATCH_ETHERTYPE', not: true, or: false, etherType: 2048 },
        { type: 'ACTION_DROP' },
        { type: 'ACTION_ACCEPT' },
      ],
      capabilities: [{ id: 9, default: true, rules: [{ type: 'ACTION_DROP' }] }],
      tags: [{ id: 7, default: 1 }],
    });
    await writeFile(file, (await command('network', 'show', id)).out);
    expect((await command('rules', 'decompile', file)).out).toBe(
      'tag tag7\n  id 7\n  default 1\n;\ncap cap9\n  id 9 default\n  drop;\n;\ndrop not ethertype ipv4;\naccept;\n',
    );
  });

  it('that are compiled are what a network takes', async () => {
    const { rules, capabilities, tags } = compileRules('tag t id 7; cap c id 9 drop; ; accept;');
    const network = await controller.createNetwork({ rules, capabilities, tags });
    expect(formatRules(network)).toBe('tag tag7\n  id 7\n;\ncap cap9\n  id 9\n  drop;\n;\naccept;\n');
  });
});

describe('start', () => {
  it('has defaults', async () => {
    expect((await command('start')).started).toEqual({
      home,
      port: 9993,
      bind: [],
      http: { address: '127.0.0.1', port: 9993 },
      allowLoopback: false,
      allowManagementFrom: [],
      engine: 'auto',
      logLevel: 'info',
    });
  });

  it('takes options, and refuses bad ones', async () => {
    const words = [
      'start',
      '--port',
      '0',
      '--bind',
      '127.0.0.1',
      '::1',
      '--http',
      '[::1]:80',
      '--planet',
      'p',
      '--db',
      'd',
      '--allow-loopback',
      '--log-level',
      'debug',
    ];
    expect((await command(...words)).started).toMatchObject({
      port: 0,
      bind: ['127.0.0.1', '::1'],
      http: { address: '::1', port: 80 },
      planet: 'p',
      db: 'd',
      allowLoopback: true,
      logLevel: 'debug',
    });
    for (const bad of [['--port', '70000'], ['--http', '9993'], ['--log-level', 'loud'], ['--nonsense']]) {
      await expect(command('start', ...bad)).rejects.toThrow();
    }
  });

  it('and everything else has help', async () => {
    await expect(command('--help')).rejects.toMatchObject({ code: 'commander.helpDisplayed' });
    await expect(command('start', '--help')).rejects.toMatchObject({ code: 'commander.helpDisplayed' });
  });
});

describe('the token', () => {
  it('is made once, of 24 characters, for its owner only; white space is ignored', async () => {
    const path = join(home, 'authtoken.secret');
    const token = await readFile(path, 'utf8');
    expect(token).toMatch(/^[a-z0-9]{24}$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await ensureToken(home)).toBe(token);
    await writeFile(path, ` ${token}\n`);
    expect(await readToken(home)).toBe(token);
    await writeFile(path, '\n');
    await expect(ensureToken(home)).rejects.toThrow(/empty/);
    await ensureHome(join(home, 'a/b'));
    expect((await stat(join(home, 'a/b'))).mode & 0o777).toBe(0o700);
  });
});

describe('tcp-relay', () => {
  it('listens where it is told, and prints its counters at the end', async () => {
    const { out } = await command('tcp-relay', '--listen', '127.0.0.1:0', '--udp-address', '127.0.0.1');
    const [first, counters] = out.split('\n');
    expect(first).toMatch(/^TCP relay listens on 127\.0\.0\.1 port \d+$/);
    expect(JSON.parse(counters ?? '')).toMatchObject({ clients: 0, accepted: 0 });
  });

  it('refuses what makes no sense', async () => {
    await expect(command('tcp-relay', '--max-clients', 'many')).rejects.toThrow();
    await expect(command('tcp-relay', '--listen', 'here')).rejects.toThrow();
  });
});
