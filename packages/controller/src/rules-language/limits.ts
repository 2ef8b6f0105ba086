import { CONFIG_LIMITS } from '../domain/config-limits.js';

/**
 * Limits of the rules language. A source may come from a stranger (a REST client, a shared file), and macros multiply,
 * so everything that a source can make grow has a limit with a name.
 */
export const RULES_LIMITS = {
  /** Characters of a source: about twice what 1024 rules and 128 full capabilities take (vl2.md §17). */
  sourceLength: 1_048_576,
  /** Actions and includes written in a source, macros and capabilities included. */
  statements: 65_536,
  /** Definitions of each kind (macros, tags, capabilities). */
  definitions: 1024,
  /** Flags and enum names of one tag. */
  tagNames: 1024,
  /** Parameters of one macro. */
  parameters: 32,
  /** Includes inside includes. */
  expansionDepth: 32,
  /** Expansions of macros in a whole source, also of those that come to nothing. */
  expansions: 10_000,
  /** Rules of a network: matches and actions, each one rule (vl2.md §17). */
  rules: CONFIG_LIMITS.rules,
  /** Rules of one capability (vl2.md §17). */
  capabilityRules: CONFIG_LIMITS.capabilityRules,
  /** Capabilities, and tags, that one member's configuration holds (vl2.md §17); more are a warning. */
  memberCapabilities: CONFIG_LIMITS.capabilities,
  memberTags: CONFIG_LIMITS.tags,
  /** Errors and warnings told of one source; after them the compiler stops. */
  diagnostics: 100,
} as const;
