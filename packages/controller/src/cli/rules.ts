/** `ztkit-controller rules`: the rules language at the command line (controller.md §10.4). */
import { type Command, Option } from 'commander';
import { ControllerError } from '../domain/errors.js';
import { isObject, type Json, type JsonObject } from '../domain/json.js';
import { type CompiledRules, compileRules } from '../rules-language/compile.js';
import { type RulesDiagnostic, RulesSourceError } from '../rules-language/diagnostics.js';
import { formatDiagnostics } from '../rules-language/diagnostics-text.js';
import { formatRules, type RulesDocument } from '../rules-language/format.js';
import { RULES_LIMITS } from '../rules-language/limits.js';
import { decodeRules, encodeRules } from '../rules-language/wire.js';
import { readInput } from './read-input.js';

/** What the commands need of the program. */
export interface RulesHost {
  print(text: string): void;
  /** Writes to standard error. */
  complain(text: string): void;
  /** Makes the exit code 1. */
  fail(): void;
}

/** Changes a network of a running controller. */
export type PostNetwork = (network: string, body: Json) => Promise<void>;

/** Bytes of a source: every character may take up to four. */
const MAX_SOURCE = RULES_LIMITS.sourceLength * 4;
/** Bytes of JSON to decompile: four times what the REST API takes. */
const MAX_JSON = 16 * 1024 * 1024;

interface Told {
  json: boolean;
}

/** Adds the commands. */
export function addRules(program: Command, host: RulesHost, post: PostNetwork): void {
  const rules = program.command('rules').description('rules of a network as text: compile, check, decompile, apply');
  const json = () => new Option('--json', 'tell of errors and warnings in JSON').default(false);
  rules
    .command('compile <file>')
    .description('compile a text of rules (- for standard input) and print JSON')
    .addOption(
      new Option('--output <form>', 'all: config and names; config: the body to POST; wire: rules as hex bytes')
        .choices(['all', 'config', 'wire'])
        .default('all'),
    )
    .addOption(json())
    .action(async (file: string, options: Told & { output: keyof typeof FORMS }) => {
      const compiled = await compileFile(host, file, options);
      if (compiled !== undefined) host.print(JSON.stringify(FORMS[options.output](compiled), null, 2));
    });
  rules
    .command('check <file>')
    .description('tell of every error and warning of a text of rules; the exit code is 1 when there are errors')
    .addOption(json())
    .action((file: string, options: Told) => checkFile(host, file, options));
  rules
    .command('decompile <file>')
    .description('print as text what compile printed, a network record, or an array of rules')
    .action(async (file: string) => {
      host.print(formatRules(readDocument(await readInput(file, MAX_JSON))).trimEnd());
    });
  rules
    .command('apply <network> <file>')
    .description('compile a text of rules and make it the rules, capabilities and tags of a network')
    .addOption(json())
    .action(async (network: string, file: string, options: Told) => {
      const compiled = await compileFile(host, file, options);
      if (compiled === undefined) return;
      await post(network, FORMS.config(compiled));
      host.print(`${network}: ${countsOf(compiled)}`);
    });
}

function configOf({ rules, capabilities, tags }: CompiledRules): JsonObject {
  return { rules, capabilities: capabilities.map((each) => ({ ...each })), tags: tags.map((each) => ({ ...each })) };
}

const FORMS = {
  all: (compiled: CompiledRules) => ({
    config: configOf(compiled),
    capabilitiesByName: compiled.capabilitiesByName,
    tagsByName: compiled.tagsByName,
  }),
  config: configOf,
  wire: ({ rules, capabilities, tags }: CompiledRules) => ({
    rules: hex(rules),
    capabilities: capabilities.map((each) => ({ ...each, rules: hex(each.rules) })),
    tags,
  }),
} as const;

function hex(rules: CompiledRules['rules']): string {
  return Buffer.from(encodeRules(rules)).toString('hex');
}

function countsOf({ rules, capabilities, tags }: CompiledRules): string {
  const count = (list: readonly unknown[], one: string, more: string): string =>
    `${list.length} ${list.length === 1 ? one : more}`;
  const parts = [count(rules, 'rule', 'rules'), count(capabilities, 'capability', 'capabilities')];
  return [...parts, count(tags, 'tag', 'tags')].join(', ');
}

/** Compiles and tells of errors and warnings; `undefined` after errors, with the exit code set. */
async function compileFile(host: RulesHost, file: string, { json }: Told): Promise<CompiledRules | undefined> {
  const source = await readInput(file, MAX_SOURCE);
  const tell = (found: readonly RulesDiagnostic[]): void => {
    if (json) host.complain(JSON.stringify({ diagnostics: found }));
    else if (found.length > 0) host.complain(formatDiagnostics(source, found, nameOf(file)));
  };
  try {
    const compiled = compileRules(source);
    tell(compiled.warnings);
    return compiled;
  } catch (error) {
    if (!(error instanceof RulesSourceError)) throw error;
    tell(error.diagnostics);
    host.fail();
    return undefined;
  }
}

async function checkFile(host: RulesHost, file: string, options: Told): Promise<void> {
  // In JSON the verdict and the diagnostics are one value, on standard output.
  const complain = options.json ? host.print : host.complain;
  const compiled = await compileFile({ ...host, complain, fail: () => host.fail() }, file, options);
  if (compiled !== undefined && !options.json) host.print(`${nameOf(file)}: ${countsOf(compiled)}`);
}

function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file;
}

function readDocument(text: string): RulesDocument {
  const value = parseJson(text);
  if (Array.isArray(value)) return { rules: readRules(value, 'The list') };
  if (!isObject(value)) throw unusable('It must be an object with "rules", or an array of rules');
  const config = isObject(value.config) ? value.config : value;
  if (config.rules === undefined) throw unusable('There is no key "rules"');
  return {
    rules: readRules(config.rules, '"rules"'),
    capabilities: entriesOf(config.capabilities, 'capabilities').map((entry) => ({
      ...(entry as { id: number; default?: boolean }),
      rules: readRules(entry.rules ?? [], 'The rules of a capability'),
    })),
    tags: entriesOf(config.tags, 'tags') as { id: number; default?: number | null }[],
    capabilitiesByName: numbersOf(value.capabilitiesByName),
    tagsByName: namedTagsOf(value.tagsByName),
  };
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw unusable(`It is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function unusable(why: string): ControllerError {
  return new ControllerError('ERR_CONTROLLER_INPUT', `These rules cannot be read. ${why}`);
}

/** An array of rules, or their bytes in hex. */
function readRules(value: Json, what: string): JsonObject[] {
  if (typeof value === 'string' && /^(?:[0-9a-f]{2})*$/i.test(value)) return decodeRules(Buffer.from(value, 'hex'));
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw unusable(`${what} must be an array of rules, or hex digits`);
}

function entriesOf(value: Json | undefined, key: string): JsonObject[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((entry) => isObject(entry))) return value;
  throw unusable(`"${key}" must be an array of objects`);
}

/** Names are only a comfort: what is none is left out. */
function numbersOf(value: Json | undefined): Record<string, number> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

function namedTagsOf(value: Json | undefined): NonNullable<RulesDocument['tagsByName']> {
  const entries = Object.entries(isObject(value) ? value : {}).flatMap(([name, tag]) =>
    isObject(tag) && typeof tag.id === 'number'
      ? [[name, { id: tag.id, enums: numbersOf(tag.enums), flags: numbersOf(tag.flags) }] as const]
      : [],
  );
  return Object.fromEntries(entries);
}
