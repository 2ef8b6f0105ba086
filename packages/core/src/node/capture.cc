#include "node/capture.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_writer.h"

namespace zt::node {

namespace {

constexpr std::string_view kApplication = "ztkit";
constexpr NetworkId kOuter{0};
// More pieces of one frame than any layer passes are joined first.
constexpr size_t kMaxPieces = 16;

uint64_t Microseconds(const Now& now) { return static_cast<uint64_t>(std::max<int64_t>(now.wall.ms, 0)) * 1000; }

}  // namespace

Capture::Capture(const Now& now, uint32_t id, CaptureOptions options, EventEncoder& events)
    : id_(id),
      options_(std::move(options)),
      events_(events),
      writer_(chunk_, options_.snaplen),
      flush_at_(now.mono + kMaxDelay) {
  writer_.Section(kApplication);
}

void Capture::Announce(NetworkId network, Interface& interface) {
  const bool outer = network == kOuter;
  interface.index = writer_.Interface(outer ? PcapngLink::kRaw : PcapngLink::kEthernet,
                                      outer ? std::string("outer") : network.ToString());
}

void Capture::Record(const Now& now, NetworkId network, PcapngDirection direction, std::span<const ByteSpan> packet) {
  ++seen_;
  if (interfaces_.size() >= kMaxInterfaces && !interfaces_.contains(network)) {
    ++dropped_;
    return;
  }
  Interface& interface = interfaces_[network];
  ++interface.seen;
  size_t length = 0;
  for (ByteSpan piece : packet) length += piece.size();
  const size_t size =
      writer_.PacketSize(length) + (interface.index.has_value() ? 0 : PcapngWriter::kMaxInterfaceSize);
  if (sealed_bytes_ + chunk_.size() + size > kMaxBuffered) {
    ++interface.dropped;
    ++dropped_;
    return;
  }
  if (!chunk_.empty() && chunk_.size() + size > kChunkBytes) Seal();
  if (chunk_.empty()) {
    chunk_.reserve(std::max(kChunkBytes, size));
    flush_at_ = now.mono + kMaxDelay;
  }
  if (!interface.index.has_value()) Announce(network, interface);
  writer_.Packet({*interface.index, Microseconds(now), direction, packet});
  Deliver();
}

void Capture::Seal() {
  sealed_bytes_ += chunk_.size();
  sealed_.push_back(std::exchange(chunk_, {}));
}

void Capture::Deliver() {
  while (!sealed_.empty() && WindowOpen()) {
    const Bytes chunk = std::move(sealed_.front());
    sealed_.pop_front();
    sealed_bytes_ -= chunk.size();
    Post(chunk, false);
  }
}

void Capture::Post(ByteSpan chunk, bool last) {
  unacknowledged_ += chunk.size();
  events_.CaptureData({id_, last, seen_, dropped_, chunk});
}

void Capture::Acknowledge(size_t bytes) {
  unacknowledged_ -= std::min(bytes, unacknowledged_);
  Deliver();
}

void Capture::HandleTimeout(const Now& now) {
  if (now.mono < NextTimeout()) return;
  Seal();
  Deliver();
}

Instant Capture::NextTimeout() const {
  // With the window closed only an acknowledgement changes anything.
  return chunk_.empty() || !WindowOpen() ? Instant::Never() : flush_at_;
}

void Capture::Finish(const Now& now) {
  // At most kMaxInterfaces small blocks beyond kMaxBuffered: they are what tells that packets are missing.
  for (auto& [network, interface] : interfaces_) {
    if (!interface.index.has_value()) Announce(network, interface);
  }
  for (const auto& [network, interface] : interfaces_) {
    writer_.Statistics(*interface.index, Microseconds(now), interface.seen, interface.dropped);
  }
  for (; !sealed_.empty(); sealed_.pop_front()) Post(sealed_.front(), false);
  Post(std::exchange(chunk_, {}), true);
}

Status Captures::Start(const Now& now, CaptureOptions options, uint32_t& id) {
  if (running_.size() >= kMaxCaptures || events_.queue().capture_bytes() > Capture::kMaxBuffered) {
    return Status::kLimitReached;
  }
  id = ++last_id_;
  running_.push_back(std::make_unique<Capture>(now, id, std::move(options), events_));
  UpdateTaps();
  return Status::kOk;
}

std::unique_ptr<Capture>* Captures::Find(uint32_t id) {
  const auto at = std::find_if(running_.begin(), running_.end(), [&](const auto& c) { return c->id() == id; });
  return at == running_.end() ? nullptr : &*at;
}

Status Captures::Stop(const Now& now, uint32_t id) {
  std::unique_ptr<Capture>* found = Find(id);
  if (found == nullptr) return Status::kNotFound;
  (*found)->Finish(now);
  running_.erase(running_.begin() + (found - running_.data()));
  UpdateTaps();
  return Status::kOk;
}

Status Captures::Acknowledge(uint32_t id, size_t bytes) {
  std::unique_ptr<Capture>* found = Find(id);
  if (found == nullptr) return Status::kNotFound;
  (*found)->Acknowledge(bytes);
  return Status::kOk;
}

void Captures::EndAll(const Now& now) {
  for (const auto& capture : running_) capture->Finish(now);
  running_.clear();
  UpdateTaps();
}

void Captures::UpdateTaps() {
  frames_ = std::any_of(running_.begin(), running_.end(), [](const auto& c) { return c->options().frames; });
  datagrams_ = std::any_of(running_.begin(), running_.end(), [](const auto& c) { return c->options().datagrams; });
}

void Captures::Frame(const Now& now, PcapngDirection direction, NetworkId network, Mac source, Mac destination,
                     uint16_t ether_type, std::span<const ByteSpan> payload) {
  ByteArray<14> header;
  ByteWriter out(header);
  out.MacAddress(destination);
  out.MacAddress(source);
  out.U16(ether_type);
  std::array<ByteSpan, kMaxPieces> pieces;
  Bytes joined;
  size_t count = 0;
  pieces[count++] = header;
  if (payload.size() < kMaxPieces) {
    for (ByteSpan piece : payload) pieces[count++] = piece;
  } else {
    for (ByteSpan piece : payload) joined.insert(joined.end(), piece.begin(), piece.end());
    pieces[count++] = joined;
  }
  std::optional<CaptureFields> fields;
  for (const auto& capture : running_) {
    if (!capture->options().frames) continue;
    if (!capture->options().filter.empty()) {
      if (!fields.has_value()) fields = FieldsOfFrame(network, ether_type, payload);
      if (!Matches(capture->options().filter, *fields)) continue;
    }
    capture->Record(now, network, direction, std::span(pieces).first(count));
  }
}

void Captures::Received(const Now& now, const InboundDatagram& datagram) {
  Datagram(now, PcapngDirection::kInbound, datagram.from, local_.For(datagram.from), datagram.bytes, 0);
}

void Captures::Sent(const Now& now, std::span<const Transmit> datagrams) {
  for (const Transmit& datagram : datagrams) {
    Datagram(now, PcapngDirection::kOutbound, local_.For(datagram.to), datagram.to, datagram.bytes, datagram.ttl);
  }
}

void Captures::Datagram(const Now& now, PcapngDirection direction, const Endpoint& source, const Endpoint& destination,
                        ByteSpan payload, uint8_t hop_limit) {
  std::optional<OuterHeader> header;
  for (const auto& capture : running_) {
    if (!capture->options().datagrams || !MatchesDatagram(capture->options().filter, source, destination)) continue;
    if (!header.has_value()) header.emplace(source, destination, payload, hop_limit);
    const ByteSpan pieces[] = {header->bytes(), payload};
    capture->Record(now, kOuter, direction, pieces);
  }
}

void Captures::HandleTimeout(const Now& now) {
  for (const auto& capture : running_) capture->HandleTimeout(now);
}

Deadline Captures::NextTimeout() const {
  Deadline next{Instant::Never(), "capture"};
  for (const auto& capture : running_) next.at = std::min(next.at, capture->NextTimeout());
  return next;
}

}  // namespace zt::node
