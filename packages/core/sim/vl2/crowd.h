// One VL2 with thousands of others around it, without VL1 below: for what it remembers of them.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <vector>

#include "base/byte_writer.h"
#include "base/seeded_random.h"
#include "sim/heap_account.h"
#include "testing/test_identities.h"
#include "vl2/config_issuer.h"
#include "vl2/vl2.h"

namespace zt::sim {

// The node is the controller of its network, so that it can certify whomever it likes.
class Crowd final : public vl2::Link, public vl2::Delegate {
 public:
  static constexpr size_t kAccount = 1;  // of the heap: what VL2 keeps
  static constexpr int64_t kEpoch = 1'800'000'000'000;

  explicit Crowd(bool is_public)
      : secret_(*SecretIdentity::ParseText(std::string(testing::kTestSecrets[1]))),
        random_(7),
        is_public_(is_public),
        network{secret_.address().value << 24 | 1} {
    identities[secret_.address()] = secret_.identity();
    Count([&] {
      vl2 = std::make_unique<vl2::Vl2>(static_cast<vl2::Link&>(*this), random_, drops, vl2::Options{}, *this);
      vl2->EnableController(true);
      vl2->Join(now, network, {});
    });
  }

  // Runs it on VL2's account.
  template <typename Act>
  void Count(Act act) {
    const HeapAccount heap(kAccount);
    act();
  }
  size_t heap() const { return HeapAccount::Bytes(kAccount); }

  // Somebody with keys nobody can tell from real ones, as VL1 has checked them.
  NodeAddress Person(uint64_t number) {
    Identity who;
    who.address = {0x1000000000 + number};
    random_.Fill(who.public_key);
    identities[who.address] = who;
    return who.address;
  }
  // The certificates the controller gives; one IPv4 address.
  NetworkConfig Certified(NodeAddress who) {
    vl2::IssuedConfig issued;
    issued.config = Shape(who);
    return *vl2::IssueConfig(secret_, identities.at(who), issued);
  }
  template <typename Message>
  void Say(NodeAddress from, Verb verb, const Message& message) {
    Bytes room(10'000);
    ByteWriter out(room);
    message.SerializeTo(out);
    CHECK(out.ok());
    const Identity& source = identities.at(from);
    Count([&] {
      vl2->HandleMessage(now, {&source, verb, {++packet_}, 0, {IpAddress::V4(20, 0, 0, 1), 9993}, out.written()});
    });
  }

  PacketId Send(const Now&, NodeAddress, Verb verb, vl1::Gather, vl1::SendOptions) override {
    ++sent[verb];
    return {++packet_};
  }
  const SecretIdentity& self() const override { return secret_; }
  const Identity* FindIdentity(NodeAddress address) const override {
    const auto it = identities.find(address);
    return it == identities.end() ? nullptr : &it->second;
  }
  void RequestIdentity(const Now&, NodeAddress) override {}
  bool IsRoot(NodeAddress) const override { return false; }
  bool WeAreRoot() const override { return false; }
  std::vector<NodeAddress> Roots() const override { return {}; }
  std::optional<NodeAddress> BestRoot(const Now&) const override { return std::nullopt; }
  std::optional<int> Latency(NodeAddress) const override { return 10; }

  void DeliverFrame(const Now&, NetworkId, Mac, Mac, uint16_t, ByteSpan) override { ++delivered; }
  void OnNetworkChange(const Now&, const vl2::NetworkInfo&, bool) override {}
  void StoreNetwork(const Now&, NetworkId, ByteSpan) override {}
  void OnControllerRequest(const Now& when, const vl2::ControllerRequest& request) override {
    vl2::IssuedConfig issued;
    issued.config = Shape(request.member.address);
    CHECK(vl2->Grant(when, request.member.address, request.packet_id, issued));
  }
  void OnUserMessage(const Now&, NodeAddress, uint64_t, ByteSpan) override {}

 private:
  NetworkConfig Shape(NodeAddress who) const {
    NetworkConfig config;
    config.network = network;
    config.timestamp = kEpoch;
    config.credential_time_max_delta = 1'800'000;
    config.issued_to = who;
    config.flags = NetworkConfig::kBroadcast;
    config.multicast_limit = 32;
    config.is_public = is_public_;
    config.addresses = {{IpAddress::V4(10, 7, 0, 1), 16}};
    Rule accept;
    accept.type = RuleType::kActionAccept;
    config.rules = {accept};
    return config;
  }

  SecretIdentity secret_;
  SeededRandom random_;
  const bool is_public_;
  uint64_t packet_ = 0;

 public:
  const NetworkId network;
  Now now{{1'000'000}, {kEpoch}};
  std::map<NodeAddress, Identity> identities;  // VL1's, not on the account
  std::map<Verb, size_t> sent;
  size_t delivered = 0;
  DropCounters drops;
  std::unique_ptr<vl2::Vl2> vl2;
};

}  // namespace zt::sim
