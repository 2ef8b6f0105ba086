// Generated from schema/enums.json by scripts/gen-enums.mjs. Do not edit.
#pragma once

#include <cstdint>
#include <string_view>

namespace zt {

// VL1 and VL2 message types (vl1.md §5.1).
enum class Verb : uint8_t {
  kNop = 0,
  kHello = 1,
  kError = 2,
  kOk = 3,
  kWhois = 4,
  kRendezvous = 5,
  kFrame = 6,
  kExtFrame = 7,
  kEcho = 8,
  kMulticastLike = 9,
  kNetworkCredentials = 10,
  kNetworkConfigRequest = 11,
  kNetworkConfig = 12,
  kMulticastGather = 13,
  kMulticastFrame = 14,
  kPushDirectPaths = 16,
  kAck = 18,
  kQosMeasurement = 19,
  kUserMessage = 20,
  kRemoteTrace = 21,
  kPathNegotiationRequest = 22,
};
constexpr std::string_view ToString(Verb value) {
  switch (value) {
    case Verb::kNop: return "nop";
    case Verb::kHello: return "hello";
    case Verb::kError: return "error";
    case Verb::kOk: return "ok";
    case Verb::kWhois: return "whois";
    case Verb::kRendezvous: return "rendezvous";
    case Verb::kFrame: return "frame";
    case Verb::kExtFrame: return "ext_frame";
    case Verb::kEcho: return "echo";
    case Verb::kMulticastLike: return "multicast_like";
    case Verb::kNetworkCredentials: return "network_credentials";
    case Verb::kNetworkConfigRequest: return "network_config_request";
    case Verb::kNetworkConfig: return "network_config";
    case Verb::kMulticastGather: return "multicast_gather";
    case Verb::kMulticastFrame: return "multicast_frame";
    case Verb::kPushDirectPaths: return "push_direct_paths";
    case Verb::kAck: return "ack";
    case Verb::kQosMeasurement: return "qos_measurement";
    case Verb::kUserMessage: return "user_message";
    case Verb::kRemoteTrace: return "remote_trace";
    case Verb::kPathNegotiationRequest: return "path_negotiation_request";
  }
  return "unknown";
}
inline constexpr int kVerbCount = 23;

// Codes of an ERROR message (vl1.md §5.4, vl2.md §15).
enum class WireError : uint8_t {
  kNone = 0,
  kInvalidRequest = 1,
  kBadProtocolVersion = 2,
  kObjectNotFound = 3,
  kIdentityCollision = 4,
  kUnsupportedOperation = 5,
  kNeedMembershipCertificate = 6,
  kNetworkAccessDenied = 7,
  kUnwantedMulticast = 8,
  kNetworkAuthenticationRequired = 9,
};
constexpr std::string_view ToString(WireError value) {
  switch (value) {
    case WireError::kNone: return "none";
    case WireError::kInvalidRequest: return "invalid_request";
    case WireError::kBadProtocolVersion: return "bad_protocol_version";
    case WireError::kObjectNotFound: return "object_not_found";
    case WireError::kIdentityCollision: return "identity_collision";
    case WireError::kUnsupportedOperation: return "unsupported_operation";
    case WireError::kNeedMembershipCertificate: return "need_membership_certificate";
    case WireError::kNetworkAccessDenied: return "network_access_denied";
    case WireError::kUnwantedMulticast: return "unwanted_multicast";
    case WireError::kNetworkAuthenticationRequired: return "network_authentication_required";
  }
  return "unknown";
}
inline constexpr int kWireErrorCount = 10;

// What a node tells its application (sdk-api.md §2, new numbering). Codes from 300 on are ours.
enum class Event : uint16_t {
  kNodeUp = 200,
  kNodeOnline = 201,
  kNodeOffline = 202,
  kNodeDown = 203,
  kNodeFatalError = 204,
  kNodeConnectivity = 205,
  kSurfaceChanged = 206,
  kTunnelUp = 207,
  kTunnelDown = 208,
  kNetworkNotFound = 210,
  kNetworkClientTooOld = 211,
  kNetworkReqConfig = 212,
  kNetworkOk = 213,
  kNetworkAccessDenied = 214,
  kNetworkReadyIp4 = 215,
  kNetworkReadyIp6 = 216,
  kNetworkReadyIp4Ip6 = 217,
  kNetworkDown = 218,
  kNetworkUpdate = 219,
  kStackUp = 220,
  kStackDown = 221,
  kNetifUp = 230,
  kNetifDown = 231,
  kNetifRemoved = 232,
  kNetifLinkUp = 233,
  kNetifLinkDown = 234,
  kPeerDirect = 240,
  kPeerRelay = 241,
  kPeerUnreachable = 242,
  kPeerPathDiscovered = 243,
  kPeerPathDead = 244,
  kRouteAdded = 250,
  kRouteRemoved = 251,
  kAddrAddedIp4 = 260,
  kAddrRemovedIp4 = 261,
  kAddrAddedIp6 = 262,
  kAddrRemovedIp6 = 263,
  kStoreIdentitySecret = 270,
  kStoreIdentityPublic = 271,
  kStorePlanet = 272,
  kStorePeer = 273,
  kStoreNetwork = 274,
  kStoreMoon = 275,
  kNetworkAuthenticationRequired = 300,
  kTcpConnected = 310,
  kTcpAccepted = 311,
  kTcpReadable = 312,
  kTcpWritable = 313,
  kTcpClosed = 314,
  kUdpReadable = 320,
  kUdpError = 321,
  kPingReply = 330,
  kControllerRequest = 340,
  kUserMessage = 350,
  kRemoteTrace = 351,
  kWarning = 360,
  kCaptureData = 370,
  kFramesReadable = 380,
  kFramesWritable = 381,
  kFramesClosed = 382,
};
constexpr std::string_view ToString(Event value) {
  switch (value) {
    case Event::kNodeUp: return "node_up";
    case Event::kNodeOnline: return "node_online";
    case Event::kNodeOffline: return "node_offline";
    case Event::kNodeDown: return "node_down";
    case Event::kNodeFatalError: return "node_fatal_error";
    case Event::kNodeConnectivity: return "node_connectivity";
    case Event::kSurfaceChanged: return "surface_changed";
    case Event::kTunnelUp: return "tunnel_up";
    case Event::kTunnelDown: return "tunnel_down";
    case Event::kNetworkNotFound: return "network_not_found";
    case Event::kNetworkClientTooOld: return "network_client_too_old";
    case Event::kNetworkReqConfig: return "network_req_config";
    case Event::kNetworkOk: return "network_ok";
    case Event::kNetworkAccessDenied: return "network_access_denied";
    case Event::kNetworkReadyIp4: return "network_ready_ip4";
    case Event::kNetworkReadyIp6: return "network_ready_ip6";
    case Event::kNetworkReadyIp4Ip6: return "network_ready_ip4_ip6";
    case Event::kNetworkDown: return "network_down";
    case Event::kNetworkUpdate: return "network_update";
    case Event::kStackUp: return "stack_up";
    case Event::kStackDown: return "stack_down";
    case Event::kNetifUp: return "netif_up";
    case Event::kNetifDown: return "netif_down";
    case Event::kNetifRemoved: return "netif_removed";
    case Event::kNetifLinkUp: return "netif_link_up";
    case Event::kNetifLinkDown: return "netif_link_down";
    case Event::kPeerDirect: return "peer_direct";
    case Event::kPeerRelay: return "peer_relay";
    case Event::kPeerUnreachable: return "peer_unreachable";
    case Event::kPeerPathDiscovered: return "peer_path_discovered";
    case Event::kPeerPathDead: return "peer_path_dead";
    case Event::kRouteAdded: return "route_added";
    case Event::kRouteRemoved: return "route_removed";
    case Event::kAddrAddedIp4: return "addr_added_ip4";
    case Event::kAddrRemovedIp4: return "addr_removed_ip4";
    case Event::kAddrAddedIp6: return "addr_added_ip6";
    case Event::kAddrRemovedIp6: return "addr_removed_ip6";
    case Event::kStoreIdentitySecret: return "store_identity_secret";
    case Event::kStoreIdentityPublic: return "store_identity_public";
    case Event::kStorePlanet: return "store_planet";
    case Event::kStorePeer: return "store_peer";
    case Event::kStoreNetwork: return "store_network";
    case Event::kStoreMoon: return "store_moon";
    case Event::kNetworkAuthenticationRequired: return "network_authentication_required";
    case Event::kTcpConnected: return "tcp_connected";
    case Event::kTcpAccepted: return "tcp_accepted";
    case Event::kTcpReadable: return "tcp_readable";
    case Event::kTcpWritable: return "tcp_writable";
    case Event::kTcpClosed: return "tcp_closed";
    case Event::kUdpReadable: return "udp_readable";
    case Event::kUdpError: return "udp_error";
    case Event::kPingReply: return "ping_reply";
    case Event::kControllerRequest: return "controller_request";
    case Event::kUserMessage: return "user_message";
    case Event::kRemoteTrace: return "remote_trace";
    case Event::kWarning: return "warning";
    case Event::kCaptureData: return "capture_data";
    case Event::kFramesReadable: return "frames_readable";
    case Event::kFramesWritable: return "frames_writable";
    case Event::kFramesClosed: return "frames_closed";
  }
  return "unknown";
}
inline constexpr int kEventCount = 383;

// Status of a joined network (vl2.md §3.3).
enum class NetworkStatus : uint8_t {
  kRequestingConfiguration = 0,
  kOk = 1,
  kAccessDenied = 2,
  kNotFound = 3,
  kPortError = 4,
  kClientTooOld = 5,
  kAuthenticationRequired = 6,
};
constexpr std::string_view ToString(NetworkStatus value) {
  switch (value) {
    case NetworkStatus::kRequestingConfiguration: return "requesting_configuration";
    case NetworkStatus::kOk: return "ok";
    case NetworkStatus::kAccessDenied: return "access_denied";
    case NetworkStatus::kNotFound: return "not_found";
    case NetworkStatus::kPortError: return "port_error";
    case NetworkStatus::kClientTooOld: return "client_too_old";
    case NetworkStatus::kAuthenticationRequired: return "authentication_required";
  }
  return "unknown";
}
inline constexpr int kNetworkStatusCount = 7;

// What rules say of a frame (vl2.md §13.3). Of a whole decision: drop is the base rules', no_match refuses too.
enum class RuleVerdict : uint8_t {
  kNoMatch = 0,
  kDrop = 1,
  kRedirect = 2,
  kAccept = 3,
  kSuperAccept = 4,
};
constexpr std::string_view ToString(RuleVerdict value) {
  switch (value) {
    case RuleVerdict::kNoMatch: return "no_match";
    case RuleVerdict::kDrop: return "drop";
    case RuleVerdict::kRedirect: return "redirect";
    case RuleVerdict::kAccept: return "accept";
    case RuleVerdict::kSuperAccept: return "super_accept";
  }
  return "unknown";
}
inline constexpr int kRuleVerdictCount = 5;

// What an evaluation did with one rule (reply of network_explain).
enum class RuleStep : uint8_t {
  kSkipped = 0,
  kUnmatched = 1,
  kMatched = 2,
  kPassedOver = 3,
  kExecuted = 4,
};
constexpr std::string_view ToString(RuleStep value) {
  switch (value) {
    case RuleStep::kSkipped: return "skipped";
    case RuleStep::kUnmatched: return "unmatched";
    case RuleStep::kMatched: return "matched";
    case RuleStep::kPassedOver: return "passed_over";
    case RuleStep::kExecuted: return "executed";
  }
  return "unknown";
}
inline constexpr int kRuleStepCount = 5;

// The kind of value that a match looked at (reply of network_explain).
enum class RuleField : uint8_t {
  kNone = 0,
  kAbsent = 1,
  kNumber = 2,
  kNode = 3,
  kMac = 4,
  kIp = 5,
  kTags = 6,
};
constexpr std::string_view ToString(RuleField value) {
  switch (value) {
    case RuleField::kNone: return "none";
    case RuleField::kAbsent: return "absent";
    case RuleField::kNumber: return "number";
    case RuleField::kNode: return "node";
    case RuleField::kMac: return "mac";
    case RuleField::kIp: return "ip";
    case RuleField::kTags: return "tags";
  }
  return "unknown";
}
inline constexpr int kRuleFieldCount = 7;

// Role of a peer (vl1.md §6.4).
enum class PeerRole : uint8_t {
  kLeaf = 0,
  kMoon = 1,
  kPlanet = 2,
};
constexpr std::string_view ToString(PeerRole value) {
  switch (value) {
    case PeerRole::kLeaf: return "leaf";
    case PeerRole::kMoon: return "moon";
    case PeerRole::kPlanet: return "planet";
  }
  return "unknown";
}
inline constexpr int kPeerRoleCount = 3;

// Why a node cannot go on (body of node_fatal_error).
enum class FatalReason : uint8_t {
  kIdentityCollision = 1,
  kInvalidIdentity = 2,
  kInvalidPlanet = 3,
};
constexpr std::string_view ToString(FatalReason value) {
  switch (value) {
    case FatalReason::kIdentityCollision: return "identity_collision";
    case FatalReason::kInvalidIdentity: return "invalid_identity";
    case FatalReason::kInvalidPlanet: return "invalid_planet";
  }
  return "unknown";
}
inline constexpr int kFatalReasonCount = 4;

// Something the application should know that does not stop the node (body of warning).
enum class Warning : uint8_t {
  kRootUnreachable = 1,
  kPlanetRejected = 2,
  kPlanetSignature = 3,
  kPeerCacheRejected = 4,
  kNetworkCacheRejected = 5,
  kOwnAddressSeen = 6,
  kAddressConflict = 7,
  kMoonRejected = 8,
  kClockJumped = 9,
  kTunnelFailed = 10,
  kMoonSignature = 11,
};
constexpr std::string_view ToString(Warning value) {
  switch (value) {
    case Warning::kRootUnreachable: return "root_unreachable";
    case Warning::kPlanetRejected: return "planet_rejected";
    case Warning::kPlanetSignature: return "planet_signature";
    case Warning::kPeerCacheRejected: return "peer_cache_rejected";
    case Warning::kNetworkCacheRejected: return "network_cache_rejected";
    case Warning::kOwnAddressSeen: return "own_address_seen";
    case Warning::kAddressConflict: return "address_conflict";
    case Warning::kMoonRejected: return "moon_rejected";
    case Warning::kClockJumped: return "clock_jumped";
    case Warning::kTunnelFailed: return "tunnel_failed";
    case Warning::kMoonSignature: return "moon_signature";
  }
  return "unknown";
}
inline constexpr int kWarningCount = 12;

// Outcome of a command. Everything but ok is the caller's mistake or a condition the caller must handle.
enum class Status : int32_t {
  kOk = 0,
  kInvalidArgument = 1,
  kNotFound = 2,
  kAlreadyExists = 3,
  kLimitReached = 4,
  kNotReady = 5,
  kAddressInUse = 6,
  kAddressNotAvailable = 7,
  kNetworkUnreachable = 8,
  kHostUnreachable = 9,
  kConnectionRefused = 10,
  kConnectionReset = 11,
  kConnectionAborted = 12,
  kTimedOut = 13,
  kWouldBlock = 14,
  kNotConnected = 15,
  kAlreadyConnected = 16,
  kClosed = 17,
  kMessageTooBig = 18,
  kAccessDenied = 19,
  kNotSupported = 20,
  kInvalidIdentity = 21,
  kInvalidPlanet = 22,
  kNetworkDown = 23,
  kBrokenPipe = 24,
};
constexpr std::string_view ToString(Status value) {
  switch (value) {
    case Status::kOk: return "ok";
    case Status::kInvalidArgument: return "invalid_argument";
    case Status::kNotFound: return "not_found";
    case Status::kAlreadyExists: return "already_exists";
    case Status::kLimitReached: return "limit_reached";
    case Status::kNotReady: return "not_ready";
    case Status::kAddressInUse: return "address_in_use";
    case Status::kAddressNotAvailable: return "address_not_available";
    case Status::kNetworkUnreachable: return "network_unreachable";
    case Status::kHostUnreachable: return "host_unreachable";
    case Status::kConnectionRefused: return "connection_refused";
    case Status::kConnectionReset: return "connection_reset";
    case Status::kConnectionAborted: return "connection_aborted";
    case Status::kTimedOut: return "timed_out";
    case Status::kWouldBlock: return "would_block";
    case Status::kNotConnected: return "not_connected";
    case Status::kAlreadyConnected: return "already_connected";
    case Status::kClosed: return "closed";
    case Status::kMessageTooBig: return "message_too_big";
    case Status::kAccessDenied: return "access_denied";
    case Status::kNotSupported: return "not_supported";
    case Status::kInvalidIdentity: return "invalid_identity";
    case Status::kInvalidPlanet: return "invalid_planet";
    case Status::kNetworkDown: return "network_down";
    case Status::kBrokenPipe: return "broken_pipe";
  }
  return "unknown";
}
inline constexpr int kStatusCount = 25;

// Operations of the host protocol (packages/core/HOST_PROTOCOL.md).
enum class Command : uint16_t {
  kNodeInfo = 1,
  kJoin = 2,
  kLeave = 3,
  kNetworkInfo = 4,
  kNetworks = 5,
  kPeers = 6,
  kSetLocalEndpoints = 7,
  kCounters = 8,
  kSendUserMessage = 9,
  kSnapshotPeers = 10,
  kStackCounters = 11,
  kDiagnose = 12,
  kNodeCounters = 13,
  kSetLocalSockets = 14,
  kOrbit = 15,
  kDeorbit = 16,
  kMoons = 17,
  kTcpConnect = 20,
  kTcpListen = 21,
  kTcpShutdown = 22,
  kTcpAbort = 23,
  kSocketClose = 24,
  kSocketSetOption = 25,
  kSocketInfo = 26,
  kSocketGetOption = 27,
  kTcpInfo = 28,
  kUdpBind = 30,
  kUdpConnect = 31,
  kGroupJoin = 32,
  kGroupLeave = 33,
  kPing = 40,
  kControllerEnable = 50,
  kControllerGrant = 51,
  kControllerReject = 52,
  kControllerRevoke = 53,
  kCaptureStart = 60,
  kCaptureStop = 61,
  kCaptureAck = 62,
  kFramesOpen = 70,
  kFramesClose = 71,
  kFramesGroups = 72,
  kFramesInfo = 73,
  kNetworkRuleHits = 80,
  kNetworkExplain = 81,
  kRulesExplain = 82,
};
constexpr std::string_view ToString(Command value) {
  switch (value) {
    case Command::kNodeInfo: return "node_info";
    case Command::kJoin: return "join";
    case Command::kLeave: return "leave";
    case Command::kNetworkInfo: return "network_info";
    case Command::kNetworks: return "networks";
    case Command::kPeers: return "peers";
    case Command::kSetLocalEndpoints: return "set_local_endpoints";
    case Command::kCounters: return "counters";
    case Command::kSendUserMessage: return "send_user_message";
    case Command::kSnapshotPeers: return "snapshot_peers";
    case Command::kStackCounters: return "stack_counters";
    case Command::kDiagnose: return "diagnose";
    case Command::kNodeCounters: return "node_counters";
    case Command::kSetLocalSockets: return "set_local_sockets";
    case Command::kOrbit: return "orbit";
    case Command::kDeorbit: return "deorbit";
    case Command::kMoons: return "moons";
    case Command::kTcpConnect: return "tcp_connect";
    case Command::kTcpListen: return "tcp_listen";
    case Command::kTcpShutdown: return "tcp_shutdown";
    case Command::kTcpAbort: return "tcp_abort";
    case Command::kSocketClose: return "socket_close";
    case Command::kSocketSetOption: return "socket_set_option";
    case Command::kSocketInfo: return "socket_info";
    case Command::kSocketGetOption: return "socket_get_option";
    case Command::kTcpInfo: return "tcp_info";
    case Command::kUdpBind: return "udp_bind";
    case Command::kUdpConnect: return "udp_connect";
    case Command::kGroupJoin: return "group_join";
    case Command::kGroupLeave: return "group_leave";
    case Command::kPing: return "ping";
    case Command::kControllerEnable: return "controller_enable";
    case Command::kControllerGrant: return "controller_grant";
    case Command::kControllerReject: return "controller_reject";
    case Command::kControllerRevoke: return "controller_revoke";
    case Command::kCaptureStart: return "capture_start";
    case Command::kCaptureStop: return "capture_stop";
    case Command::kCaptureAck: return "capture_ack";
    case Command::kFramesOpen: return "frames_open";
    case Command::kFramesClose: return "frames_close";
    case Command::kFramesGroups: return "frames_groups";
    case Command::kFramesInfo: return "frames_info";
    case Command::kNetworkRuleHits: return "network_rule_hits";
    case Command::kNetworkExplain: return "network_explain";
    case Command::kRulesExplain: return "rules_explain";
  }
  return "unknown";
}
inline constexpr int kCommandCount = 83;

// Options of socket_set_option and socket_get_option by their BSD names; units and ranges in HOST_PROTOCOL.md §7.
enum class SocketOption : uint8_t {
  kSoKeepalive = 1,
  kSoLinger = 2,
  kSoRcvbuf = 3,
  kSoSndbuf = 4,
  kSoBroadcast = 5,
  kIpTos = 10,
  kIpTtl = 11,
  kIpMtuDiscover = 12,
  kIpMulticastTtl = 13,
  kIpMulticastLoop = 14,
  kIpv6V6only = 20,
  kTcpNodelay = 30,
  kTcpMaxseg = 31,
  kTcpKeepidle = 32,
  kTcpKeepintvl = 33,
  kTcpKeepcnt = 34,
  kTcpUserTimeout = 35,
  kTcpCongestion = 36,
};
constexpr std::string_view ToString(SocketOption value) {
  switch (value) {
    case SocketOption::kSoKeepalive: return "so_keepalive";
    case SocketOption::kSoLinger: return "so_linger";
    case SocketOption::kSoRcvbuf: return "so_rcvbuf";
    case SocketOption::kSoSndbuf: return "so_sndbuf";
    case SocketOption::kSoBroadcast: return "so_broadcast";
    case SocketOption::kIpTos: return "ip_tos";
    case SocketOption::kIpTtl: return "ip_ttl";
    case SocketOption::kIpMtuDiscover: return "ip_mtu_discover";
    case SocketOption::kIpMulticastTtl: return "ip_multicast_ttl";
    case SocketOption::kIpMulticastLoop: return "ip_multicast_loop";
    case SocketOption::kIpv6V6only: return "ipv6_v6only";
    case SocketOption::kTcpNodelay: return "tcp_nodelay";
    case SocketOption::kTcpMaxseg: return "tcp_maxseg";
    case SocketOption::kTcpKeepidle: return "tcp_keepidle";
    case SocketOption::kTcpKeepintvl: return "tcp_keepintvl";
    case SocketOption::kTcpKeepcnt: return "tcp_keepcnt";
    case SocketOption::kTcpUserTimeout: return "tcp_user_timeout";
    case SocketOption::kTcpCongestion: return "tcp_congestion";
  }
  return "unknown";
}
inline constexpr int kSocketOptionCount = 37;

// Values of the option tcp_congestion.
enum class Congestion : uint8_t {
  kCubic = 0,
  kReno = 1,
};
constexpr std::string_view ToString(Congestion value) {
  switch (value) {
    case Congestion::kCubic: return "cubic";
    case Congestion::kReno: return "reno";
  }
  return "unknown";
}
inline constexpr int kCongestionCount = 2;

// Protocols that the stack counts (sdk-api.md §9). Numbers from 10 on are ours.
enum class StackProtocol : uint8_t {
  kLink = 0,
  kEtharp = 1,
  kIp4 = 2,
  kUdp = 3,
  kTcp = 4,
  kIcmp4 = 5,
  kIp4Frag = 6,
  kIp6 = 7,
  kIcmp6 = 8,
  kIp6Frag = 9,
  kNd6 = 10,
  kIgmp = 11,
  kMld6 = 12,
};
constexpr std::string_view ToString(StackProtocol value) {
  switch (value) {
    case StackProtocol::kLink: return "link";
    case StackProtocol::kEtharp: return "etharp";
    case StackProtocol::kIp4: return "ip4";
    case StackProtocol::kUdp: return "udp";
    case StackProtocol::kTcp: return "tcp";
    case StackProtocol::kIcmp4: return "icmp4";
    case StackProtocol::kIp4Frag: return "ip4_frag";
    case StackProtocol::kIp6: return "ip6";
    case StackProtocol::kIcmp6: return "icmp6";
    case StackProtocol::kIp6Frag: return "ip6_frag";
    case StackProtocol::kNd6: return "nd6";
    case StackProtocol::kIgmp: return "igmp";
    case StackProtocol::kMld6: return "mld6";
  }
  return "unknown";
}
inline constexpr int kStackProtocolCount = 13;

// Tags of the options a node is created with (HOST_PROTOCOL.md §2).
enum class CreateOption : uint16_t {
  kIdentitySecret = 1,
  kPlanet = 2,
  kAllowLoopbackPaths = 3,
  kBlacklist = 4,
  kCachedPeer = 5,
  kCachedNetwork = 6,
  kImpairment = 7,
  kRandomSeed = 8,
  kAes = 9,
  kPrimaryPort = 10,
  kPlatform = 11,
  kPhysicalNetwork = 12,
  kMoon = 13,
  kOrbit = 14,
  kEndpointHint = 15,
  kPeerBlacklist = 16,
  kLowBandwidth = 17,
  kRelayLimits = 18,
  kTcpRelay = 19,
  kMaxPeers = 20,
  kNetworkPermissions = 21,
};
constexpr std::string_view ToString(CreateOption value) {
  switch (value) {
    case CreateOption::kIdentitySecret: return "identity_secret";
    case CreateOption::kPlanet: return "planet";
    case CreateOption::kAllowLoopbackPaths: return "allow_loopback_paths";
    case CreateOption::kBlacklist: return "blacklist";
    case CreateOption::kCachedPeer: return "cached_peer";
    case CreateOption::kCachedNetwork: return "cached_network";
    case CreateOption::kImpairment: return "impairment";
    case CreateOption::kRandomSeed: return "random_seed";
    case CreateOption::kAes: return "aes";
    case CreateOption::kPrimaryPort: return "primary_port";
    case CreateOption::kPlatform: return "platform";
    case CreateOption::kPhysicalNetwork: return "physical_network";
    case CreateOption::kMoon: return "moon";
    case CreateOption::kOrbit: return "orbit";
    case CreateOption::kEndpointHint: return "endpoint_hint";
    case CreateOption::kPeerBlacklist: return "peer_blacklist";
    case CreateOption::kLowBandwidth: return "low_bandwidth";
    case CreateOption::kRelayLimits: return "relay_limits";
    case CreateOption::kTcpRelay: return "tcp_relay";
    case CreateOption::kMaxPeers: return "max_peers";
    case CreateOption::kNetworkPermissions: return "network_permissions";
  }
  return "unknown";
}
inline constexpr int kCreateOptionCount = 22;

// Whether the node can be reached (body of node_connectivity, reply of diagnose).
enum class Connectivity : uint8_t {
  kStarting = 0,
  kOnline = 1,
  kTunneled = 2,
  kOffline = 3,
};
constexpr std::string_view ToString(Connectivity value) {
  switch (value) {
    case Connectivity::kStarting: return "starting";
    case Connectivity::kOnline: return "online";
    case Connectivity::kTunneled: return "tunneled";
    case Connectivity::kOffline: return "offline";
  }
  return "unknown";
}
inline constexpr int kConnectivityCount = 4;

// Why a node is not online, most certain first (body of node_connectivity, reply of diagnose).
enum class OfflineReason : uint8_t {
  kIdentityCollision = 1,
  kNoRoots = 2,
  kNoLocalSocket = 3,
  kRootPathsRefused = 4,
  kClockAbsurd = 5,
  kVersionRefused = 6,
  kRootKeyMismatch = 7,
  kUdpBlocked = 8,
  kNoRootReachable = 9,
  kTcpRelayUnreachable = 10,
};
constexpr std::string_view ToString(OfflineReason value) {
  switch (value) {
    case OfflineReason::kIdentityCollision: return "identity_collision";
    case OfflineReason::kNoRoots: return "no_roots";
    case OfflineReason::kNoLocalSocket: return "no_local_socket";
    case OfflineReason::kRootPathsRefused: return "root_paths_refused";
    case OfflineReason::kClockAbsurd: return "clock_absurd";
    case OfflineReason::kVersionRefused: return "version_refused";
    case OfflineReason::kRootKeyMismatch: return "root_key_mismatch";
    case OfflineReason::kUdpBlocked: return "udp_blocked";
    case OfflineReason::kNoRootReachable: return "no_root_reachable";
    case OfflineReason::kTcpRelayUnreachable: return "tcp_relay_unreachable";
  }
  return "unknown";
}
inline constexpr int kOfflineReasonCount = 11;

// What a node did as a whole and as a root (reply of node_counters).
enum class NodeCounter : uint16_t {
  kDatagramsReceived = 0,
  kBytesReceived = 1,
  kDatagramsSent = 2,
  kBytesSent = 3,
  kPacketsRelayed = 10,
  kBytesRelayed = 11,
  kRelayLimited = 12,
  kIntroductions = 13,
  kHellosAnswered = 14,
  kWhoisAnswered = 15,
  kWhoisUnknown = 16,
  kWorldsSent = 17,
  kPeers = 30,
  kPaths = 31,
};
constexpr std::string_view ToString(NodeCounter value) {
  switch (value) {
    case NodeCounter::kDatagramsReceived: return "datagrams_received";
    case NodeCounter::kBytesReceived: return "bytes_received";
    case NodeCounter::kDatagramsSent: return "datagrams_sent";
    case NodeCounter::kBytesSent: return "bytes_sent";
    case NodeCounter::kPacketsRelayed: return "packets_relayed";
    case NodeCounter::kBytesRelayed: return "bytes_relayed";
    case NodeCounter::kRelayLimited: return "relay_limited";
    case NodeCounter::kIntroductions: return "introductions";
    case NodeCounter::kHellosAnswered: return "hellos_answered";
    case NodeCounter::kWhoisAnswered: return "whois_answered";
    case NodeCounter::kWhoisUnknown: return "whois_unknown";
    case NodeCounter::kWorldsSent: return "worlds_sent";
    case NodeCounter::kPeers: return "peers";
    case NodeCounter::kPaths: return "paths";
  }
  return "unknown";
}
inline constexpr int kNodeCounterCount = 32;

// When the TCP relay is used (value of the option tcp_relay, vl1.md §10.3).
enum class TcpRelayMode : uint8_t {
  kOff = 0,
  kAutomatic = 1,
  kForced = 2,
};
constexpr std::string_view ToString(TcpRelayMode value) {
  switch (value) {
    case TcpRelayMode::kOff: return "off";
    case TcpRelayMode::kAutomatic: return "automatic";
    case TcpRelayMode::kForced: return "forced";
  }
  return "unknown";
}
inline constexpr int kTcpRelayModeCount = 3;

// Why something from outside was dropped. Each has a counter (Command counters).
enum class DropReason : uint16_t {
  kTooShort = 0,
  kTooLong = 1,
  kOwnSource = 2,
  kNotForUs = 3,
  kHopLimit = 4,
  kMalformed = 5,
  kAuthentication = 6,
  kUnknownSuite = 7,
  kUntrustedPath = 8,
  kDecompression = 9,
  kRateLimited = 10,
  kUnexpectedReply = 11,
  kUnsupportedVersion = 12,
  kIdentityInvalid = 13,
  kIdentityCollision = 14,
  kNotARoot = 15,
  kPathRefused = 16,
  kQueueFull = 17,
  kQueueTimeout = 18,
  kNoRoute = 19,
  kReassemblyTimeout = 20,
  kUnknownNetwork = 21,
  kNotAMember = 22,
  kFilter = 23,
  kBadSignature = 24,
  kBadCredential = 25,
  kBadSourceMac = 26,
  kNoBridge = 27,
  kMulticastDisabled = 28,
  kFrameTooBig = 29,
  kTransmitFull = 30,
  kBadChecksum = 31,
  kBadIpHeader = 32,
  kBadEthertype = 33,
  kNoSocket = 34,
  kNoNeighbor = 35,
  kFragmentTimeout = 36,
  kReceiveBufferFull = 37,
  kBacklogFull = 38,
  kBadSequence = 39,
  kImpairment = 40,
  kStaleConfig = 41,
  kBadSynCookie = 42,
};
constexpr std::string_view ToString(DropReason value) {
  switch (value) {
    case DropReason::kTooShort: return "too_short";
    case DropReason::kTooLong: return "too_long";
    case DropReason::kOwnSource: return "own_source";
    case DropReason::kNotForUs: return "not_for_us";
    case DropReason::kHopLimit: return "hop_limit";
    case DropReason::kMalformed: return "malformed";
    case DropReason::kAuthentication: return "authentication";
    case DropReason::kUnknownSuite: return "unknown_suite";
    case DropReason::kUntrustedPath: return "untrusted_path";
    case DropReason::kDecompression: return "decompression";
    case DropReason::kRateLimited: return "rate_limited";
    case DropReason::kUnexpectedReply: return "unexpected_reply";
    case DropReason::kUnsupportedVersion: return "unsupported_version";
    case DropReason::kIdentityInvalid: return "identity_invalid";
    case DropReason::kIdentityCollision: return "identity_collision";
    case DropReason::kNotARoot: return "not_a_root";
    case DropReason::kPathRefused: return "path_refused";
    case DropReason::kQueueFull: return "queue_full";
    case DropReason::kQueueTimeout: return "queue_timeout";
    case DropReason::kNoRoute: return "no_route";
    case DropReason::kReassemblyTimeout: return "reassembly_timeout";
    case DropReason::kUnknownNetwork: return "unknown_network";
    case DropReason::kNotAMember: return "not_a_member";
    case DropReason::kFilter: return "filter";
    case DropReason::kBadSignature: return "bad_signature";
    case DropReason::kBadCredential: return "bad_credential";
    case DropReason::kBadSourceMac: return "bad_source_mac";
    case DropReason::kNoBridge: return "no_bridge";
    case DropReason::kMulticastDisabled: return "multicast_disabled";
    case DropReason::kFrameTooBig: return "frame_too_big";
    case DropReason::kTransmitFull: return "transmit_full";
    case DropReason::kBadChecksum: return "bad_checksum";
    case DropReason::kBadIpHeader: return "bad_ip_header";
    case DropReason::kBadEthertype: return "bad_ethertype";
    case DropReason::kNoSocket: return "no_socket";
    case DropReason::kNoNeighbor: return "no_neighbor";
    case DropReason::kFragmentTimeout: return "fragment_timeout";
    case DropReason::kReceiveBufferFull: return "receive_buffer_full";
    case DropReason::kBacklogFull: return "backlog_full";
    case DropReason::kBadSequence: return "bad_sequence";
    case DropReason::kImpairment: return "impairment";
    case DropReason::kStaleConfig: return "stale_config";
    case DropReason::kBadSynCookie: return "bad_syn_cookie";
  }
  return "unknown";
}
inline constexpr int kDropReasonCount = 43;

}  // namespace zt
