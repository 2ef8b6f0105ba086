// Reads what simulated nodes send each other: every packet of its sender, opened with the public secrets of the hosts.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "sim/host.h"
#include "vl1/packet_seal.h"
#include "wire/secret_identity.h"

namespace zt::sim {

class Wiretap final : public Tap {
 public:
  struct Message {
    NodeAddress from, to;
    Verb verb;
    PacketId id;
    Bytes payload;  // decompressed
  };

  // Messages are told in the order they are sent, once, not again where they are relayed.
  explicit Wiretap(std::function<void(const Message&)> told) : told_(std::move(told)) {}

  void Watch(Host& host);
  void OnPacket(const std::string& host, bool sent, const Packet& packet) override;
  // Sees the same datagrams.
  void SetNext(Tap* next) { next_ = next; }

 private:
  const vl1::PeerKeys* KeysOf(NodeAddress one, NodeAddress other);
  void Open(Bytes packet);

  std::function<void(const Message&)> told_;
  Tap* next_ = nullptr;
  std::map<std::string, NodeAddress> names_;
  std::map<NodeAddress, SecretIdentity> secrets_;
  std::map<std::pair<NodeAddress, NodeAddress>, std::unique_ptr<vl1::PeerKeys>> keys_;
  std::map<std::pair<NodeAddress, uint64_t>, Bytes> heads_;  // of fragmented packets: sender, packet id
};

}  // namespace zt::sim
