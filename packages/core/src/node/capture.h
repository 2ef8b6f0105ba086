// Packet captures of a running node as pcapng (HOST_PROTOCOL.md §3 capture_start): what crosses the border between VL2
// and the stack, and what the host sends and receives. Without a capture a packet costs one test of a bool.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/pcapng.h"
#include "node/capture_datagram.h"
#include "node/capture_filter.h"
#include "node/event_encoder.h"
#include "zt/time.h"
#include "zt/transmit.h"

namespace zt::node {

struct CaptureOptions {
  bool frames = false, datagrams = false;
  uint32_t snaplen = PcapngWriter::kMaxSnaplen;
  std::vector<CaptureTerm> filter;
};

// One file: collects blocks and hands them out in chunks, never more than the application has room for.
class Capture {
 public:
  // What waits for an application that does not take it. Beyond it packets are dropped and counted.
  static constexpr size_t kMaxBuffered = 4 << 20;
  // An event carries about this much: large enough that crossing into the host does not show.
  static constexpr size_t kChunkBytes = 64 << 10;
  // How long a packet waits for others to fill a chunk.
  static constexpr Millis kMaxDelay = 100;
  // What an application may have been given and not yet acknowledged: enough to keep a disk busy for a turn.
  static constexpr size_t kMaxUnacknowledged = 1 << 20;
  // Interfaces of one file: as many networks as a node can be joined to, several times over.
  static constexpr size_t kMaxInterfaces = 1024;

  Capture(const Now& now, uint32_t id, CaptureOptions options, EventEncoder& events);

  uint32_t id() const { return id_; }
  const CaptureOptions& options() const { return options_; }

  // A packet the filter let pass. `network` names the interface; 0 is the physical network.
  void Record(const Now& now, NetworkId network, PcapngDirection direction, std::span<const ByteSpan> packet);
  // The application is done with this many bytes.
  void Acknowledge(size_t bytes);
  void HandleTimeout(const Now& now);
  Instant NextTimeout() const;
  // Hands out all that is left, with the interfaces' statistics and the last flag.
  void Finish(const Now& now);

 private:
  struct Interface {
    std::optional<uint32_t> index;  // once it is described in the file
    uint64_t seen = 0, dropped = 0;
  };

  bool WindowOpen() const { return unacknowledged_ < kMaxUnacknowledged; }
  void Announce(NetworkId network, Interface& interface);
  void Seal();
  void Deliver();
  void Post(ByteSpan chunk, bool last);

  const uint32_t id_;
  const CaptureOptions options_;
  EventEncoder& events_;
  Bytes chunk_;  // being filled
  PcapngWriter writer_;
  std::deque<Bytes> sealed_;  // wait for the window
  size_t sealed_bytes_ = 0;
  size_t unacknowledged_ = 0;
  Instant flush_at_;  // when chunk_ is given out although it is not full
  std::map<NetworkId, Interface> interfaces_;
  uint64_t seen_ = 0, dropped_ = 0;
};

// All captures of a node.
class Captures {
 public:
  // Captures at once: each may keep kMaxBuffered, and each packet is looked at by all.
  static constexpr size_t kMaxCaptures = 4;
  // Terms of one filter: what a person writes, many times over, and still cheap to try one by one.
  static constexpr size_t kMaxTerms = 64;

  explicit Captures(EventEncoder& events) : events_(events) {}

  // Valid options only. kLimitReached: too many captures, or data of ended ones was not taken yet.
  Status Start(const Now& now, CaptureOptions options, uint32_t& id);
  Status Stop(const Now& now, uint32_t id);
  Status Acknowledge(uint32_t id, size_t bytes);
  void EndAll(const Now& now);
  void SetLocalEndpoints(std::span<const Endpoint> endpoints) { local_.SetEndpoints(endpoints); }

  // Whether anybody wants them: to be asked before the calls below.
  bool frames() const { return frames_; }
  bool datagrams() const { return datagrams_; }
  void Frame(const Now& now, PcapngDirection direction, NetworkId network, Mac source, Mac destination,
             uint16_t ether_type, std::span<const ByteSpan> payload);
  void Received(const Now& now, const InboundDatagram& datagram);
  void Sent(const Now& now, std::span<const Transmit> datagrams);

  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;

 private:
  void Datagram(const Now& now, PcapngDirection direction, const Endpoint& source, const Endpoint& destination,
                ByteSpan payload, uint8_t hop_limit);
  std::unique_ptr<Capture>* Find(uint32_t id);
  void UpdateTaps();

  EventEncoder& events_;
  std::vector<std::unique_ptr<Capture>> running_;
  uint32_t last_id_ = 0;
  bool frames_ = false, datagrams_ = false;
  LocalEnd local_;
};

}  // namespace zt::node
