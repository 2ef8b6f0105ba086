/** The compiler of the rules language (controller.md §10): from a source to the JSON of controller.md §9. */
import type { RuleJson } from '../domain/rule-types.js';
import { readNumber } from './argument-readers.js';
import { DiagnosticList, type RulesDiagnostic, RulesSourceError, Stop } from './diagnostics.js';
import { Expansion } from './expansion.js';
import { RULES_LIMITS } from './limits.js';
import { parse } from './parser.js';
import { quoted } from './suggest.js';
import type { CapabilityNode, MacroNode, SourceTree, Span } from './syntax.js';
import { TagScope } from './tags.js';

/** A capability of a network, in the form of a network record. */
export interface CompiledCapability {
  id: number;
  /** Whether every new member gets it. */
  default: boolean;
  rules: RuleJson[];
}

/** A tag of a network, in the form of a network record. */
export interface CompiledTag {
  id: number;
  /** The value of members that have none of their own; null: no value. */
  default: number | null;
}

/** What a tag's names stand for: for user interfaces, the controller does not need it. */
export interface NamedTag extends CompiledTag {
  enums: Record<string, number>;
  flags: Record<string, number>;
}

/** A compiled source. `rules`, `capabilities` and `tags` can be given to `updateNetwork` or POSTed as they are. */
export interface CompiledRules {
  /** The base rules of the network. */
  rules: RuleJson[];
  capabilities: CompiledCapability[];
  tags: CompiledTag[];
  /** Name → id. */
  capabilitiesByName: Record<string, number>;
  tagsByName: Record<string, NamedTag>;
  /** What is allowed and probably not meant. */
  warnings: RulesDiagnostic[];
}

/**
 * Compiles a text of rules.
 *
 * ```ts
 * const { rules, capabilities, tags } = compileRules('drop not ethertype ipv4 and not ethertype arp; accept;');
 * await controller.updateNetwork(network.id, { rules, capabilities, tags });
 * ```
 *
 * @param source - the text, at most 1,048,576 characters
 * @throws {@link RulesSourceError} when the text has errors: it lists them with line and column
 */
export function compileRules(source: string): CompiledRules {
  const diagnostics = new DiagnosticList(source.slice(0, RULES_LIMITS.sourceLength));
  let compiled: Omit<CompiledRules, 'warnings'> | undefined;
  try {
    if (source.length > RULES_LIMITS.sourceLength) {
      diagnostics.fatal({ start: 0, end: 1 }, `A source has at most ${RULES_LIMITS.sourceLength} characters`);
    }
    compiled = compileTree(parse(source, diagnostics), diagnostics);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  const found = diagnostics.list();
  if (compiled === undefined || diagnostics.hasErrors) throw new RulesSourceError(found);
  return { ...compiled, warnings: found };
}

/** Checks everything that is written before anything is expanded: then errors are told once, at their place. */
function compileTree(tree: SourceTree, diagnostics: DiagnosticList): Omit<CompiledRules, 'warnings'> | undefined {
  const tags = new TagScope(tree.tags, !diagnostics.hasErrors, diagnostics);
  const expansion = new Expansion(macrosByName(tree.macros, diagnostics), { tags, diagnostics });
  expansion.check(tree.body, []);
  for (const macro of tree.macros) expansion.check(macro.body, macro.parameters);
  for (const capability of tree.capabilities) expansion.check(capability.body, []);
  const ids = capabilityIds(tree.capabilities, diagnostics);
  warnOfMany(tree, diagnostics);
  if (diagnostics.hasErrors) return undefined;
  return {
    rules: expansion.expand(tree.body, RULES_LIMITS.rules, 'A network'),
    capabilities: tree.capabilities.map(({ name, default: isDefault, body }) => ({
      id: ids.get(name) ?? 0,
      default: isDefault,
      rules: expansion.expand(body, RULES_LIMITS.capabilityRules, `The capability ${quoted(name)}`),
    })),
    tags: [...tags.byName.values()].map(({ id, default: value }) => ({ id, default: value })),
    capabilitiesByName: Object.fromEntries(ids),
    tagsByName: Object.fromEntries(
      [...tags.byName].map(([name, { enums, flags, ...rest }]) => [
        name,
        { ...rest, enums: Object.fromEntries(enums), flags: Object.fromEntries(flags) },
      ]),
    ),
  };
}

function macrosByName(macros: readonly MacroNode[], diagnostics: DiagnosticList): Map<string, MacroNode> {
  const byName = new Map<string, MacroNode>();
  for (const macro of macros) {
    if (byName.has(macro.name)) diagnostics.error(macro.at, `There are two macros ${quoted(macro.name)}`);
    byName.set(macro.name, macro);
  }
  return byName;
}

function capabilityIds(nodes: readonly CapabilityNode[], diagnostics: DiagnosticList): Map<string, number> {
  const byName = new Map<string, number>();
  const taken = new Set<number>();
  for (const { name, at, id: word } of nodes) {
    const id = word && readNumber(word, 'an id', 0xffff_ffff, diagnostics);
    if (byName.has(name)) diagnostics.error(at, `There are two capabilities ${quoted(name)}`);
    if (id === undefined) continue;
    if (taken.has(id)) diagnostics.error(word ?? at, `The id ${id} belongs to another capability already`);
    taken.add(id);
    byName.set(name, id);
  }
  return byName;
}

function warnOfMany({ capabilities, tags }: SourceTree, diagnostics: DiagnosticList): void {
  const warn = (nodes: readonly { at: Span }[], most: number, kind: string): void => {
    const first = nodes[most];
    if (first !== undefined) diagnostics.warn(first.at, `One member has at most ${most} ${kind} (vl2.md §17)`);
  };
  warn(capabilities, RULES_LIMITS.memberCapabilities, 'capabilities');
  warn(tags, RULES_LIMITS.memberTags, 'tags');
}
