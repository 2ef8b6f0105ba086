#include "vl2/rule_match.h"

#include <algorithm>

#include "vl2/frame_fields.h"
#include "wire/derived_address.h"

namespace zt::vl2 {
namespace {

Match Plain(bool value) { return value ? Match::kTrue : Match::kFalse; }

Match MatchIpv4(const Rule& rule, const Frame& frame, size_t at) {
  if (!IsIpv4(frame) || frame.head.size() < 20) return Match::kNo;
  IpPrefix prefix = rule.prefix;
  prefix.bits = std::min<uint8_t>(prefix.bits, 32);  // vl2.md §13.4 Do
  return Plain(prefix.Contains(IpAddress::FromV4Bytes(frame.head.data() + at)));
}

// The rule's address is compared unmasked: host bits set in it never match (vl2.md §13.4).
Match MatchIpv6(const Rule& rule, const Frame& frame, size_t at) {
  if (!IsIpv6(frame) || frame.head.size() < 40) return Match::kNo;
  unsigned bits = std::min<unsigned>(rule.prefix.bits, 128);
  for (size_t i = 0; i < 16; ++i) {
    const unsigned here = std::min(bits, 8u);
    bits -= here;
    const auto mask = static_cast<uint8_t>(0xff00u >> here);
    if ((frame.head[at + i] & mask) != rule.prefix.address.bytes[i]) return Match::kFalse;
  }
  return Match::kTrue;
}

Match MatchTos(const Rule& rule, const Frame& frame) {
  const std::optional<uint8_t> tos = FindTos(frame);
  if (!tos) return Match::kNo;
  const unsigned value = *tos & rule.tos_mask;
  return Plain(value >= rule.low && value <= rule.high);
}

Match MatchIcmp(const Rule& rule, const Frame& frame) {
  const std::optional<Icmp> icmp = FindIcmp(frame);
  if (!icmp || icmp->type != rule.icmp_type) return Match::kNo;
  if ((rule.icmp_flags & 1) == 0) return Match::kYes;
  return Plain(icmp->code == rule.icmp_code);
}

Match MatchPort(const Rule& rule, const Frame& frame, bool source) {
  const std::optional<UpperLayer> upper = FindUpperLayer(frame);
  if (!upper) return Match::kNo;
  const std::optional<Ports> ports = FindPorts(frame, *upper);
  if (!ports) return Match::kFalse;
  const uint16_t port = source ? ports->source : ports->destination;
  if (port == 0 && IsIpv6(frame)) return Match::kFalse;  // counts as "no port"
  return Plain(port >= rule.low && port <= rule.high);
}

bool OwnedByUs(const RuleContext& context, const auto& thing) {
  const auto& ownerships = context.config.ownerships;
  return std::any_of(ownerships.begin(), ownerships.end(), [&](const auto& coo) { return coo.Owns(thing); });
}

// With NDP emulation on, an address under the same computed prefix as mine counts as the sender's; the node address
// inside it is not compared (vl2.md §13.5).
bool SharesComputedPrefix(const RuleContext& context, const IpAddress& ip) {
  if (!ip.IsV6() || !context.config.NdpEmulationEnabled()) return false;
  const IpAddress plane = DeriveSixPlane(context.self, context.config.network).address;
  const IpAddress rfc4193 = DeriveRfc4193(context.self, context.config.network).address;
  return std::any_of(context.config.addresses.begin(), context.config.addresses.end(), [&](const IpPrefix& mine) {
    const size_t shared = mine.address == plane ? 5 : mine.address == rfc4193 ? 11 : 0;
    return shared != 0 && std::equal(ip.bytes.begin(), ip.bytes.begin() + shared, mine.address.bytes.begin());
  });
}

bool SenderIpAuthenticated(const RuleContext& context, const Frame& frame) {
  const SenderIp sender = FindSenderIp(frame);
  if (sender.solicitation) return true;
  if (!sender.ip) return false;
  if (!context.inbound) return OwnedByUs(context, *sender.ip);
  if (context.remote != nullptr && context.remote->ValidlyOwns(*sender.ip, context.config)) return true;
  return SharesComputedPrefix(context, *sender.ip);
}

bool SenderMacAuthenticated(const RuleContext& context, const Frame& frame) {
  if (!context.inbound) return OwnedByUs(context, frame.source);
  return context.remote != nullptr && context.remote->ValidlyOwns(frame.source, context.config);
}

Match MatchTags(const RuleContext& context, const Rule& rule, MatchState& state) {
  const Tag* local = context.config.FindTag(rule.tag_id);
  if (local == nullptr) return Match::kNo;
  const Tag* remote = RemoteTag(context, rule.tag_id);
  if (remote == nullptr) {
    if (context.inbound && !state.super_accept) return Match::kNo;
    state.skip_drop = true;
    return Match::kYes;
  }
  const uint32_t l = local->value, r = remote->value, v = rule.tag_value;
  switch (rule.type) {
    case RuleType::kTagsDifference: return Plain((l > r ? l - r : r - l) <= v);
    case RuleType::kTagsBitwiseAnd: return Plain((l & r) == v);
    case RuleType::kTagsBitwiseOr: return Plain((l | r) == v);
    case RuleType::kTagsBitwiseXor: return Plain((l ^ r) == v);
    default: return Plain(l == v && r == v);
  }
}

Match MatchTagOf(const RuleContext& context, const Rule& rule, MatchState& state) {
  if (state.super_accept) {
    state.skip_drop = true;
    return Match::kYes;
  }
  const bool sender = rule.type == RuleType::kTagSender;
  if (sender != context.inbound) {  // the named party is me
    const Tag* local = context.config.FindTag(rule.tag_id);
    return local == nullptr ? Match::kNo : Plain(local->value == rule.tag_value);
  }
  if (const Tag* remote = RemoteTag(context, rule.tag_id)) return Plain(remote->value == rule.tag_value);
  if (sender) return Match::kNo;
  state.skip_drop = true;
  return Match::kYes;
}

Match MatchIntegerRange(const Rule& rule, const Frame& frame) {
  const uint64_t number = ReadInteger(frame, rule.index, rule.format);
  return Plain(number >= rule.low && number <= rule.high);
}

Match MatchProtocol(const Rule& rule, const Frame& frame) {
  const std::optional<UpperLayer> upper = FindUpperLayer(frame);
  return upper ? Plain(upper->protocol == rule.number) : Match::kNo;
}

}  // namespace

uint64_t Characteristics(const RuleContext& context, const Frame& frame) {
  uint64_t bits = TcpFlags(frame);
  if (context.inbound) bits |= 1ULL << 63;
  if (frame.destination.IsMulticast()) bits |= 1ULL << 62;
  if (frame.destination.IsBroadcast()) bits |= 1ULL << 61;
  if (SenderIpAuthenticated(context, frame)) bits |= 1ULL << 60;
  if (SenderMacAuthenticated(context, frame)) bits |= 1ULL << 59;
  return bits;
}

const Tag* RemoteTag(const RuleContext& context, uint32_t id) {
  return context.remote == nullptr ? nullptr : context.remote->ValidTag(id, context.config);
}

Match MatchRule(const RuleContext& context, const Rule& rule, const Frame& frame, MatchState& state) {
  switch (rule.type) {
    case RuleType::kSourceAddress: return Plain(rule.address == context.source);
    case RuleType::kDestinationAddress: return Plain(rule.address == context.destination);
    case RuleType::kVlanId:  // frames here carry no VLAN tag: id, priority and DEI are 0
    case RuleType::kVlanPcp:
    case RuleType::kVlanDei: return Plain(rule.number == 0);
    case RuleType::kMacSource: return Plain(rule.mac == frame.source);
    case RuleType::kMacDestination: return Plain(rule.mac == frame.destination);
    case RuleType::kIpv4Source: return MatchIpv4(rule, frame, 12);
    case RuleType::kIpv4Destination: return MatchIpv4(rule, frame, 16);
    case RuleType::kIpv6Source: return MatchIpv6(rule, frame, 8);
    case RuleType::kIpv6Destination: return MatchIpv6(rule, frame, 24);
    case RuleType::kIpTos: return MatchTos(rule, frame);
    case RuleType::kIpProtocol: return MatchProtocol(rule, frame);
    case RuleType::kEtherType: return Plain(rule.number == frame.ether_type);
    case RuleType::kIcmp: return MatchIcmp(rule, frame);
    case RuleType::kSourcePortRange: return MatchPort(rule, frame, true);
    case RuleType::kDestinationPortRange: return MatchPort(rule, frame, false);
    case RuleType::kCharacteristics: return Plain((Characteristics(context, frame) & rule.characteristics) != 0);
    case RuleType::kFrameSizeRange: return Plain(frame.length >= rule.low && frame.length <= rule.high);
    case RuleType::kRandom: return Plain(context.random.U32() <= rule.number);
    case RuleType::kTagsDifference:
    case RuleType::kTagsBitwiseAnd:
    case RuleType::kTagsBitwiseOr:
    case RuleType::kTagsBitwiseXor:
    case RuleType::kTagsEqual: return MatchTags(context, rule, state);
    case RuleType::kTagSender:
    case RuleType::kTagReceiver: return MatchTagOf(context, rule, state);
    case RuleType::kIntegerRange: return MatchIntegerRange(rule, frame);
    default: return Plain((context.config.flags & NetworkConfig::kUnsupportedMatches) != 0);
  }
}

}  // namespace zt::vl2
