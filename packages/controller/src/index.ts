/**
 * Network controller: a library, a REST API that existing tools understand, and a command.
 *
 * @packageDocumentation
 */
export { ControllerError, type ControllerErrorCode } from './domain/errors.js';
export type { Json, JsonObject } from './domain/json.js';
export type { MemberRecord } from './domain/member.js';
export type { NetworkRecord } from './domain/network.js';
export type { ActionJson, MatchFields, MatchJson, RuleJson } from './domain/rule-types.js';
export { type AppOptions, buildApp } from './http/app.js';
export {
  type CompiledCapability,
  type CompiledRules,
  type CompiledTag,
  compileRules,
  type NamedTag,
} from './rules-language/compile.js';
export { type RulesDiagnostic, RulesSourceError } from './rules-language/diagnostics.js';
export { formatDiagnostics } from './rules-language/diagnostics-text.js';
export { formatRules, type RulesDocument } from './rules-language/format.js';
export { RULES_LIMITS } from './rules-language/limits.js';
export { decodeRules, encodeRules } from './rules-language/wire.js';
export { Controller, type ControllerOptions, type ControllerStatus, createController } from './service/controller.js';
export type { Body, MemberPatch, NetworkPatch } from './service/patch.js';
export { MemoryStore } from './store/memory-store.js';
export { SqliteStore } from './store/sqlite-store.js';
export type { ControllerStore, StoredNetwork } from './store/store.js';
export type { RelayCounters } from './tcp-relay/relay-counters.js';
export { RelayServer, type RelayServerOptions } from './tcp-relay/relay-server.js';
