/**
 * Limits of the rules language. A source may come from a stranger (a REST client, a shared file), and macros multiply,
 * so everything that a source can make grow has a limit with a name.
 */
export const RULES_LIMITS = {
  /** Characters of a source: ten times the largest set of rules that a configuration can carry (vl2.md §17). */
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
  rules: 1024,
  /** Rules of one capability (vl2.md §17). */
  capabilityRules: 64,
  /** Capabilities and tags that one member's configuration holds (vl2.md §17); more are allowed, with a warning. */
  perMember: 128,
  /** Errors and warnings told of one source; after them the compiler stops. */
  diagnostics: 100,
} as const;
