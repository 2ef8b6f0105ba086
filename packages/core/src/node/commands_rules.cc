// Commands about the rules of networks: what they did, and why (HOST_PROTOCOL.md §13).
#include <algorithm>

#include "node/commands.h"
#include "vl2/rule_trace.h"
#include "wire/derived_address.h"

namespace zt::node {

namespace {

// The most capabilities, tags and things of one party that a question may name: what a configuration may hold.
constexpr size_t kMaxOwnedThings = limits::kMaxOwnerships * limits::kMaxOwnedThings;

void EncodeRule(HostWriter& out, const Rule& rule) {
  ByteArray<Rule::kMaxSerializedSize> bytes;
  ByteWriter writer(bytes);
  rule.SerializeTo(writer);
  out.Blob16(writer.written());
}

void EncodeHits(HostWriter& out, const std::vector<Rule>& rules, const uint64_t* hits) {
  out.Count(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) {
    EncodeRule(out, rules[i]);
    out.U64(hits[i]);
  }
}

Status RuleHits(CommandContext& c, HostReader& in, HostWriter& out) {
  const NetworkId id{in.U64()};
  if (!in.AtEnd()) return Status::kInvalidArgument;
  const auto info = c.node.vl2().Info(id);
  if (!info.has_value()) return Status::kNotFound;
  if (info->config == nullptr) return Status::kNotReady;
  const vl2::RuleHits& hits = *c.node.vl2().Hits(id);
  for (const auto& direction : hits.verdicts) {
    for (const uint64_t count : direction) out.U64(count);
  }
  const uint64_t* at = hits.rules.data();
  EncodeHits(out, info->config->rules, at);
  at += info->config->rules.size();
  out.Count(info->config->capabilities.size());
  for (const Capability& capability : info->config->capabilities) {
    out.U32(capability.id);
    EncodeHits(out, capability.rules, at);
    at += capability.rules.size();
  }
  return Status::kOk;
}

void EncodeField(HostWriter& out, const vl2::ObservedField& field) {
  out.U8(static_cast<uint8_t>(field.kind));
  switch (field.kind) {
    case RuleField::kNone:
    case RuleField::kAbsent: break;
    case RuleField::kNumber: out.U64(field.number); break;
    case RuleField::kNode: out.Address({field.number}); break;
    case RuleField::kMac: out.MacAddress({field.number}); break;
    case RuleField::kIp: out.Ip(field.ip); break;
    case RuleField::kTags:
      for (const std::optional<uint32_t>& tag : {field.local_tag, field.remote_tag}) {
        out.Bool(tag.has_value());
        out.U32(tag.value_or(0));
      }
      break;
  }
}

void EncodeCopy(HostWriter& out, const vl2::Evaluation& evaluation) {
  out.Address(evaluation.copy_to);
  out.U32(static_cast<uint32_t>(evaluation.copy_length));
  out.Bool(evaluation.copy_is_watch);
}

void EncodeList(HostWriter& out, const vl2::RuleListTrace& list) {
  out.Bool(list.capability.has_value());
  out.U32(list.capability.value_or(0));
  out.U8(static_cast<uint8_t>(list.evaluation.verdict));
  out.U16(static_cast<uint16_t>(list.evaluation.rule));  // 65535: the list's end
  out.Count(list.steps.size());
  for (const vl2::RuleTraceStep& step : list.steps) {
    EncodeRule(out, step.rule);
    out.U8(static_cast<uint8_t>(step.step));
    out.Bool(step.group);
    EncodeField(out, step.field);
  }
}

void EncodeExplanation(HostWriter& out, const vl2::Explanation& explanation) {
  const vl2::Decision& decision = explanation.decision;
  out.U8(static_cast<uint8_t>(decision.verdict));
  out.Address(decision.destination);
  const bool accepted = decision.Accepted();  // copies of refused frames are never sent (vl2.md §13.7)
  EncodeCopy(out, accepted ? decision.granted : vl2::Evaluation{});
  EncodeCopy(out, accepted ? decision.base : vl2::Evaluation{});
  out.Count(explanation.lists.size());
  for (const vl2::RuleListTrace& list : explanation.lists) EncodeList(out, list);
}

// An Ethernet frame: addresses, type, payload.
Status ReadFrame(HostReader& in, vl2::Frame& frame, ByteSpan& payload) {
  frame.destination = in.MacAddress();
  frame.source = in.MacAddress();
  frame.ether_type = in.U16();
  payload = in.Blob32();
  if (!in.AtEnd()) return Status::kInvalidArgument;
  if (payload.size() > limits::kMaxFramePayload) return Status::kMessageTooBig;
  frame.length = payload.size();
  frame.head = payload;
  frame.pieces = {&payload, 1};
  return Status::kOk;
}

// The other party where the caller named none: whom the MAC stands for. 0: nobody known.
NodeAddress PartyOf(NodeAddress named, Mac mac, NetworkId network) {
  if (named.value != 0 || mac.IsMulticast() || !IsInNetworkMac(mac, network)) return named;
  return DeriveAddress(mac, network);
}

Status Explain(CommandContext& c, HostReader& in, HostWriter& out) {
  const NetworkId id{in.U64()};
  const bool inbound = in.Bool();
  const NodeAddress named = in.Address();
  vl2::Frame frame;
  ByteSpan payload;
  if (const Status status = ReadFrame(in, frame, payload); status != Status::kOk) return status;
  const auto info = c.node.vl2().Info(id);
  if (!info.has_value()) return Status::kNotFound;
  if (info->config == nullptr) return Status::kNotReady;
  const NodeAddress peer = PartyOf(named, inbound ? frame.source : frame.destination, id);
  if (inbound && peer.value == 0) return Status::kInvalidArgument;  // somebody sent it
  EncodeExplanation(out, *c.node.vl2().ExplainRules(id, inbound, peer, frame));
  return Status::kOk;
}

// Facts about one party for a question about rules that are not in force anywhere.
struct Party {
  std::vector<Tag> tags;
  CertificateOfOwnership owned;
};

bool ReadParty(HostReader& in, Party& party) {
  const size_t tags = in.U16();
  if (tags > limits::kMaxTags) return false;
  for (size_t i = 0; i < tags && in.ok(); ++i) {
    Tag& tag = party.tags.emplace_back();
    tag.id = in.U32();
    tag.value = in.U32();
  }
  const size_t things = in.U16();
  if (things > kMaxOwnedThings) return false;
  for (size_t i = 0; i < things && in.ok(); ++i) {
    const bool is_mac = in.Bool();
    party.owned.things.push_back(is_mac ? OwnedThing::Of(in.MacAddress()) : OwnedThing::Of(in.Ip()));
  }
  return in.ok();
}

// What RANDOM rules draw when the caller says it.
class GivenDraw final : public RandomSource {
 public:
  void Fill(MutableBytes out) override {
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(value >> (8 * (i % 4)));
  }
  uint32_t value = 0;
};

struct Question {
  NetworkConfig config;    // of timestamp 0, as all credentials here: they are valid
  vl2::Membership remote;
  NodeAddress self;
  std::vector<Capability> capabilities;
};

bool ReadRules(HostReader& in, Question& q) {
  auto rules = ParseRules(in.Blob32(), limits::kMaxRules + 1);
  if (!in.ok() || !rules || rules->size() > limits::kMaxRules) return false;
  q.config.rules = std::move(*rules);
  const size_t capabilities = in.U16();
  if (capabilities > limits::kMaxCapabilities) return false;
  for (size_t i = 0; i < capabilities && in.ok(); ++i) {
    Capability capability;
    capability.id = in.U32();
    if (!capability.SetRules(in.Blob32())) return false;
    q.capabilities.push_back(std::move(capability));
  }
  return in.ok();
}

bool ReadQuestion(HostReader& in, Question& q) {
  q.config.network = {in.U64()};
  q.self = in.Address();
  q.config.flags = in.U64();
  const size_t addresses = in.U16();
  if (addresses > limits::kMaxAddresses) return false;
  for (size_t i = 0; i < addresses && in.ok(); ++i) q.config.addresses.push_back(in.Prefix());
  Party own, other;
  if (!ReadParty(in, own) || !ReadParty(in, other) || !ReadRules(in, q)) return false;
  q.config.tags = std::move(own.tags);
  std::sort(q.config.tags.begin(), q.config.tags.end(), [](const Tag& a, const Tag& b) { return a.id < b.id; });
  q.config.ownerships.push_back(std::move(own.owned));
  for (const Tag& tag : other.tags) q.remote.tags[tag.id] = tag;
  q.remote.ownerships[0] = std::move(other.owned);
  std::sort(q.capabilities.begin(), q.capabilities.end(),
            [](const Capability& a, const Capability& b) { return a.id < b.id; });
  return true;
}

Status ExplainGiven(CommandContext&, HostReader& in, HostWriter& out) {
  const bool inbound = in.Bool();
  const NodeAddress named = in.Address();
  GivenDraw random;
  random.value = in.U32();
  Question q;
  if (!ReadQuestion(in, q)) return Status::kInvalidArgument;
  vl2::Frame frame;
  ByteSpan payload;
  if (const Status status = ReadFrame(in, frame, payload); status != Status::kOk) return status;
  const NodeAddress peer = PartyOf(named, inbound ? frame.source : frame.destination, q.config.network);
  if (inbound && peer.value == 0) return Status::kInvalidArgument;
  if (inbound) {
    for (Capability& capability : q.capabilities) q.remote.capabilities[capability.id] = std::move(capability);
  } else {
    q.config.capabilities = std::move(q.capabilities);
  }
  const vl2::Membership* remote = peer.value == 0 ? nullptr : &q.remote;
  const NodeAddress source = inbound ? peer : q.self, destination = inbound ? q.self : peer;
  EncodeExplanation(out, vl2::Explain({q.config, remote, q.self, source, destination, inbound, random}, frame));
  return Status::kOk;
}

constexpr CommandEntry kTable[] = {
    {Command::kNetworkRuleHits, RuleHits},
    {Command::kNetworkExplain, Explain},
    {Command::kRulesExplain, ExplainGiven},
};

}  // namespace

std::span<const CommandEntry> RuleCommands() { return kTable; }

}  // namespace zt::node
