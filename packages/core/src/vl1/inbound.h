// From a datagram to an authenticated message: classification, reassembly, opening, decompression (vl1.md §3.1, §4.9).
// Every way out that is not a handler counts one DropReason.
#pragma once

#include "vl1/dispatch.h"
#include "vl1/failed_opening_gate.h"
#include "vl1/fragment_assembler.h"
#include "vl1/hello_handler.h"
#include "vl1/relay.h"
#include "vl1/waiting_packets.h"
#include "wire/packet_header.h"

namespace zt::vl1 {

class Inbound {
 public:
  struct Parts {
    Relay& relay;
    Whois& whois;
    WaitingPackets& waiting;
    HelloHandler& hello;
    Dispatch& dispatch;
    PacketWriter& writer;
  };
  Inbound(Context& context, const Parts& parts)
      : context_(context), parts_(parts), assembler_(context.drops), plain_(std::make_unique<uint8_t[]>(kPlainSize)) {}

  void HandleDatagram(const Now& now, const InboundDatagram& datagram);
  // Opens packets whose source has become known.
  void RetryWaiting(const Now& now);

 private:
  static constexpr size_t kPlainSize = limits::kMaxPayloadSize;

  void HandleFragment(const Now& now, const InboundDatagram& datagram, const Path* path);
  void HandleHead(const Now& now, const InboundDatagram& datagram, const Path* path);
  // A complete packet addressed to us.
  void Decode(const Now& now, MutableBytes packet, const Endpoint& from, LocalSocket via);
  void OpenAndDispatch(const Now& now, MutableBytes packet, Peer& peer, const Endpoint& from, LocalSocket via);
  // False: dropped. Counts what does not open against its source, unless somebody was heard there before.
  bool Open(const Now& now, MutableBytes packet, Peer& peer, const Endpoint& from, LocalSocket via);
  bool SuiteAcceptable(const wire::PacketView& packet, const IpAddress& from, LocalSocket via);
  void HandleBeacon(const Now& now, const InboundDatagram& datagram);
  void WarnOwnAddress(const Now& now, const Endpoint& from);

  Context& context_;
  Parts parts_;
  FragmentAssembler assembler_;
  FailedOpeningGate failed_openings_;
  std::unique_ptr<uint8_t[]> plain_;  // decompressed payload of the packet in hand
  Instant beacon_answered_ = Instant::LongAgo();
  Instant own_address_warned_ = Instant::LongAgo();
};

}  // namespace zt::vl1
