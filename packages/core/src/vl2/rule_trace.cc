#include "vl2/rule_trace.h"

#include "vl2/frame_fields.h"

namespace zt::vl2 {
namespace {

ObservedField Number(uint64_t value) { return {.kind = RuleField::kNumber, .number = value}; }
ObservedField Absent() { return {.kind = RuleField::kAbsent}; }

template <typename T>
ObservedField NumberOrAbsent(const std::optional<T>& value) {
  return value ? Number(*value) : Absent();
}

ObservedField AddressAt(const Frame& frame, bool v6, size_t at) {
  if (!(v6 ? IsIpv6(frame) : IsIpv4(frame))) return Absent();
  const uint8_t* bytes = frame.head.data() + at;
  return {.kind = RuleField::kIp, .ip = v6 ? IpAddress::FromV6Bytes(bytes) : IpAddress::FromV4Bytes(bytes)};
}

ObservedField PortOf(const Frame& frame, bool source) {
  const std::optional<UpperLayer> upper = FindUpperLayer(frame);
  const std::optional<Ports> ports = upper ? FindPorts(frame, *upper) : std::nullopt;
  return ports ? Number(source ? ports->source : ports->destination) : Absent();
}

ObservedField TagsOf(const RuleContext& context, uint32_t id) {
  ObservedField out{.kind = RuleField::kTags};
  if (const Tag* local = context.config.FindTag(id)) out.local_tag = local->value;
  if (const Tag* remote = RemoteTag(context, id)) out.remote_tag = remote->value;
  return out;
}

class Tracer {
 public:
  Tracer(const RuleContext& context, const Frame& frame, std::vector<RuleListTrace>& lists)
      : context_(context), frame_(frame), lists_(lists) {}
  void OnBaseRules(const std::vector<Rule>&) { lists_.emplace_back(); }
  void OnCapability(const Capability& capability, bool) { lists_.emplace_back().capability = capability.id; }
  void OnEnd(const Evaluation& evaluation) { lists_.back().evaluation = evaluation; }
  void OnSkipped(size_t, const Rule& rule) { Add({.rule = rule, .step = RuleStep::kSkipped}); }
  void OnMatch(size_t, const Rule& rule, bool result, bool group) {
    const RuleStep step = result ? RuleStep::kMatched : RuleStep::kUnmatched;
    Add({.rule = rule, .step = step, .group = group, .field = ObserveField(context_, rule, frame_)});
  }
  void OnPassedOver(size_t, const Rule& rule) { Add({.rule = rule, .step = RuleStep::kPassedOver}); }
  void OnExecuted(size_t, const Rule& rule) { Add({.rule = rule, .step = RuleStep::kExecuted, .group = true}); }

 private:
  void Add(const RuleTraceStep& step) { lists_.back().steps.push_back(step); }

  const RuleContext& context_;
  const Frame& frame_;
  std::vector<RuleListTrace>& lists_;
};

}  // namespace

ObservedField ObserveField(const RuleContext& context, const Rule& rule, const Frame& frame) {
  switch (rule.type) {
    case RuleType::kSourceAddress: return {.kind = RuleField::kNode, .number = context.source.value};
    case RuleType::kDestinationAddress: return {.kind = RuleField::kNode, .number = context.destination.value};
    case RuleType::kVlanId:
    case RuleType::kVlanPcp:
    case RuleType::kVlanDei: return Number(0);
    case RuleType::kMacSource: return {.kind = RuleField::kMac, .number = frame.source.value};
    case RuleType::kMacDestination: return {.kind = RuleField::kMac, .number = frame.destination.value};
    case RuleType::kIpv4Source: return AddressAt(frame, false, 12);
    case RuleType::kIpv4Destination: return AddressAt(frame, false, 16);
    case RuleType::kIpv6Source: return AddressAt(frame, true, 8);
    case RuleType::kIpv6Destination: return AddressAt(frame, true, 24);
    case RuleType::kIpTos: return NumberOrAbsent(FindTos(frame));
    case RuleType::kIpProtocol: {
      const std::optional<UpperLayer> upper = FindUpperLayer(frame);
      return upper ? Number(upper->protocol) : Absent();
    }
    case RuleType::kEtherType: return Number(frame.ether_type);
    case RuleType::kIcmp: {
      const std::optional<Icmp> icmp = FindIcmp(frame);
      return icmp ? Number(uint64_t{icmp->type} << 8 | icmp->code) : Absent();
    }
    case RuleType::kSourcePortRange: return PortOf(frame, true);
    case RuleType::kDestinationPortRange: return PortOf(frame, false);
    case RuleType::kCharacteristics: return Number(Characteristics(context, frame));
    case RuleType::kFrameSizeRange: return Number(frame.length);
    case RuleType::kTagsDifference:
    case RuleType::kTagsBitwiseAnd:
    case RuleType::kTagsBitwiseOr:
    case RuleType::kTagsBitwiseXor:
    case RuleType::kTagsEqual:
    case RuleType::kTagSender:
    case RuleType::kTagReceiver: return TagsOf(context, rule.tag_id);
    case RuleType::kIntegerRange: return Number(ReadInteger(frame, rule.index, rule.format));
    default: return {};  // RANDOM, and types we do not know
  }
}

Explanation Explain(const RuleContext& context, const Frame& frame) {
  Explanation out;
  Tracer tracer(context, frame, out.lists);
  out.decision = DecideWatched(context, frame, tracer);
  return out;
}

}  // namespace zt::vl2
