// Generated from schema/enums.json by scripts/gen-enums.mjs. Do not edit.

/** VL1 and VL2 message types (vl1.md §5.1). */
export const Verb = {
  NOP: 0,
  HELLO: 1,
  ERROR: 2,
  OK: 3,
  WHOIS: 4,
  RENDEZVOUS: 5,
  FRAME: 6,
  EXT_FRAME: 7,
  ECHO: 8,
  MULTICAST_LIKE: 9,
  NETWORK_CREDENTIALS: 10,
  NETWORK_CONFIG_REQUEST: 11,
  NETWORK_CONFIG: 12,
  MULTICAST_GATHER: 13,
  MULTICAST_FRAME: 14,
  PUSH_DIRECT_PATHS: 16,
  ACK: 18,
  QOS_MEASUREMENT: 19,
  USER_MESSAGE: 20,
  REMOTE_TRACE: 21,
  PATH_NEGOTIATION_REQUEST: 22,
} as const;
/** A value of {@link Verb}. */
export type Verb = (typeof Verb)[keyof typeof Verb];
/** Name of each {@link Verb} value. */
export const VerbName: Readonly<Record<number, keyof typeof Verb>> = {
  0: 'NOP',
  1: 'HELLO',
  2: 'ERROR',
  3: 'OK',
  4: 'WHOIS',
  5: 'RENDEZVOUS',
  6: 'FRAME',
  7: 'EXT_FRAME',
  8: 'ECHO',
  9: 'MULTICAST_LIKE',
  10: 'NETWORK_CREDENTIALS',
  11: 'NETWORK_CONFIG_REQUEST',
  12: 'NETWORK_CONFIG',
  13: 'MULTICAST_GATHER',
  14: 'MULTICAST_FRAME',
  16: 'PUSH_DIRECT_PATHS',
  18: 'ACK',
  19: 'QOS_MEASUREMENT',
  20: 'USER_MESSAGE',
  21: 'REMOTE_TRACE',
  22: 'PATH_NEGOTIATION_REQUEST',
};

/** Codes of an ERROR message (vl1.md §5.4, vl2.md §15). */
export const WireError = {
  NONE: 0,
  INVALID_REQUEST: 1,
  BAD_PROTOCOL_VERSION: 2,
  OBJECT_NOT_FOUND: 3,
  IDENTITY_COLLISION: 4,
  UNSUPPORTED_OPERATION: 5,
  NEED_MEMBERSHIP_CERTIFICATE: 6,
  NETWORK_ACCESS_DENIED: 7,
  UNWANTED_MULTICAST: 8,
  NETWORK_AUTHENTICATION_REQUIRED: 9,
} as const;
/** A value of {@link WireError}. */
export type WireError = (typeof WireError)[keyof typeof WireError];
/** Name of each {@link WireError} value. */
export const WireErrorName: Readonly<Record<number, keyof typeof WireError>> = {
  0: 'NONE',
  1: 'INVALID_REQUEST',
  2: 'BAD_PROTOCOL_VERSION',
  3: 'OBJECT_NOT_FOUND',
  4: 'IDENTITY_COLLISION',
  5: 'UNSUPPORTED_OPERATION',
  6: 'NEED_MEMBERSHIP_CERTIFICATE',
  7: 'NETWORK_ACCESS_DENIED',
  8: 'UNWANTED_MULTICAST',
  9: 'NETWORK_AUTHENTICATION_REQUIRED',
};

