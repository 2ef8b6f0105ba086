/**
 * What this machine lets a network have of what its controller manages: an option of `join`, and the file
 * `networks.d/<id>.local.conf` of existing installations (vl1.md §9.1, controller.md §11.3).
 */
import type { NetworkPermissions } from '@ztkit/types';
import { checkList, checkObject, checkPrefix, invalid } from './arguments.js';

/** Entries of a white list; the core takes no more. */
const maxPrefixes = 64;

/** A file, and what was wrong in it. */
export interface PermissionFile {
  /** Only what the file says. */
  permissions: NetworkPermissions;
  /** Lines about other things, such as `allowDNS`: they stay when the file is written. */
  others: string[];
  /** What was not understood; nothing is permitted because of it. */
  defects: string[];
}

/** Throws `ERR_ZT_INVALID_ARGUMENT` for the first member that is wrong. */
export function checkPermissions(given: NetworkPermissions | undefined): NetworkPermissions | undefined {
  if (given === undefined) return undefined;
  checkObject('permissions', given);
  const { allowManaged, allowGlobal, allowDefault } = given;
  const managed = Array.isArray(allowManaged)
    ? checkList('permissions.allowManaged', allowManaged, maxPrefixes, checkPrefix)
    : checkBoolean('permissions.allowManaged', allowManaged);
  const global = checkBoolean('permissions.allowGlobal', allowGlobal);
  const byDefault = checkBoolean('permissions.allowDefault', allowDefault);
  return {
    ...(managed === undefined ? {} : { allowManaged: managed }),
    ...(global === undefined ? {} : { allowGlobal: global }),
    ...(byDefault === undefined ? {} : { allowDefault: byDefault }),
  };
}

function checkBoolean(name: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalid(`"${name}" must be true or false`);
}

/** Lines `key=value`. What cannot be read permits nothing; the rest counts. */
export function readPermissionFile(text: string): PermissionFile {
  const file: PermissionFile = { permissions: {}, others: [], defects: [] };
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const [key, value] = split(line);
    const say = (what: string) => file.defects.push(`line ${index + 1} ${what}`);
    if (line === '' || line.startsWith('#')) continue;
    if (key === 'allowManaged') file.permissions.allowManaged = readManaged(value, say);
    else if (key === 'allowGlobal') file.permissions.allowGlobal = readFlag(value, say);
    else if (key === 'allowDefault') file.permissions.allowDefault = readFlag(value, say);
    else if (key === '') say('is no setting');
    else file.others.push(line);
  }
  return file;
}

function split(line: string): [key: string, value: string] {
  const match = /^([A-Za-z]\w{0,63})\s*=\s*(.*)$/.exec(line);
  return [match?.[1] ?? '', match?.[2] ?? ''];
}

type Say = (what: string) => void;

function readFlag(value: string, say: Say): boolean {
  if (value !== '0' && value !== '1') say('must be 0 or 1');
  return value === '1';
}

function readManaged(value: string, say: Say): boolean | string[] {
  if (value === '0' || value === '1') return value === '1';
  const prefixes: string[] = [];
  for (const entry of value.split(',').map((part) => part.trim())) {
    try {
      prefixes.push(checkPrefix('allowManaged', entry));
    } catch {
      say('must be 0, 1 or prefixes with commas between');
    }
  }
  if (prefixes.length > maxPrefixes) say(`has more than ${maxPrefixes} prefixes`);
  return prefixes.slice(0, maxPrefixes);
}

/** As the service writes it; an empty white list permits nothing. */
export function formatPermissionFile(permissions: NetworkPermissions, others: readonly string[]): string {
  const { allowManaged = true, allowGlobal = false, allowDefault = false } = permissions;
  const flag = (on: boolean) => (on ? '1' : '0');
  const managed = typeof allowManaged === 'boolean' ? flag(allowManaged) : allowManaged.join(',') || '0';
  const lines = [`allowManaged=${managed}`, `allowGlobal=${flag(allowGlobal)}`, `allowDefault=${flag(allowDefault)}`];
  return `${[...lines, ...others].join('\n')}\n`;
}
