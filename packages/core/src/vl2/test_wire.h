// For tests of this directory: several Vl2 instances joined by a lossless, ordered, recording wire in virtual time.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_writer.h"
#include "vl2/test_secrets.h"
#include "vl2/vl2.h"

namespace zt::vl2::testing {

// xorshift64*: the same numbers every run.
class TestRandom final : public RandomSource {
 public:
  explicit TestRandom(uint64_t seed) : state_(seed * 2 + 1) {}
  void Fill(MutableBytes out) override {
    for (uint8_t& b : out) {
      state_ ^= state_ >> 12;
      state_ ^= state_ << 25;
      state_ ^= state_ >> 27;
      b = static_cast<uint8_t>(state_ * 0x2545f4914f6cdd1dULL >> 56);
    }
  }

 private:
  uint64_t state_;
};

struct Sent {
  NodeAddress from, to;
  Verb verb;
  PacketId id;
  Bytes payload;
  bool expect_reply;
};

struct Delivered {
  NetworkId network;
  Mac source, destination;
  uint16_t ether_type;
  Bytes payload;
};

class TestWire;

// One node: the Link it sends through and the Delegate that records what it does.
class TestNode final : public Link, public Delegate {
 public:
  TestNode(TestWire& wire, const char* secret, const Options& options = {"linux/x86_64"});

  PacketId Send(const Now& now, NodeAddress to, Verb verb, vl1::Gather payload, vl1::SendOptions options) override;
  const SecretIdentity& self() const override { return secret_; }
  const Identity* FindIdentity(NodeAddress address) const override;
  void RequestIdentity(const Now& now, NodeAddress address) override;
  bool IsRoot(NodeAddress address) const override { return address == root_; }
  bool WeAreRoot() const override { return root_ == secret_.address(); }
  std::vector<NodeAddress> Roots() const override;
  std::optional<NodeAddress> BestRoot(const Now&) const override;
  std::optional<int> Latency(NodeAddress address) const override {
    const auto it = latencies.find(address);
    if (it == latencies.end()) return 10;
    return it->second < 0 ? std::nullopt : std::optional<int>(it->second);
  }

  void DeliverFrame(const Now&, NetworkId network, Mac source, Mac destination, uint16_t ether_type,
                    ByteSpan payload) override {
    frames.push_back({network, source, destination, ether_type, Bytes(payload.begin(), payload.end())});
  }
  void OnNetworkChange(const Now&, const NetworkInfo& info, bool configuration_changed) override {
    statuses.push_back(info.status);
    if (configuration_changed) ++configurations;
  }
  void StoreNetwork(const Now&, NetworkId, ByteSpan dictionary) override {
    stored.emplace_back(dictionary.begin(), dictionary.end());
  }
  void OnControllerRequest(const Now& now, const ControllerRequest& request) override {
    requests.push_back({request.network, request.member.address, request.packet_id});
    if (on_request) on_request(now, request);
  }
  void OnUserMessage(const Now&, NodeAddress, uint64_t type, ByteSpan) override { user_messages.push_back(type); }
  void OnRemoteTrace(const Now&, NodeAddress, ByteSpan text) override { traces.emplace_back(text.begin(), text.end()); }

  NodeAddress address() const { return secret_.address(); }
  void Forget(NodeAddress address) { hidden_.push_back(address); }
  void Reveal(NodeAddress address);

  struct Request {
    NetworkId network;
    NodeAddress member;
    PacketId id;
  };
  std::vector<Delivered> frames;
  std::vector<NetworkStatus> statuses;
  int configurations = 0;
  std::vector<Bytes> stored;
  std::vector<Request> requests;
  std::vector<uint64_t> user_messages;
  std::vector<std::string> traces;
  std::vector<NodeAddress> identity_requests;
  std::function<void(const Now&, const ControllerRequest&)> on_request;
  NodeAddress root_;
  std::map<NodeAddress, int> latencies;  // negative: no path; who is not in it: 10 ms
  DropCounters drops;
  std::unique_ptr<Vl2> vl2;

 private:
  TestWire& wire_;
  SecretIdentity secret_;
  TestRandom random_;
  std::vector<NodeAddress> hidden_;
};

class TestWire {
 public:
  Now now{{1'000'000}, {1'795'351'724'966}};
  std::map<NodeAddress, TestNode*> nodes;
  std::vector<Sent> log;                              // everything ever sent
  std::function<bool(const Sent&)> lose;              // true: the message is lost
  uint64_t next_id = 0x1000;

  // Delivers until nothing is under way.
  void Settle();
  // Passes virtual time, firing each timer at its moment.
  void Advance(Millis ms);
  size_t Count(NodeAddress from, Verb verb) const;
  void Queue(Sent message) { queue_.push_back(std::move(message)); }
  // Timer wake-ups since the start, all nodes together.
  int wakeups = 0;

 private:
  std::deque<Sent> queue_;
};

// As TestNode's link would: hands a message to `to` as if `from` had sent it.
bool Inject(TestWire& wire, TestNode& to, NodeAddress from, Verb verb, ByteSpan payload, uint64_t id = 77);
Bytes FromHex(std::string_view hex);

// The message's bytes, at most those of the largest payload.
Bytes Write(const auto& message) {
  Bytes out(limits::kMaxPayloadSize);
  ByteWriter writer(out);
  message.SerializeTo(writer);
  CHECK(writer.ok());
  out.resize(writer.size());
  return out;
}

}  // namespace zt::vl2::testing