/** What a node tells its application (sdk-api.md §2, new numbering). Codes from 300 on are ours. */
export const Event = {
  NODE_UP: 200,
  NODE_ONLINE: 201,
  NODE_OFFLINE: 202,
  NODE_DOWN: 203,
  NODE_FATAL_ERROR: 204,
  NODE_CONNECTIVITY: 205,
  SURFACE_CHANGED: 206,
  TUNNEL_UP: 207,
  TUNNEL_DOWN: 208,
  NETWORK_NOT_FOUND: 210,
  NETWORK_CLIENT_TOO_OLD: 211,
  NETWORK_REQ_CONFIG: 212,
  NETWORK_OK: 213,
  NETWORK_ACCESS_DENIED: 214,
  NETWORK_READY_IP4: 215,
  NETWORK_READY_IP6: 216,
  NETWORK_READY_IP4_IP6: 217,
  NETWORK_DOWN: 218,
  NETWORK_UPDATE: 219,
  STACK_UP: 220,
  STACK_DOWN: 221,
  NETIF_UP: 230,
  NETIF_DOWN: 231,
  NETIF_REMOVED: 232,
  NETIF_LINK_UP: 233,
  NETIF_LINK_DOWN: 234,
  PEER_DIRECT: 240,
  PEER_RELAY: 241,
  PEER_UNREACHABLE: 242,
  PEER_PATH_DISCOVERED: 243,
  PEER_PATH_DEAD: 244,
  ROUTE_ADDED: 250,
  ROUTE_REMOVED: 251,
  ADDR_ADDED_IP4: 260,
  ADDR_REMOVED_IP4: 261,
  ADDR_ADDED_IP6: 262,
  ADDR_REMOVED_IP6: 263,
  STORE_IDENTITY_SECRET: 270,
  STORE_IDENTITY_PUBLIC: 271,
  STORE_PLANET: 272,
  STORE_PEER: 273,
  STORE_NETWORK: 274,
  STORE_MOON: 275,
  NETWORK_AUTHENTICATION_REQUIRED: 300,
  TCP_CONNECTED: 310,
  TCP_ACCEPTED: 311,
  TCP_READABLE: 312,
  TCP_WRITABLE: 313,
  TCP_CLOSED: 314,
  UDP_READABLE: 320,
  UDP_ERROR: 321,
  PING_REPLY: 330,
  CONTROLLER_REQUEST: 340,
  USER_MESSAGE: 350,
  REMOTE_TRACE: 351,
  WARNING: 360,
  CAPTURE_DATA: 370,
  FRAMES_READABLE: 380,
  FRAMES_WRITABLE: 381,
  FRAMES_CLOSED: 382,
} as const;
/** A value of {@link Event}. */
export type Event = (typeof Event)[keyof typeof Event];
/** Name of each {@link Event} value. */
export const EventName: Readonly<Record<number, keyof typeof Event>> = {
  200: 'NODE_UP',
  201: 'NODE_ONLINE',
  202: 'NODE_OFFLINE',
  203: 'NODE_DOWN',
  204: 'NODE_FATAL_ERROR',
  205: 'NODE_CONNECTIVITY',
  206: 'SURFACE_CHANGED',
  207: 'TUNNEL_UP',
  208: 'TUNNEL_DOWN',
  210: 'NETWORK_NOT_FOUND',
  211: 'NETWORK_CLIENT_TOO_OLD',
  212: 'NETWORK_REQ_CONFIG',
  213: 'NETWORK_OK',
  214: 'NETWORK_ACCESS_DENIED',
  215: 'NETWORK_READY_IP4',
  216: 'NETWORK_READY_IP6',
  217: 'NETWORK_READY_IP4_IP6',
  218: 'NETWORK_DOWN',
  219: 'NETWORK_UPDATE',
  220: 'STACK_UP',
  221: 'STACK_DOWN',
  230: 'NETIF_UP',
  231: 'NETIF_DOWN',
  232: 'NETIF_REMOVED',
  233: 'NETIF_LINK_UP',
  234: 'NETIF_LINK_DOWN',
  240: 'PEER_DIRECT',
  241: 'PEER_RELAY',
  242: 'PEER_UNREACHABLE',
  243: 'PEER_PATH_DISCOVERED',
  244: 'PEER_PATH_DEAD',
  250: 'ROUTE_ADDED',
  251: 'ROUTE_REMOVED',
  260: 'ADDR_ADDED_IP4',
  261: 'ADDR_REMOVED_IP4',
  262: 'ADDR_ADDED_IP6',
  263: 'ADDR_REMOVED_IP6',
  270: 'STORE_IDENTITY_SECRET',
  271: 'STORE_IDENTITY_PUBLIC',
  272: 'STORE_PLANET',
  273: 'STORE_PEER',
  274: 'STORE_NETWORK',
  275: 'STORE_MOON',
  300: 'NETWORK_AUTHENTICATION_REQUIRED',
  310: 'TCP_CONNECTED',
  311: 'TCP_ACCEPTED',
  312: 'TCP_READABLE',
  313: 'TCP_WRITABLE',
  314: 'TCP_CLOSED',
  320: 'UDP_READABLE',
  321: 'UDP_ERROR',
  330: 'PING_REPLY',
  340: 'CONTROLLER_REQUEST',
  350: 'USER_MESSAGE',
  351: 'REMOTE_TRACE',
  360: 'WARNING',
  370: 'CAPTURE_DATA',
  380: 'FRAMES_READABLE',
  381: 'FRAMES_WRITABLE',
  382: 'FRAMES_CLOSED',
};

