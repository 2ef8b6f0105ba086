// What the session fuzzer begins with: a node that a simulated day has given a root, a controller, a peer and a
// network, and every kind of message they sent it, in plain, to be changed and sealed again.
#pragma once

#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "node/composition.h"
#include "testing/node_transfer.h"
#include "testing/vl1_packets.h"
#include "wire/fragment.h"

namespace zt::fuzz {

// Who can seal packets for the node. The stranger is known to nobody but the root.
enum Sender : uint8_t { kRoot, kController, kPeer, kStranger, kSenders };

struct Template {
  Sender sender;
  Verb verb;
  Bytes payload;
};

class SessionWorld {
 public:
  static constexpr size_t kSelf = 2;
  static constexpr size_t kIdentityOf[kSenders] = {0, 1, 3, 4};
  static constexpr size_t kPerKind = 2;  // messages of one sender, verb and in-re verb

  SessionWorld() {
    for (size_t i = 0; i < kSenders; ++i) {
      secrets.push_back(*SecretIdentity::ParseText(testing::kTestSecrets[kIdentityOf[i]]));
    }
    self = SecretIdentity::ParseText(testing::kTestSecrets[kSelf]);
    for (const SecretIdentity& secret : secrets) {
      keys.push_back(std::make_unique<vl1::PeerKeys>(*secret.Agree(self->identity())));
    }
    Live();
  }

  // The node as it starts again after that day.
  node::NodeOptions Options() const {
    node::NodeOptions options;
    options.random_seed = Bytes(32, 7);
    options.planet = planet;
    options.identity = self;
    for (const auto& [peer, record] : peers) options.cached_peers.push_back(record);
    options.cached_networks.push_back({network, dictionary});
    return options;
  }

  std::vector<SecretIdentity> secrets;
  std::vector<std::unique_ptr<vl1::PeerKeys>> keys;  // of each sender with the node
  std::optional<SecretIdentity> self;
  std::vector<Template> templates;
  Bytes planet, dictionary;
  NetworkId network;
  std::map<NodeAddress, Bytes> peers;
  Now start;

 private:
  void Live() {
    testing::NodeLab lab;
    planet = lab.planet;
    network = lab.network;
    const Endpoint here = testing::NodeLab::EndpointOf(kSelf);
    lab.tap = [&](const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
      if (to == here) Learn(from, bytes);
    };
    testing::LabHost &node = lab.Add(kSelf), &peer = lab.Add(kIdentityOf[kPeer]);
    lab.Member(node);
    lab.Member(peer);
    lab.Run(2'000);
    testing::NodeTransfer(lab, peer, node, testing::NodeLab::AddressOf(0), 20'000).Finish();
    lab.Do(peer, Command::kSendUserMessage, [&](node::HostWriter& w) {
      w.Address(self->address());
      w.U64(7);
      w.Blob16(Bytes(40, 1));
    });
    lab.Run(130'000);
    lab.Do(node, Command::kSnapshotPeers);
    for (const testing::EventRecord& event : node.events) {
      ByteReader in(event.body);
      if (event.code == Event::kStorePeer) {
        const NodeAddress address = in.Address();
        const ByteSpan record = in.Take(in.U32());
        peers[address] = Bytes(record.begin(), record.end());
      } else if (event.code == Event::kStoreNetwork) {
        in.Skip(8);
        const ByteSpan stored = in.Take(in.U32());
        dictionary = Bytes(stored.begin(), stored.end());
      }
    }
    start = lab.now();
    ZT_CHECK(!dictionary.empty() && peers.size() >= 3 && templates.size() >= 12);
  }

  void Learn(const Endpoint& from, ByteSpan datagram) {
    if (wire::IsFragment(datagram) || datagram.size() < wire::kHeaderSize) return;
    for (uint8_t i = 0; i < kSenders; ++i) {
      if (from != testing::NodeLab::EndpointOf(kIdentityOf[i])) continue;
      Bytes packet(datagram.begin(), datagram.end());
      const wire::PacketView view(packet);
      if (view.source() != secrets[i].address() || !keys[i]->Open(packet)) return;
      const Verb verb = view.verb();
      if (view.compressed() || verb == Verb::kHello) return;
      const bool reply = verb == Verb::kOk || verb == Verb::kError;
      if (seen_[{i, verb, reply ? packet[wire::kPayloadOffset] : 0}]++ >= kPerKind) return;
      templates.push_back({static_cast<Sender>(i), verb, Bytes(packet.begin() + wire::kPayloadOffset, packet.end())});
    }
  }

  std::map<std::tuple<uint8_t, Verb, uint8_t>, size_t> seen_;
};

}  // namespace zt::fuzz
