#include "vl2/adhoc.h"

#include "wire/derived_address.h"

namespace zt::vl2 {
namespace {

constexpr uint64_t kTcpSyn = 0x02, kTcpAck = 0x10;

NetworkConfig Common(NetworkId network, NodeAddress self, WallTime now) {
  NetworkConfig config;
  config.network = network;
  config.timestamp = now.ms;
  config.credential_time_max_delta = 7'200'000;
  config.revision = 1;
  config.issued_to = self;
  config.flags = NetworkConfig::kNdpEmulation;
  config.is_public = true;
  return config;
}

Rule Action(RuleType type) {
  Rule rule;
  rule.type = type;
  return rule;
}

Rule Number(RuleType type, uint32_t number, bool negated = false, bool alternative = false) {
  Rule rule = Action(type);
  rule.number = number;
  rule.negated = negated;
  rule.alternative = alternative;
  return rule;
}

Rule Characteristics(uint64_t mask, bool negated = false) {
  Rule rule = Action(RuleType::kCharacteristics);
  rule.characteristics = mask;
  rule.negated = negated;
  return rule;
}

std::vector<Rule> PortRangeRules(uint16_t start, uint16_t end) {
  Rule ports = Action(RuleType::kDestinationPortRange);
  ports.low = start;
  ports.high = end;
  return {
      Number(RuleType::kEtherType, 0x86dd, true),
      Action(RuleType::kActionDrop),
      Number(RuleType::kIpProtocol, 58),
      Action(RuleType::kActionAccept),
      Number(RuleType::kIpProtocol, 17),
      Number(RuleType::kIpProtocol, 6, false, true),
      ports,
      Action(RuleType::kActionAccept),
      Characteristics(kTcpSyn, true),
      Action(RuleType::kActionAccept),
      Characteristics(kTcpSyn),
      Characteristics(kTcpAck),
      Action(RuleType::kActionAccept),
      Action(RuleType::kActionDrop),
  };
}

std::string Hex4(uint16_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kDigits[value >> shift & 15]);
  return out;
}

}  // namespace

AdHoc MakeAdHocConfig(NetworkId network, NodeAddress self, WallTime now) {
  const uint64_t id = network.value;
  if (!network.IsAdHoc()) return {};
  if ((id & 0xffffff) == 0) {  // type A: ff SSSS EEEE 000000
    const auto start = static_cast<uint16_t>(id >> 40), end = static_cast<uint16_t>(id >> 24);
    if (end < start) return {AdHocOutcome::kNotFound, std::nullopt};
    NetworkConfig config = Common(network, self, now);
    config.name = "adhoc-" + Hex4(start) + "-" + Hex4(end);
    config.addresses.push_back(DeriveSixPlane(self, network));
    config.rules = PortRangeRules(start, end);
    return {AdHocOutcome::kConfigured, std::move(config)};
  }
  if ((id & 0xff) == 1) {  // type B: ff AA hhhhhhhhhh 01
    const auto first = static_cast<uint32_t>(id >> 48 & 0xff);
    NetworkConfig config = Common(network, self, now);
    config.name = "adhoc-" + std::to_string(first) + ".0.0.0";
    config.multicast_limit = 1'024;
    config.addresses.push_back(DeriveSixPlane(self, network));
    const auto host = static_cast<uint32_t>(self.value & 0xffffff);
    config.addresses.push_back({IpAddress::V4(first << 24 | host), 8});
    const uint64_t hub = id >> 8 & 0xffffffffffULL;
    if (hub != 0) config.specialists.push_back({hub});
    config.rules.push_back(Action(RuleType::kActionAccept));
    return {AdHocOutcome::kConfigured, std::move(config)};
  }
  return {};
}

}  // namespace zt::vl2