/** Status of a joined network (vl2.md §3.3). */
export const NetworkStatus = {
  REQUESTING_CONFIGURATION: 0,
  OK: 1,
  ACCESS_DENIED: 2,
  NOT_FOUND: 3,
  PORT_ERROR: 4,
  CLIENT_TOO_OLD: 5,
  AUTHENTICATION_REQUIRED: 6,
} as const;
/** A value of {@link NetworkStatus}. */
export type NetworkStatus = (typeof NetworkStatus)[keyof typeof NetworkStatus];
/** Name of each {@link NetworkStatus} value. */
export const NetworkStatusName: Readonly<Record<number, keyof typeof NetworkStatus>> = {
  0: 'REQUESTING_CONFIGURATION',
  1: 'OK',
  2: 'ACCESS_DENIED',
  3: 'NOT_FOUND',
  4: 'PORT_ERROR',
  5: 'CLIENT_TOO_OLD',
  6: 'AUTHENTICATION_REQUIRED',
};

/** What rules say of a frame (vl2.md §13.3). Of a whole decision: drop is the base rules', no_match refuses too. */
export const RuleVerdict = {
  NO_MATCH: 0,
  DROP: 1,
  REDIRECT: 2,
  ACCEPT: 3,
  SUPER_ACCEPT: 4,
} as const;
/** A value of {@link RuleVerdict}. */
export type RuleVerdict = (typeof RuleVerdict)[keyof typeof RuleVerdict];
/** Name of each {@link RuleVerdict} value. */
export const RuleVerdictName: Readonly<Record<number, keyof typeof RuleVerdict>> = {
  0: 'NO_MATCH',
  1: 'DROP',
  2: 'REDIRECT',
  3: 'ACCEPT',
  4: 'SUPER_ACCEPT',
};

/** What an evaluation did with one rule (reply of network_explain). */
export const RuleStep = {
  SKIPPED: 0,
  UNMATCHED: 1,
  MATCHED: 2,
  PASSED_OVER: 3,
  EXECUTED: 4,
} as const;
/** A value of {@link RuleStep}. */
export type RuleStep = (typeof RuleStep)[keyof typeof RuleStep];
/** Name of each {@link RuleStep} value. */
export const RuleStepName: Readonly<Record<number, keyof typeof RuleStep>> = {
  0: 'SKIPPED',
  1: 'UNMATCHED',
  2: 'MATCHED',
  3: 'PASSED_OVER',
  4: 'EXECUTED',
};

/** The kind of value that a match looked at (reply of network_explain). */
export const RuleField = {
  NONE: 0,
  ABSENT: 1,
  NUMBER: 2,
  NODE: 3,
  MAC: 4,
  IP: 5,
  TAGS: 6,
} as const;
/** A value of {@link RuleField}. */
export type RuleField = (typeof RuleField)[keyof typeof RuleField];
/** Name of each {@link RuleField} value. */
export const RuleFieldName: Readonly<Record<number, keyof typeof RuleField>> = {
  0: 'NONE',
  1: 'ABSENT',
  2: 'NUMBER',
  3: 'NODE',
  4: 'MAC',
  5: 'IP',
  6: 'TAGS',
};

/** Role of a peer (vl1.md §6.4). */
export const PeerRole = {
  LEAF: 0,
  MOON: 1,
  PLANET: 2,
} as const;
/** A value of {@link PeerRole}. */
export type PeerRole = (typeof PeerRole)[keyof typeof PeerRole];
/** Name of each {@link PeerRole} value. */
export const PeerRoleName: Readonly<Record<number, keyof typeof PeerRole>> = {
  0: 'LEAF',
  1: 'MOON',
  2: 'PLANET',
};

/** Why a node cannot go on (body of node_fatal_error). */
export const FatalReason = {
  IDENTITY_COLLISION: 1,
  INVALID_IDENTITY: 2,
  INVALID_PLANET: 3,
} as const;
/** A value of {@link FatalReason}. */
export type FatalReason = (typeof FatalReason)[keyof typeof FatalReason];
/** Name of each {@link FatalReason} value. */
export const FatalReasonName: Readonly<Record<number, keyof typeof FatalReason>> = {
  1: 'IDENTITY_COLLISION',
  2: 'INVALID_IDENTITY',
  3: 'INVALID_PLANET',
};

