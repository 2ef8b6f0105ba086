// Builds packets in the transmit queue's memory, seals them in place and cuts them into datagrams (vl1.md §3.7, §4).
#pragma once

#include "vl1/context.h"

namespace zt::vl1 {

struct Destination {
  LocalSocket via;
  Endpoint endpoint;
};

class PacketWriter {
 public:
  explicit PacketWriter(Context& context) : context_(context) {}

  // One packet for `peer` to a physical endpoint, under the suite its version asks for (vl1.md §4.8). The id on the
  // wire, or 0 when it was dropped (too long, transmit queue full, no agreement).
  PacketId Write(const Now& now, Peer& peer, Verb verb, Gather payload, const Destination& to,
                 SendOptions options = {});
  // The same over a known path, which counts as sent on (heartbeats, vl1.md §7.1).
  PacketId WriteOn(const Now& now, Peer& peer, Verb verb, Gather payload, Path& path, SendOptions options = {}) {
    const PacketId id = Write(now, peer, verb, payload, {path.socket, path.endpoint}, options);
    path.sent_at = now.mono;
    return id;
  }
  // HELLO: suite 0, tail encrypted, always registered as expected (vl1.md §5.2).
  PacketId WriteHello(const Now& now, Peer& peer, const Destination& to);
  // For someone who is no peer of ours: suite 1 with the given keys (vl1.md §11.6).
  void WriteTo(NodeAddress address, const PeerKeys& keys, Verb verb, Gather payload, const Destination& to);
  // Four random bytes that open our NAT and die on the way (vl1.md §5.6).
  void WriteJunk(const Destination& to);
  // True while the queue takes another packet of full size.
  bool HasRoom() const;

 private:
  MutableBytes Begin(size_t packet_size, size_t mtu);
  void SplitAndCommit(MutableBytes packet, const Destination& to, size_t mtu);
  static bool Compressible(ByteSpan packet);
  // The packet, shorter if that was worth it; in place.
  MutableBytes Compress(MutableBytes packet);

  Context& context_;
  std::unique_ptr<uint8_t[]> compressed_;  // limits::kMaxPayloadSize bytes, from the first use on
};

// The largest packet that seven datagrams carry (vl1.md §3.7).
size_t MaxPacket(size_t mtu);

// The keys shared with a peer, expanded at first use. Null if there is no safe agreement with it.
const PeerKeys* KeysOf(const SecretIdentity& self, Peer& peer);

// A complete sealed HELLO in `out`: header, fields, encrypted tail, MAC (vl1.md §5.2, Appendix B.1). Its size, or 0 if
// `out` is too small.
size_t BuildHello(MutableBytes out, PacketId id, NodeAddress destination, const wire::Hello& hello,
                  const wire::HelloTail& tail, const PeerKeys& keys);

}  // namespace zt::vl1
