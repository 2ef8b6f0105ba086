// A member of a public and of a private network, and controller of a third, against hostile messages of the controller,
// of a member whose certificate is good and of a stranger: a sequence of operation u8, source u8, length u16 and data.
// Operations below 32 are verbs with the data as payload; the others are what mutation cannot make: objects signed by
// the controller, frames of our own port, our controller's decisions. Nothing may crash, and a timer that has fired
// must move on (vl2.md §19).
#include <algorithm>
#include <optional>

#include "base/byte_reader.h"
#include "base/check.h"
#include "vl2/config_issuer.h"
#include "vl2/test_secrets.h"
#include "vl2/vl2.h"
#include "wire/config_chunk.h"
#include "wire/verb/network_credentials.h"

namespace {

using namespace zt;

constexpr NetworkId kPublic{0xfc7120dae1000001}, kPrivate{0xfc7120dae1000002}, kOurs{0x3610b6a610000003};
constexpr int64_t kTime = 1'795'351'724'966;

enum Operation : uint8_t {
  kChunk = 32,
  kTag,
  kRevocation,
  kOwnership,
  kCapability,
  kCom,
  kGrant,
  kFrame,
  kGroups,
  kHide,
  kReveal,
  kRevoke,
  kAdHoc,
  kEnd
};

class Random final : public RandomSource {
 public:
  void Fill(MutableBytes out) override {
    for (uint8_t& b : out) b = static_cast<uint8_t>(state_ = state_ * 5 + 3);
  }

 private:
  uint32_t state_ = 1;
};

struct Cast {
  SecretIdentity self = *SecretIdentity::ParseText(vl2::testing::kAliceSecret);
  SecretIdentity controller = *SecretIdentity::ParseText(vl2::testing::kControllerSecret);
  SecretIdentity member = *SecretIdentity::ParseText(vl2::testing::kBobSecret);
  SecretIdentity stranger = *SecretIdentity::ParseText(vl2::testing::kCarolSecret);
  // What the member shows first: it is on the private network from then on.
  Bytes introduction;