/** Something the application should know that does not stop the node (body of warning). */
export const Warning = {
  ROOT_UNREACHABLE: 1,
  PLANET_REJECTED: 2,
  PLANET_SIGNATURE: 3,
  PEER_CACHE_REJECTED: 4,
  NETWORK_CACHE_REJECTED: 5,
  OWN_ADDRESS_SEEN: 6,
  ADDRESS_CONFLICT: 7,
  MOON_REJECTED: 8,
  CLOCK_JUMPED: 9,
  TUNNEL_FAILED: 10,
  MOON_SIGNATURE: 11,
} as const;
/** A value of {@link Warning}. */
export type Warning = (typeof Warning)[keyof typeof Warning];
/** Name of each {@link Warning} value. */
export const WarningName: Readonly<Record<number, keyof typeof Warning>> = {
  1: 'ROOT_UNREACHABLE',
  2: 'PLANET_REJECTED',
  3: 'PLANET_SIGNATURE',
  4: 'PEER_CACHE_REJECTED',
  5: 'NETWORK_CACHE_REJECTED',
  6: 'OWN_ADDRESS_SEEN',
  7: 'ADDRESS_CONFLICT',
  8: 'MOON_REJECTED',
  9: 'CLOCK_JUMPED',
  10: 'TUNNEL_FAILED',
  11: 'MOON_SIGNATURE',
};

/** Outcome of a command. Everything but ok is the caller's mistake or a condition the caller must handle. */
export const Status = {
  OK: 0,
  INVALID_ARGUMENT: 1,
  NOT_FOUND: 2,
  ALREADY_EXISTS: 3,
  LIMIT_REACHED: 4,
  NOT_READY: 5,
  ADDRESS_IN_USE: 6,
  ADDRESS_NOT_AVAILABLE: 7,
  NETWORK_UNREACHABLE: 8,
  HOST_UNREACHABLE: 9,
  CONNECTION_REFUSED: 10,
  CONNECTION_RESET: 11,
  CONNECTION_ABORTED: 12,
  TIMED_OUT: 13,
  WOULD_BLOCK: 14,
  NOT_CONNECTED: 15,
  ALREADY_CONNECTED: 16,
  CLOSED: 17,
  MESSAGE_TOO_BIG: 18,
  ACCESS_DENIED: 19,
  NOT_SUPPORTED: 20,
  INVALID_IDENTITY: 21,
  INVALID_PLANET: 22,
  NETWORK_DOWN: 23,
  BROKEN_PIPE: 24,
} as const;
/** A value of {@link Status}. */
export type Status = (typeof Status)[keyof typeof Status];
/** Name of each {@link Status} value. */
export const StatusName: Readonly<Record<number, keyof typeof Status>> = {
  0: 'OK',
  1: 'INVALID_ARGUMENT',
  2: 'NOT_FOUND',
  3: 'ALREADY_EXISTS',
  4: 'LIMIT_REACHED',
  5: 'NOT_READY',
  6: 'ADDRESS_IN_USE',
  7: 'ADDRESS_NOT_AVAILABLE',
  8: 'NETWORK_UNREACHABLE',
  9: 'HOST_UNREACHABLE',
  10: 'CONNECTION_REFUSED',
  11: 'CONNECTION_RESET',
  12: 'CONNECTION_ABORTED',
  13: 'TIMED_OUT',
  14: 'WOULD_BLOCK',
  15: 'NOT_CONNECTED',
  16: 'ALREADY_CONNECTED',
  17: 'CLOSED',
  18: 'MESSAGE_TOO_BIG',
  19: 'ACCESS_DENIED',
  20: 'NOT_SUPPORTED',
  21: 'INVALID_IDENTITY',
  22: 'INVALID_PLANET',
  23: 'NETWORK_DOWN',
  24: 'BROKEN_PIPE',
};

