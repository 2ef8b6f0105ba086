/** The commands of `ztkit-controller` and their options. */

import type { Endpoint } from '@ztkit/types';
import { Command, InvalidArgumentError, Option } from 'commander';
import { isObject, type Json, type JsonObject } from '../domain/json.js';
import { ApiClient } from './api-client.js';
import { defaultHome } from './home.js';
import { LOG_LEVELS } from './log.js';
import { addRules, type RulesHost } from './rules.js';
import type { RunningController, StartOptions } from './start.js';
import { addTcpRelay, type TcpRelayHost } from './tcp-relay.js';

const DEFAULT_PORT = '9993';

/** What the commands do besides talking to the API; tests put their own. */
export interface ProgramHost extends TcpRelayHost, RulesHost {
  start(options: StartOptions): Promise<RunningController>;
  /** Runs until a signal comes. */
  serve(running: RunningController): Promise<void>;
  print(text: string): void;
}

/** Builds the program. */
export function makeProgram(host: ProgramHost): Command {
  const program = new Command('ztkit-controller')
    .description('A network controller: decides who may join its networks and with what address.')
    .option(
      '--home <dir>',
      'directory with identity, database and token',
      process.env.ZTKIT_CONTROLLER_HOME ?? defaultHome(),
    )
    .option('--api <url>', 'REST API of the controller (default: this machine, port as noted in --home)')
    .showHelpAfterError('(--help says more)');
  addStart(program, host);
  addNetworkCommands(program, host);
  addMemberCommands(program, host);
  addRules(program, host, (id, body) =>
    run(program, async (api) => {
      await api.call('POST', networkPath(id), body);
    }),
  );
  addTcpRelay(program, host, { endpoint: parseHttp, count: parseCount });
  program
    .command('status')
    .description('show the node and its networks')
    .action(() => show(program, host, async (api) => api.call('GET', '/status')));
  return program;
}

