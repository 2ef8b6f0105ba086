// Leaves of a root that are not nodes: an identity, the key shared with the root, and the packets a leaf sends, sealed
// as they should be. Their identities have not done the work of vl1.md §2.3: the root gets them from its peer cache.
#pragma once

#include <vector>

#include "base/seeded_random.h"
#include "vl1/packet_seal.h"
#include "wire/secret_identity.h"
#include "zt/generated/enums.h"
#include "zt/inet.h"

namespace zt::bench {

class Leaves {
 public:
  Leaves(size_t count, const SecretIdentity& root, uint64_t seed);

  size_t size() const { return leaves_.size(); }
  NodeAddress address(size_t leaf) const { return leaves_[leaf].identity.address; }
  static Endpoint EndpointOf(size_t leaf);
  // The leaf with this endpoint.
  static size_t IndexOf(const Endpoint& endpoint);
  // A peer cache record without endpoints.
  Bytes CacheRecord(size_t leaf) const;

  // Each is one datagram from the leaf to the root.
  Bytes Hello(size_t leaf, int64_t wall);
  Bytes Echo(size_t leaf);
  Bytes Whois(size_t leaf, NodeAddress wanted);
  // What it answers to the root's HELLO with this packet id.
  Bytes OkHello(size_t leaf, PacketId hello, uint64_t timestamp);
  // To another leaf, by way of the root, which cannot read it: the body is noise.
  Bytes Relayed(size_t leaf, size_t to, size_t body);

  // Opens what the root sent to the leaf; false: not authentic.
  bool Open(size_t leaf, MutableBytes packet) const { return vl1::PeerKeys(leaves_[leaf].key).Open(packet); }

 private:
  struct Leaf {
    Identity identity;
    AgreedKey key;
  };
  Bytes Sealed(size_t leaf, Verb verb, ByteSpan payload);

  const Identity root_;
  SeededRandom random_;
  std::vector<Leaf> leaves_;
};

}  // namespace zt::bench