/** Operations of the host protocol (packages/core/HOST_PROTOCOL.md). */
export const Command = {
  NODE_INFO: 1,
  JOIN: 2,
  LEAVE: 3,
  NETWORK_INFO: 4,
  NETWORKS: 5,
  PEERS: 6,
  SET_LOCAL_ENDPOINTS: 7,
  COUNTERS: 8,
  SEND_USER_MESSAGE: 9,
  SNAPSHOT_PEERS: 10,
  STACK_COUNTERS: 11,
  DIAGNOSE: 12,
  NODE_COUNTERS: 13,
  SET_LOCAL_SOCKETS: 14,
  ORBIT: 15,
  DEORBIT: 16,
  MOONS: 17,
  TCP_CONNECT: 20,
  TCP_LISTEN: 21,
  TCP_SHUTDOWN: 22,
  TCP_ABORT: 23,
  SOCKET_CLOSE: 24,
  SOCKET_SET_OPTION: 25,
  SOCKET_INFO: 26,
  SOCKET_GET_OPTION: 27,
  TCP_INFO: 28,
  UDP_BIND: 30,
  UDP_CONNECT: 31,
  GROUP_JOIN: 32,
  GROUP_LEAVE: 33,
  PING: 40,
  CONTROLLER_ENABLE: 50,
  CONTROLLER_GRANT: 51,
  CONTROLLER_REJECT: 52,
  CONTROLLER_REVOKE: 53,
  CAPTURE_START: 60,
  CAPTURE_STOP: 61,
  CAPTURE_ACK: 62,
  FRAMES_OPEN: 70,
  FRAMES_CLOSE: 71,
  FRAMES_GROUPS: 72,
  FRAMES_INFO: 73,
  NETWORK_RULE_HITS: 80,
  NETWORK_EXPLAIN: 81,
  RULES_EXPLAIN: 82,
} as const;
/** A value of {@link Command}. */
export type Command = (typeof Command)[keyof typeof Command];
/** Name of each {@link Command} value. */
export const CommandName: Readonly<Record<number, keyof typeof Command>> = {
  1: 'NODE_INFO',
  2: 'JOIN',
  3: 'LEAVE',
  4: 'NETWORK_INFO',
  5: 'NETWORKS',
  6: 'PEERS',
  7: 'SET_LOCAL_ENDPOINTS',
  8: 'COUNTERS',
  9: 'SEND_USER_MESSAGE',
  10: 'SNAPSHOT_PEERS',
  11: 'STACK_COUNTERS',
  12: 'DIAGNOSE',
  13: 'NODE_COUNTERS',
  14: 'SET_LOCAL_SOCKETS',
  15: 'ORBIT',
  16: 'DEORBIT',
  17: 'MOONS',
  20: 'TCP_CONNECT',
  21: 'TCP_LISTEN',
  22: 'TCP_SHUTDOWN',
  23: 'TCP_ABORT',
  24: 'SOCKET_CLOSE',
  25: 'SOCKET_SET_OPTION',
  26: 'SOCKET_INFO',
  27: 'SOCKET_GET_OPTION',
  28: 'TCP_INFO',
  30: 'UDP_BIND',
  31: 'UDP_CONNECT',
  32: 'GROUP_JOIN',
  33: 'GROUP_LEAVE',
  40: 'PING',
  50: 'CONTROLLER_ENABLE',
  51: 'CONTROLLER_GRANT',
  52: 'CONTROLLER_REJECT',
  53: 'CONTROLLER_REVOKE',
  60: 'CAPTURE_START',
  61: 'CAPTURE_STOP',
  62: 'CAPTURE_ACK',
  70: 'FRAMES_OPEN',
  71: 'FRAMES_CLOSE',
  72: 'FRAMES_GROUPS',
  73: 'FRAMES_INFO',
  80: 'NETWORK_RULE_HITS',
  81: 'NETWORK_EXPLAIN',
  82: 'RULES_EXPLAIN',
};

/** Options of socket_set_option and socket_get_option by their BSD names; units and ranges in HOST_PROTOCOL.md §7. */
export const SocketOption = {
  SO_KEEPALIVE: 1,
  SO_LINGER: 2,
  SO_RCVBUF: 3,
  SO_SNDBUF: 4,
  SO_BROADCAST: 5,
  IP_TOS: 10,
  IP_TTL: 11,
  IP_MTU_DISCOVER: 12,
  IP_MULTICAST_TTL: 13,
  IP_MULTICAST_LOOP: 14,
  IPV6_V6ONLY: 20,
  TCP_NODELAY: 30,
  TCP_MAXSEG: 31,
  TCP_KEEPIDLE: 32,
  TCP_KEEPINTVL: 33,
  TCP_KEEPCNT: 34,
  TCP_USER_TIMEOUT: 35,
  TCP_CONGESTION: 36,
} as const;
/** A value of {@link SocketOption}. */
export type SocketOption = (typeof SocketOption)[keyof typeof SocketOption];
/** Name of each {@link SocketOption} value. */
export const SocketOptionName: Readonly<Record<number, keyof typeof SocketOption>> = {
  1: 'SO_KEEPALIVE',
  2: 'SO_LINGER',
  3: 'SO_RCVBUF',
  4: 'SO_SNDBUF',
  5: 'SO_BROADCAST',
  10: 'IP_TOS',
  11: 'IP_TTL',
  12: 'IP_MTU_DISCOVER',
  13: 'IP_MULTICAST_TTL',
  14: 'IP_MULTICAST_LOOP',
  20: 'IPV6_V6ONLY',
  30: 'TCP_NODELAY',
  31: 'TCP_MAXSEG',
  32: 'TCP_KEEPIDLE',
  33: 'TCP_KEEPINTVL',
  34: 'TCP_KEEPCNT',
  35: 'TCP_USER_TIMEOUT',
  36: 'TCP_CONGESTION',
};