  Cast() {
    wire::NetworkCredentials message;
    message.coms.push_back(CertificateOfMembership::Issue(controller, kPrivate, member.identity(), kTime, 60'000));
    introduction.resize(1'000);
    ByteWriter out(introduction);
    message.SerializeTo(out);
    introduction.resize(out.size());
  }
};

const Cast& Players() {
  static const Cast cast;
  return cast;
}

class Node final : public vl2::Link, public vl2::Delegate {
 public:
  Node() : vl2(*this, random_, drops_, vl2::Options{"fuzz"}, *this) {}
  PacketId Send(const Now&, NodeAddress, Verb, vl1::Gather payload, vl1::SendOptions) override {
    size_t size = 0;
    for (const ByteSpan piece : payload) size += piece.size();
    ZT_CHECK(size <= 9996);
    return {1};
  }
  const SecretIdentity& self() const override { return Players().self; }
  const Identity* FindIdentity(NodeAddress address) const override {
    if (controller_hidden && address == Players().controller.address()) return nullptr;
    for (const SecretIdentity* i : everybody) {
      if (i->address() == address) return &i->identity();
    }
    return nullptr;
  }
  void RequestIdentity(const Now&, NodeAddress) override {}
  bool IsRoot(NodeAddress) const override { return false; }
  bool WeAreRoot() const override { return false; }
  std::vector<NodeAddress> Roots() const override { return {Players().controller.address()}; }
  std::optional<NodeAddress> BestRoot(const Now&) const override { return Players().controller.address(); }
  std::optional<int> Latency(NodeAddress) const override { return 5; }
  void DeliverFrame(const Now& now, NetworkId network, Mac source, Mac destination, uint16_t type,
                    ByteSpan payload) override {
    // As a stack that answers at once, but does not talk to itself.
    if (source != destination) vl2.SendFrame(now, network, destination, source, type, {&payload, 1});
  }
  void OnNetworkChange(const Now&, const vl2::NetworkInfo&, bool) override {}
  void StoreNetwork(const Now&, NetworkId, ByteSpan dictionary) override {
    // What is stored can be read again (vl2.md §19).
    ZT_CHECK(dictionary.size() < 2 || NetworkConfig::Parse(dictionary).has_value());
  }
  void OnControllerRequest(const Now& now, const vl2::ControllerRequest& request) override {
    if (request.metadata.size() % 2 != 0) {
      vl2.Reject(now, request.member.address, request.network, request.packet_id, WireError::kObjectNotFound);
    } else {
      Grant(now, request.member.address, request.packet_id, request.metadata);
    }
  }
  void OnUserMessage(const Now&, NodeAddress, uint64_t, ByteSpan) override {}

  // A configuration of our own network, with the data as its rules as far as they are any.
  void Grant(const Now& now, NodeAddress member, PacketId request, ByteSpan data) {
    vl2::IssuedConfig issued;
    issued.config.network = kOurs;
    issued.config.issued_to = member;
    issued.config.timestamp = now.wall.ms;
    issued.config.credential_time_max_delta = 60'000;
    if (const auto rules = ParseRules(data, limits::kMaxRules)) issued.config.rules = *rules;
    issued.tags.push_back({1, 2});
    vl2.Grant(now, member, request, issued);
  }

  bool controller_hidden = false;
  const std::array<const SecretIdentity*, 4> everybody = {&Players().self, &Players().controller, &Players().member,
                                                          &Players().stranger};

 private:
  Random random_;
  DropCounters drops_;

 public:
  vl2::Vl2 vl2;
};

Rule Simple(RuleType type, NodeAddress address = {}) {
  Rule rule;
  rule.type = type;
  rule.address = address;
  return rule;
}

void Join(Node& node, const Now& now, NetworkId id, bool is_public) {
  NetworkConfig config;
  config.network = id;
  config.issued_to = node.self().address();
  config.timestamp = now.wall.ms;
  config.credential_time_max_delta = 60'000;
  config.flags = NetworkConfig::kBroadcast | NetworkConfig::kNdpEmulation;
  config.multicast_limit = 4;
  config.is_public = is_public;
  config.specialists = {{Players().member.address().value | Specialist::kActiveBridge}};
  if (is_public) config.specialists.push_back({node.self().address().value | Specialist::kActiveBridge});
  Rule tagged = Simple(RuleType::kTagsEqual);
  tagged.tag_id = 1;
  Rule ports = Simple(RuleType::kDestinationPortRange);
  ports.low = 1;
  ports.high = 9;
  Rule authentic = Simple(RuleType::kCharacteristics);
  authentic.characteristics = 0x7000'0000'0000'0fffULL;  // sender's addresses and TCP flags
  authentic.negated = true;
  config.rules = {Simple(RuleType::kActionTee, Players().stranger.address()),
                  tagged,
                  ports,
                  authentic,
                  Simple(RuleType::kIcmp),
                  Simple(RuleType::kActionDrop),
                  Simple(RuleType::kActionAccept)};
  if (!is_public) {
    static const CertificateOfMembership ours =
        CertificateOfMembership::Issue(Players().controller, kPrivate, Players().self.identity(), kTime, 60'000);
    config.com = ours;
  }
  const std::optional<Bytes> dictionary = config.Serialize();
  ZT_CHECK(dictionary && node.vl2.Join(now, id, *dictionary));
}

// Credentials signed by the controller, their fields as the data says.
template <typename T>
T Filled(ByteReader& in, NodeAddress holder) {
  T object;
  object.network = (in.U8() & 1) != 0 ? kPrivate : kPublic;
  object.timestamp = kTime + static_cast<int8_t>(in.U8()) * 1'000;
  object.id = in.U8();
  if constexpr (!std::is_same_v<T, Capability>) object.issued_to = holder;
  return object;
}

wire::NetworkCredentials Signed(Operation what, ByteReader& in, NodeAddress holder) {
  const SecretIdentity& by = Players().controller;
  wire::NetworkCredentials out;
  if (what == kTag) {
    Tag tag = Filled<Tag>(in, holder);
    tag.value = in.U32();
    tag.Sign(by);
    out.tags.push_back(tag);
  } else if (what == kOwnership) {
    CertificateOfOwnership coo = Filled<CertificateOfOwnership>(in, holder);
    for (uint8_t left = in.U8() % 17; left > 0; --left) {
      coo.things.push_back({static_cast<OwnedThing::Type>(in.U8()), in.Array<16>()});
    }
    coo.Sign(by);
    out.ownerships.push_back(coo);
  } else if (what == kCapability) {
    Capability capability = Filled<Capability>(in, holder);
    if (capability.SetRules(in.Rest())) capability.SignFor(holder, by);
    out.capabilities.push_back(capability);
  } else if (what == kRevocation) {
    Revocation r;
    r.network = (in.U8() & 1) != 0 ? kPrivate : kPublic;
    r.threshold = kTime + static_cast<int8_t>(in.U8()) * 1'000;
    r.credential_id = in.U8();
    r.type = static_cast<CredentialType>(in.U8());
    r.flags = in.U8();
    r.target = holder;
    r.Sign(by);
    out.revocations.push_back(r);
  } else {
    const NetworkId network = (in.U8() & 1) != 0 ? kPrivate : kPublic;
    const Identity& whom = holder == Players().member.address() ? Players().member.identity()
                                                                : Players().stranger.identity();
    out.coms.push_back(CertificateOfMembership::Issue(by, network, whom,
                                                      kTime + static_cast<int8_t>(in.U8()) * 1'000, in.U32()));
  }
  return out;
}

void Say(Node& node, const Now& now, const SecretIdentity& who, Verb verb, ByteSpan payload, uint64_t id) {
  node.vl2.HandleMessage(now, {&who.identity(), verb, {id}, 0, {}, payload});
}

// The data as a dictionary of the controller's, or a part of one.
void SayChunk(Node& node, const Now& now, const SecretIdentity& who, ByteSpan data, uint64_t id) {
  ByteReader in(data);
  ConfigChunk chunk;
  chunk.network = (in.U8() & 1) != 0 ? kPrivate : kPublic;
  chunk.flags = in.U8();
  chunk.update_id = in.U8();
  chunk.position = in.U8();
  const uint8_t more = in.U8();
  chunk.data = in.Rest();
  if (!in.ok() || chunk.data.size() > limits::kMaxChunkData) return;
  chunk.total_length = static_cast<uint32_t>(chunk.position + chunk.data.size() + more);
  Bytes bytes(limits::kMaxPayloadSize);
  ByteWriter out(bytes);
  chunk.SerializeSigned(out, Players().controller);
  Say(node, now, who, Verb::kNetworkConfig, out.written(), id);
}

void SendFrame(Node& node, const Now& now, ByteSpan data) {
  ByteReader in(data);
  const NetworkId network = (in.U8() & 1) != 0 ? kPrivate : kPublic;
  const Mac source = in.MacAddress(), destination = in.MacAddress();
  const uint16_t type = in.U16();
  const ByteSpan payload = in.Rest();
  if (in.ok()) node.vl2.SendFrame(now, network, source, destination, type, {&payload, 1});
}

void Perform(Node& node, Now& now, uint8_t operation, const SecretIdentity& who, ByteSpan data, uint64_t id) {
  if (operation < kChunk) return Say(node, now, who, static_cast<Verb>(operation), data, id);
  ByteReader in(data);
  switch (operation) {
    case kChunk: return SayChunk(node, now, who, data, id);
    case kGrant: return node.Grant(now, who.address(), {id % 2}, data);
    case kFrame: return SendFrame(node, now, data);
    case kGroups: {
      const vl2::MulticastGroup group{in.MacAddress(), in.U32()};
      return node.vl2.SetGroups(now, (id & 1) != 0 ? kPrivate : kPublic, {&group, 1});
    }
    case kHide: node.controller_hidden = true; return;
    case kReveal:
      node.controller_hidden = false;
      return node.vl2.OnIdentityKnown(now, Players().controller.identity());
    case kRevoke: {
      const NodeAddress recipients[] = {Players().member.address(), Players().controller.address()};
      return node.vl2.Revoke(now, kOurs, {who.address()}, recipients);
    }
    case kAdHoc: {
      const NetworkId network{in.U64() | 0xff00000000000000ULL};
      if (!node.vl2.Leave(now, network)) node.vl2.Join(now, network, {});
      return;
    }
    default: {
      now.mono = now.mono + 1'000;  // one message of credentials in a second
      Bytes bytes(limits::kMaxPayloadSize);
      ByteWriter out(bytes);
      Signed(static_cast<Operation>(operation), in, who.address()).SerializeTo(out);
      return Say(node, now, who, Verb::kNetworkCredentials, out.written(), id);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 16384) return 0;
  Node node;
  Now now{{1'000'000}, {kTime}};
  Join(node, now, kPublic, true);
  Join(node, now, kPrivate, false);
  node.vl2.EnableController(true);
  node.vl2.Join(now, kOurs, {});
  Say(node, now, Players().member, Verb::kNetworkCredentials, Players().introduction, 1);
  ByteReader in({data, size});
  uint64_t id = 2;
  while (in.remaining() > 4) {
    const uint8_t operation = in.U8() % kEnd;
    const uint8_t who = in.U8();
    const ByteSpan payload = in.Take(std::min<size_t>(in.U16(), std::min<size_t>(in.remaining(), 9996)));
    Perform(node, now, operation, *node.everybody[1 + who % 3], payload, id++);
    if (who % 16 != 0) continue;
    const Deadline next = node.vl2.NextTimeout();
    now.mono = std::max(now.mono, next.at);
    node.vl2.HandleTimeout(now);
    ZT_CHECK(node.vl2.NextTimeout().at > now.mono);
  }
  return 0;
}
