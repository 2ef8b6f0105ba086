// Messages that cannot be judged yet: the sender's credentials or the controller's identity are missing (vl2.md §8.3,
// §8.4). They wait here and are taken up again when what they wait for may have arrived.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "vl1/message.h"
#include "zt/bytes.h"
#include "zt/time.h"

namespace zt::vl2 {

class DeferralQueue {
 public:
  static constexpr size_t kMaxMessages = 32;  // vl2.md §17 receive queue
  static constexpr Millis kWait = 5'000;
  // More often than any order of arrival needs. Two messages whose certificates displace each other wake one another:
  // without an end they would take turns for ever.
  static constexpr int kMaxTries = 16;

  // Owns what a vl1::Message only refers to.
  struct Deferred {
    Identity source;
    Verb verb;
    PacketId packet_id;
    uint8_t hops;
    Endpoint from;
    Bytes payload;
    Instant until;
    NodeAddress identity;  // waits for this identity; 0: for a change on `network`
    NetworkId network;
    bool ready = false;
    int tries = 0;         // how often it was taken up

    vl1::Message message() const { return {&source, verb, packet_id, hops, from, payload}; }
  };

  // False: an older message had to give way, of the sender with most of them. `until` of a message taken up again is kept (it does not live longer).
  bool Push(const vl1::Message& message, NetworkId network, NodeAddress identity, Instant until, int tries);
  // Something changed: the messages that waited for it are ready.
  void WakeNetwork(NetworkId network);
  void WakeIdentity(NodeAddress identity);
  void Forget(NetworkId network);
  std::optional<Deferred> TakeReady();
  // Drops what is too old; the number dropped.
  size_t Expire(Instant now);
  Deadline NextExpiry() const;
  size_t size() const { return queue_.size(); }

 private:
  std::deque<Deferred>::iterator OldestOfBusiest();

  std::deque<Deferred> queue_;
};

}  // namespace zt::vl2