/** Values of the option tcp_congestion. */
export const Congestion = {
  CUBIC: 0,
  RENO: 1,
} as const;
/** A value of {@link Congestion}. */
export type Congestion = (typeof Congestion)[keyof typeof Congestion];
/** Name of each {@link Congestion} value. */
export const CongestionName: Readonly<Record<number, keyof typeof Congestion>> = {
  0: 'CUBIC',
  1: 'RENO',
};

/** Protocols that the stack counts (sdk-api.md §9). Numbers from 10 on are ours. */
export const StackProtocol = {
  LINK: 0,
  ETHARP: 1,
  IP4: 2,
  UDP: 3,
  TCP: 4,
  ICMP4: 5,
  IP4_FRAG: 6,
  IP6: 7,
  ICMP6: 8,
  IP6_FRAG: 9,
  ND6: 10,
  IGMP: 11,
  MLD6: 12,
} as const;
/** A value of {@link StackProtocol}. */
export type StackProtocol = (typeof StackProtocol)[keyof typeof StackProtocol];
/** Name of each {@link StackProtocol} value. */
export const StackProtocolName: Readonly<Record<number, keyof typeof StackProtocol>> = {
  0: 'LINK',
  1: 'ETHARP',
  2: 'IP4',
  3: 'UDP',
  4: 'TCP',
  5: 'ICMP4',
  6: 'IP4_FRAG',
  7: 'IP6',
  8: 'ICMP6',
  9: 'IP6_FRAG',
  10: 'ND6',
  11: 'IGMP',
  12: 'MLD6',
};

/** Tags of the options a node is created with (HOST_PROTOCOL.md §2). */
export const CreateOption = {
  IDENTITY_SECRET: 1,
  PLANET: 2,
  ALLOW_LOOPBACK_PATHS: 3,
  BLACKLIST: 4,
  CACHED_PEER: 5,
  CACHED_NETWORK: 6,
  IMPAIRMENT: 7,
  RANDOM_SEED: 8,
  AES: 9,
  PRIMARY_PORT: 10,
  PLATFORM: 11,
  PHYSICAL_NETWORK: 12,
  MOON: 13,
  ORBIT: 14,
  ENDPOINT_HINT: 15,
  PEER_BLACKLIST: 16,
  LOW_BANDWIDTH: 17,
  RELAY_LIMITS: 18,
  TCP_RELAY: 19,
  MAX_PEERS: 20,
  NETWORK_PERMISSIONS: 21,
} as const;
/** A value of {@link CreateOption}. */
export type CreateOption = (typeof CreateOption)[keyof typeof CreateOption];
/** Name of each {@link CreateOption} value. */
export const CreateOptionName: Readonly<Record<number, keyof typeof CreateOption>> = {
  1: 'IDENTITY_SECRET',
  2: 'PLANET',
  3: 'ALLOW_LOOPBACK_PATHS',
  4: 'BLACKLIST',
  5: 'CACHED_PEER',
  6: 'CACHED_NETWORK',
  7: 'IMPAIRMENT',
  8: 'RANDOM_SEED',
  9: 'AES',
  10: 'PRIMARY_PORT',
  11: 'PLATFORM',
  12: 'PHYSICAL_NETWORK',
  13: 'MOON',
  14: 'ORBIT',
  15: 'ENDPOINT_HINT',
  16: 'PEER_BLACKLIST',
  17: 'LOW_BANDWIDTH',
  18: 'RELAY_LIMITS',
  19: 'TCP_RELAY',
  20: 'MAX_PEERS',
  21: 'NETWORK_PERMISSIONS',
};

