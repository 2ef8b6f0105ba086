// A member of a public and of a private network against hostile messages: a sequence of verb u8, source u8, length u16
// and payload, with time passing between them. Nothing may crash, and a timer that has fired must move on (vl2.md §19).
#include <algorithm>
#include <optional>

#include "base/byte_reader.h"
#include "base/check.h"
#include "vl2/vl2.h"

namespace {

using namespace zt;

class Random final : public RandomSource {
 public:
  void Fill(MutableBytes out) override {
    for (uint8_t& b : out) b = static_cast<uint8_t>(state_ = state_ * 5 + 3);
  }

 private:
  uint32_t state_ = 1;
};

Identity MakeIdentity(uint64_t address) {
  Identity identity;
  identity.address = {address};
  identity.public_key[63] = static_cast<uint8_t>(address);
  return identity;
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
  const SecretIdentity& self() const override { return self_; }
  const Identity* FindIdentity(NodeAddress address) const override {
    for (const Identity& i : identities) {
      if (i.address == address) return &i;
    }
    return nullptr;
  }
  void RequestIdentity(const Now&, NodeAddress) override {}
  bool IsRoot(NodeAddress) const override { return false; }
  bool WeAreRoot() const override { return false; }
  std::vector<NodeAddress> Roots() const override { return {identities[1].address}; }
  std::optional<NodeAddress> BestRoot(const Now&) const override { return identities[1].address; }
  std::optional<int> Latency(NodeAddress) const override { return 5; }
  void DeliverFrame(const Now& now, NetworkId network, Mac source, Mac destination, uint16_t type,
                    ByteSpan payload) override {
    // As a stack that answers at once, but does not talk to itself.
    if (source != destination) vl2.SendFrame(now, network, destination, source, type, {&payload, 1});
  }
  void OnNetworkChange(const Now&, const vl2::NetworkInfo&, bool) override {}
  void StoreNetwork(const Now&, NetworkId, ByteSpan) override {}
  void OnControllerRequest(const Now& now, const vl2::ControllerRequest& request) override {
    vl2.Reject(now, request.member.address, request.network, request.packet_id, WireError::kObjectNotFound);
  }
  void OnUserMessage(const Now&, NodeAddress, uint64_t, ByteSpan) override {}

  std::array<Identity, 4> identities = {MakeIdentity(1), MakeIdentity(2), MakeIdentity(3), MakeIdentity(4)};

 private:
  SecretIdentity self_{MakeIdentity(1), {}};
  Random random_;
  DropCounters drops_;

 public:
  vl2::Vl2 vl2;
};

void Join(Node& node, const Now& now, NetworkId id, bool is_public) {
  NetworkConfig config;
  config.network = id;
  config.issued_to = {1};
  config.timestamp = now.wall.ms;
  config.flags = NetworkConfig::kBroadcast | NetworkConfig::kNdpEmulation;
  config.multicast_limit = 4;
  config.is_public = is_public;
  config.specialists = {{3 | Specialist::kActiveBridge}};
  Rule accept;
  accept.type = RuleType::kActionAccept;
  Rule tee;
  tee.type = RuleType::kActionTee;
  tee.address = {4};
  config.rules = {tee, accept};
  const std::optional<Bytes> dictionary = config.Serialize();
  ZT_CHECK(dictionary && node.vl2.Join(now, id, *dictionary));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 65536) return 0;
  Node node;
  Now now{{1'000'000}, {1'795'351'724'966}};
  Join(node, now, {0x0000000002000001}, true);
  Join(node, now, {0x0000000002000002}, false);
  node.vl2.EnableController(true);
  ByteReader in({data, size});
  while (in.remaining() > 4) {
    const auto verb = static_cast<Verb>(in.U8());
    const uint8_t who = in.U8();
    const ByteSpan payload = in.Take(std::min<size_t>(in.U16(), std::min<size_t>(in.remaining(), 9996)));
    node.vl2.HandleMessage(now, {&node.identities[1 + who % 3], verb, {size}, 0, {}, payload});
    if (who % 16 != 0) continue;
    const Deadline next = node.vl2.NextTimeout();
    now.mono = std::max(now.mono, next.at);
    node.vl2.HandleTimeout(now);
    ZT_CHECK(node.vl2.NextTimeout().at > now.mono);
  }
  return 0;
}
