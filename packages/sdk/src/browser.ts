/** Everything that also works where there is no file system. */
export type {
  AppliedRule,
  CapturePoints,
  ConnectivityInfo,
  ConnectivityState,
  CountedRule,
  Endpoint,
  Engine,
  GivenRules,
  Impairment,
  ManagedRoute,
  MoonInfo,
  NetworkAddress,
  NetworkId,
  NetworkInfo,
  NetworkPermissions,
  NodeAddress,
  NodeEvent,
  NodeInfo,
  OfflineCause,
  PeerInfo,
  PhysicalNetwork,
  RootContact,
  RootEndpoint,
  RuleCopy,
  RuleFieldValue,
  RuleHits,
  RuleListTrace,
  RuleParty,
  RuleQuestion,
  RuleStepKey,
  RuleTrace,
  RuleTraceStep,
  RuleVerdictCounts,
  RuleVerdictKey,
  SignOn,
  SocketInfo,
  TcpInfo,
  TcpRelayOptions,
  ZtErrorCode,
} from '@ztkit/types';
export {
  adHocNetworkId,
  controllerOf,
  errorRemedies,
  parseNetworkId,
  parseNodeAddress,
  rfc4193Address,
  sixPlaneAddress,
  ZtError,
} from '@ztkit/types';
export type { BindingOptions, InterfaceOptions } from './binding-options.js';
export type { Capture, CaptureOptions } from './capture.js';
export type { CaptureFilter } from './capture-filter.js';
export type { CaptureTarget, NodeWritable } from './capture-sink.js';
export * from './controller-port.js';
export { createNode } from './create-node.js';
export type { DiagnosedReason, Diagnosis } from './diagnosis.js';
export { type EventFor, type EventKey, eventAliases, type PublicEvent, type PublicEventType } from './event-names.js';
export type { FrameCounters, FramePort, FramesOptions } from './frame-port.js';
export { type LocalConf, readLocalConf } from './local-conf.js';
export type { Logger } from './logger.js';
export {
  lastReservedMessageType,
  type Message,
  type MessageListener,
  type Messages,
  maxMessageBytes,
} from './messages.js';
export * from './moon-description.js';
export type { OrbitOptions, OrbitSpec } from './moons.js';
export type { ConnectOptions, JoinOptions, Network, ReadyOptions } from './network.js';
export type { ExplainOptions, NetworkRules, RuleExplanation } from './network-rules.js';
export type { Node, OnlineOptions } from './node.js';
export type { EventStream, Unsubscribe } from './node-events.js';
export type { NodeOptions } from './node-options.js';
export type { NodeStats, NodeTotals, ProtocolStats } from './node-stats.js';
export type { PingOptions, PingReply } from './pings.js';
export * from './private-world.js';
export type { EngineChoice } from './select-engine.js';
export type { SocketOptionValues, TcpListenerOption, TcpOption, UdpOption } from './socket-options.js';
export { memoryStore, type StateStore } from './state-store.js';
export { TcpConnection } from './tcp-connection.js';
export * from './tcp-handle.js';
export type { ListenOptions, TcpListener } from './tcp-listener.js';
export type { Datagram, UdpOptions, UdpSocket } from './udp-socket.js';