/** Whether the node can be reached (body of node_connectivity, reply of diagnose). */
export const Connectivity = {
  STARTING: 0,
  ONLINE: 1,
  TUNNELED: 2,
  OFFLINE: 3,
} as const;
/** A value of {@link Connectivity}. */
export type Connectivity = (typeof Connectivity)[keyof typeof Connectivity];
/** Name of each {@link Connectivity} value. */
export const ConnectivityName: Readonly<Record<number, keyof typeof Connectivity>> = {
  0: 'STARTING',
  1: 'ONLINE',
  2: 'TUNNELED',
  3: 'OFFLINE',
};

/** Why a node is not online, most certain first (body of node_connectivity, reply of diagnose). */
export const OfflineReason = {
  IDENTITY_COLLISION: 1,
  NO_ROOTS: 2,
  NO_LOCAL_SOCKET: 3,
  ROOT_PATHS_REFUSED: 4,
  CLOCK_ABSURD: 5,
  VERSION_REFUSED: 6,
  ROOT_KEY_MISMATCH: 7,
  UDP_BLOCKED: 8,
  NO_ROOT_REACHABLE: 9,
  TCP_RELAY_UNREACHABLE: 10,
} as const;
/** A value of {@link OfflineReason}. */
export type OfflineReason = (typeof OfflineReason)[keyof typeof OfflineReason];
/** Name of each {@link OfflineReason} value. */
export const OfflineReasonName: Readonly<Record<number, keyof typeof OfflineReason>> = {
  1: 'IDENTITY_COLLISION',
  2: 'NO_ROOTS',
  3: 'NO_LOCAL_SOCKET',
  4: 'ROOT_PATHS_REFUSED',
  5: 'CLOCK_ABSURD',
  6: 'VERSION_REFUSED',
  7: 'ROOT_KEY_MISMATCH',
  8: 'UDP_BLOCKED',
  9: 'NO_ROOT_REACHABLE',
  10: 'TCP_RELAY_UNREACHABLE',
};

/** What a node did as a whole and as a root (reply of node_counters). */
export const NodeCounter = {
  DATAGRAMS_RECEIVED: 0,
  BYTES_RECEIVED: 1,
  DATAGRAMS_SENT: 2,
  BYTES_SENT: 3,
  PACKETS_RELAYED: 10,
  BYTES_RELAYED: 11,
  RELAY_LIMITED: 12,
  INTRODUCTIONS: 13,
  HELLOS_ANSWERED: 14,
  WHOIS_ANSWERED: 15,
  WHOIS_UNKNOWN: 16,
  WORLDS_SENT: 17,
  PEERS: 30,
  PATHS: 31,
} as const;
/** A value of {@link NodeCounter}. */
export type NodeCounter = (typeof NodeCounter)[keyof typeof NodeCounter];
/** Name of each {@link NodeCounter} value. */
export const NodeCounterName: Readonly<Record<number, keyof typeof NodeCounter>> = {
  0: 'DATAGRAMS_RECEIVED',
  1: 'BYTES_RECEIVED',
  2: 'DATAGRAMS_SENT',
  3: 'BYTES_SENT',
  10: 'PACKETS_RELAYED',
  11: 'BYTES_RELAYED',
  12: 'RELAY_LIMITED',
  13: 'INTRODUCTIONS',
  14: 'HELLOS_ANSWERED',
  15: 'WHOIS_ANSWERED',
  16: 'WHOIS_UNKNOWN',
  17: 'WORLDS_SENT',
  30: 'PEERS',
  31: 'PATHS',
};

/** When the TCP relay is used (value of the option tcp_relay, vl1.md §10.3). */
export const TcpRelayMode = {
  OFF: 0,
  AUTOMATIC: 1,
  FORCED: 2,
} as const;
/** A value of {@link TcpRelayMode}. */
export type TcpRelayMode = (typeof TcpRelayMode)[keyof typeof TcpRelayMode];
/** Name of each {@link TcpRelayMode} value. */
export const TcpRelayModeName: Readonly<Record<number, keyof typeof TcpRelayMode>> = {
  0: 'OFF',
  1: 'AUTOMATIC',
  2: 'FORCED',
};