function addStart(program: Command, host: ProgramHost): void {
  program
    .command('start')
    .description('run the controller until it is interrupted')
    .option('--port <udp>', 'UDP port of the node', parsePort, parsePort(DEFAULT_PORT))
    .option('--bind <address...>', 'local UDP addresses (default: all)', [])
    .option('--http <host:port>', 'where the REST API listens', parseHttp, parseHttp(`127.0.0.1:${DEFAULT_PORT}`))
    .option('--planet <file>', 'planet with the roots to use (needed at the first start; kept in --home)')
    .option('--db <file>', 'database file (default: controller.db in --home)')
    .option('--allow-loopback', 'use loopback paths: for roots on this machine', false)
    .option('--allow-management-from <prefix...>', 'API clients besides loopback, such as 10.0.0.0/8', [])
    .addOption(new Option('--engine <name>', 'how the node runs').choices(['auto', 'native', 'wasm']).default('auto'))
    .addOption(new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info'))
    .action(async (options: Omit<StartOptions, 'home'>) => {
      const { home } = program.opts<{ home: string }>();
      await host.serve(await host.start({ ...options, home }));
    });
}

function addNetworkCommands(program: Command, host: ProgramHost): void {
  const network = program.command('network').description('networks of the controller');
  network
    .command('create')
    .description('create a network with a pool of IPv4 addresses, and print its id')
    .option('--name <text>', 'name that members see', '')
    .option('--subnet <prefix>', 'IPv4 /8../30 to give addresses from, such as 10.20.0.0/24', parseSubnet)
    .option('--ipv6', 'give every member its RFC4193 and 6PLANE addresses', false)
    .option('--public', 'everybody may join', false)
    .option('--config <json>', 'more keys of the network record, as JSON', parseJsonObject, {})
    .action((options: CreateOptions) =>
      run(program, async (api) => {
        const made = await api.call('POST', '/controller/network', networkBody(options));
        host.print(isObject(made) ? String(made.id) : JSON.stringify(made));
      }),
    );
  network
    .command('list')
    .description('print every network')
    .action(() => run(program, (api) => listNetworks(api, host)));
  network
    .command('show <network>')
    .description('print a network record')
    .action((id: string) => show(program, host, (api) => api.call('GET', networkPath(id))));
  network
    .command('set <network> <json>')
    .description('change keys of a network, for example \'{"mtu":1400}\'')
    .action((id: string, json: string) =>
      show(program, host, (api) => api.call('POST', networkPath(id), parseJsonObject(json))),
    );
  network
    .command('delete <network>')
    .description('delete a network and put all its members out')
    .action((id: string) => show(program, host, (api) => api.call('DELETE', networkPath(id))));
}

function addMemberCommands(program: Command, host: ProgramHost): void {
  const member = program.command('member').description('members of a network');
  member
    .command('list <network>')
    .description('print every member: address, authorised or not, IP addresses, name')
    .action((id: string) => run(program, (api) => listMembers(api, host, id)));
  const change = (name: string, description: string, body: Json): void => {
    member
      .command(`${name} <network> <member>`)
      .description(description)
      .action((id: string, address: string) =>
        show(program, host, (api) => api.call('POST', memberPath(id, address), body)),
      );
  };
  change('authorize', 'let a member in', { authorized: true });
  change('deauthorize', 'put a member out', { authorized: false });
  member
    .command('set <network> <member> <json>')
    .description('change keys of a member, for example \'{"name":"laptop"}\'')
    .action((id: string, address: string, json: string) =>
      show(program, host, (api) => api.call('POST', memberPath(id, address), parseJsonObject(json))),
    );
  member
    .command('delete <network> <member>')
    .description('forget a member and free its addresses')
    .action((id: string, address: string) => show(program, host, (api) => api.call('DELETE', memberPath(id, address))));
}

interface CreateOptions {
  name: string;
  subnet?: { target: string; start: string; end: string };
  ipv6: boolean;
  public: boolean;
  config: JsonObject;
}

function networkBody(options: CreateOptions): Json {
  const { subnet } = options;
  const pool: JsonObject =
    subnet === undefined
      ? {}
      : {
          v4AssignMode: { zt: true },
          routes: [{ target: subnet.target }],
          ipAssignmentPools: [{ ipRangeStart: subnet.start, ipRangeEnd: subnet.end }],
        };
  const ipv6: JsonObject = options.ipv6 ? { v6AssignMode: { rfc4193: true, '6plane': true } } : {};
  return { name: options.name, private: !options.public, ...pool, ...ipv6, ...options.config };
}

async function run(program: Command, action: (api: ApiClient) => Promise<void>): Promise<void> {
  await action(await ApiClient.open(program.opts<{ home: string; api?: string }>()));
}

function show(program: Command, host: ProgramHost, action: (api: ApiClient) => Promise<Json>): Promise<void> {
  return run(program, async (api) => host.print(JSON.stringify(await action(api), null, 2)));
}

async function listNetworks(api: ApiClient, host: ProgramHost): Promise<void> {
  for (const { id, name, private: isPrivate, meta } of await listOfObjects(api, '/unstable/controller/network')) {
    const counts = isObject(meta) ? `${meta.authorizedMemberCount}/${meta.totalMemberCount} members` : '';
    host.print(`${id}  ${isPrivate === false ? 'public ' : 'private'}  ${counts}  ${JSON.stringify(name)}`);
  }
}

async function listMembers(api: ApiClient, host: ProgramHost, network: string): Promise<void> {
  for (const { id, authorized, ipAssignments, name } of await listOfObjects(
    api,
    `/unstable${networkPath(network)}/member`,
  )) {
    const addresses = Array.isArray(ipAssignments) ? ipAssignments.join(',') : '';
    host.print(
      `${id}  ${authorized === true ? 'authorized' : 'waiting   '}  ${addresses || '-'}  ${JSON.stringify(name ?? '')}`,
    );
  }
}

async function listOfObjects(api: ApiClient, path: string): Promise<JsonObject[]> {
  const answer = await api.call('GET', path);
  return isObject(answer) && Array.isArray(answer.data) ? answer.data.filter(isObject) : [];
}

function networkPath(id: string): string {
  return `/controller/network/${encodeURIComponent(id)}`;
}

function memberPath(id: string, member: string): string {
  return `${networkPath(id)}/member/${encodeURIComponent(member)}`;
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 0xffff) return Number(text);
  throw new InvalidArgumentError('It must be a port, 0..65535.');
}

function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number, 0 or more.');
}

function parseHttp(text: string): Endpoint {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const address = match?.[1] ?? match?.[2];
  if (address === undefined) throw new InvalidArgumentError('It must look like 127.0.0.1:9993 or [::1]:9993.');
  return { address, port: parsePort(match?.[3] ?? '') };
}

/** The pool is the whole subnet but its first and last address. */
function parseSubnet(text: string): { target: string; start: string; end: string } {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const octets = match?.slice(1, 5).map(Number) ?? [];
  const bits = Number(match?.[5]);
  if (octets.length !== 4 || octets.some((octet) => octet > 255) || !(bits >= 8 && bits <= 30)) {
    throw new InvalidArgumentError('It must look like 10.20.0.0/24, with a prefix of 8..30.');
  }
  const size = 2 ** (32 - bits);
  const value = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const first = value - (value % size);
  const dotted = (ip: number): string => [24, 16, 8, 0].map((shift) => Math.floor(ip / 2 ** shift) % 256).join('.');
  return { target: `${dotted(first)}/${bits}`, start: dotted(first + 1), end: dotted(first + size - 2) };
}

function parseJsonObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It must be JSON.');
  }
  if (isObject(value as Json)) return value as JsonObject;
  throw new InvalidArgumentError('It must be a JSON object such as {"mtu":1400}.');
}
