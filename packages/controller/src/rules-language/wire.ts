/** Rules as the bytes that members receive (vl2.md §13.1), for programs. */
import { ControllerError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import * as rules from '../domain/rule-json.js';
import type { RuleJson } from '../domain/rule-types.js';
import { RULES_LIMITS } from './limits.js';

/** The bits of a rule's first byte that hold its type (vl2.md §13.1). */
const TYPE = 0x3f;

/**
 * The bytes of a list of rules (vl2.md §13.1).
 * @throws ControllerError `ERR_CONTROLLER_INPUT` for an entry that is no rule, or more rules than a network may have
 */
export function encodeRules(list: readonly (RuleJson | JsonObject)[]): Uint8Array {
  const { count, bytes } = rules.encodeRules(list, RULES_LIMITS.rules);
  if (count === list.length) return bytes;
  const reason = count === RULES_LIMITS.rules ? `${list.length} are more than ${count}` : 'some entries are no rules';
  throw new ControllerError('ERR_CONTROLLER_INPUT', `The rules cannot be encoded: ${reason}`);
}

/**
 * The rules of bytes, with every key as the controller renders them.
 * @throws ControllerError `ERR_CONTROLLER_INPUT` for bytes that end inside a rule, or have a type without JSON
 * (ACTION_PRIORITY, and types to come): left out, the others would mean something else
 */
export function decodeRules(bytes: Uint8Array): RuleJson[] {
  const decoded = rules.decodeRules(bytes);
  if (decoded === undefined) throw new ControllerError('ERR_CONTROLLER_INPUT', 'The rules end inside a rule');
  for (let at = 0, index = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0), index += 1) {
    const type = (bytes[at] ?? 0) & TYPE;
    if (rules.hasJson(type)) continue;
    throw new ControllerError('ERR_CONTROLLER_INPUT', `Rule ${index} has the type ${type}, for which there is no JSON`);
  }
  return decoded.map((rule) => rules.renderRule(rule) as RuleJson);
}