/** Why something from outside was dropped. Each has a counter (Command counters). */
export const DropReason = {
  TOO_SHORT: 0,
  TOO_LONG: 1,
  OWN_SOURCE: 2,
  NOT_FOR_US: 3,
  HOP_LIMIT: 4,
  MALFORMED: 5,
  AUTHENTICATION: 6,
  UNKNOWN_SUITE: 7,
  UNTRUSTED_PATH: 8,
  DECOMPRESSION: 9,
  RATE_LIMITED: 10,
  UNEXPECTED_REPLY: 11,
  UNSUPPORTED_VERSION: 12,
  IDENTITY_INVALID: 13,
  IDENTITY_COLLISION: 14,
  NOT_A_ROOT: 15,
  PATH_REFUSED: 16,
  QUEUE_FULL: 17,
  QUEUE_TIMEOUT: 18,
  NO_ROUTE: 19,
  REASSEMBLY_TIMEOUT: 20,
  UNKNOWN_NETWORK: 21,
  NOT_A_MEMBER: 22,
  FILTER: 23,
  BAD_SIGNATURE: 24,
  BAD_CREDENTIAL: 25,
  BAD_SOURCE_MAC: 26,
  NO_BRIDGE: 27,
  MULTICAST_DISABLED: 28,
  FRAME_TOO_BIG: 29,
  TRANSMIT_FULL: 30,
  BAD_CHECKSUM: 31,
  BAD_IP_HEADER: 32,
  BAD_ETHERTYPE: 33,
  NO_SOCKET: 34,
  NO_NEIGHBOR: 35,
  FRAGMENT_TIMEOUT: 36,
  RECEIVE_BUFFER_FULL: 37,
  BACKLOG_FULL: 38,
  BAD_SEQUENCE: 39,
  IMPAIRMENT: 40,
  STALE_CONFIG: 41,
  BAD_SYN_COOKIE: 42,
} as const;
/** A value of {@link DropReason}. */
export type DropReason = (typeof DropReason)[keyof typeof DropReason];
/** Name of each {@link DropReason} value. */
export const DropReasonName: Readonly<Record<number, keyof typeof DropReason>> = {
  0: 'TOO_SHORT',
  1: 'TOO_LONG',
  2: 'OWN_SOURCE',
  3: 'NOT_FOR_US',
  4: 'HOP_LIMIT',
  5: 'MALFORMED',
  6: 'AUTHENTICATION',
  7: 'UNKNOWN_SUITE',
  8: 'UNTRUSTED_PATH',
  9: 'DECOMPRESSION',
  10: 'RATE_LIMITED',
  11: 'UNEXPECTED_REPLY',
  12: 'UNSUPPORTED_VERSION',
  13: 'IDENTITY_INVALID',
  14: 'IDENTITY_COLLISION',
  15: 'NOT_A_ROOT',
  16: 'PATH_REFUSED',
  17: 'QUEUE_FULL',
  18: 'QUEUE_TIMEOUT',
  19: 'NO_ROUTE',
  20: 'REASSEMBLY_TIMEOUT',
  21: 'UNKNOWN_NETWORK',
  22: 'NOT_A_MEMBER',
  23: 'FILTER',
  24: 'BAD_SIGNATURE',
  25: 'BAD_CREDENTIAL',
  26: 'BAD_SOURCE_MAC',
  27: 'NO_BRIDGE',
  28: 'MULTICAST_DISABLED',
  29: 'FRAME_TOO_BIG',
  30: 'TRANSMIT_FULL',
  31: 'BAD_CHECKSUM',
  32: 'BAD_IP_HEADER',
  33: 'BAD_ETHERTYPE',
  34: 'NO_SOCKET',
  35: 'NO_NEIGHBOR',
  36: 'FRAGMENT_TIMEOUT',
  37: 'RECEIVE_BUFFER_FULL',
  38: 'BACKLOG_FULL',
  39: 'BAD_SEQUENCE',
  40: 'IMPAIRMENT',
  41: 'STALE_CONFIG',
  42: 'BAD_SYN_COOKIE',
};

/** Seed SDK names (sdk-api.md §2, first column) for the events that have another name now. */
export const EventAlias = {
  PEER_P2P: Event.PEER_DIRECT,
  PATH_DISCOVERED: Event.PEER_PATH_DISCOVERED,
  PATH_ALIVE: Event.PEER_PATH_DISCOVERED,
  PATH_DEAD: Event.PEER_PATH_DEAD,
  NETWORK_REQUESTING_CONFIG: Event.NETWORK_REQ_CONFIG,
  NODE_IDENTITY_COLLISION: Event.NODE_FATAL_ERROR,
  NODE_UNRECOVERABLE_ERROR: Event.NODE_FATAL_ERROR,
  NODE_NORMAL_TERMINATION: Event.NODE_DOWN,
} as const;
