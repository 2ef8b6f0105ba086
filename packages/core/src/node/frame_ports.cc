#include "node/frame_ports.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "vl2/frame.h"

namespace zt::node {

namespace {

constexpr uint16_t kEtherVlan = 0x8100, kEtherServiceVlan = 0x88a8;
// IEEE 802.1Q §9.4: a tag does not count against the MTU of what it carries.
constexpr size_t kVlanTag = 4;

size_t LongestPayload(const NetworkConfig& config, uint16_t ether_type) {
  const bool tagged = ether_type == kEtherVlan || ether_type == kEtherServiceVlan;
  return std::min<size_t>(config.mtu + (tagged ? kVlanTag : 0), limits::kMaxFramePayload);
}

}  // namespace

Status FramePorts::Open(NetworkId network, bool exclusive, size_t queue_bytes, uint32_t& id) {
  if (queue_bytes < kMinQueueBytes || queue_bytes > kMaxQueueBytes) return Status::kInvalidArgument;
  if (ports_.contains(network)) return Status::kAlreadyExists;
  if (total_bytes_ + 2 * queue_bytes > kMaxTotalBytes) return Status::kLimitReached;
  id = ++last_id_;
  total_bytes_ += 2 * queue_bytes;
  ports_.emplace(network, std::make_unique<FramePort>(id, network, exclusive, queue_bytes));
  return Status::kOk;
}

FramePort* FramePorts::Find(uint32_t id) {
  const auto at = std::find_if(ports_.begin(), ports_.end(), [&](const auto& entry) { return entry.second->id == id; });
  return at == ports_.end() ? nullptr : at->second.get();
}

void FramePorts::Close(uint32_t id) {
  const FramePort* port = Find(id);
  if (port == nullptr) return;
  total_bytes_ -= 2 * port->queue_bytes;
  ports_.erase(port->network);
}

void FramePorts::End(NetworkId network, Status status) {
  const auto at = ports_.find(network);
  if (at == ports_.end()) return;
  events_.FramesClosed(at->second->id, status);
  Close(at->second->id);
}

void FramePorts::EndAll(Status status) {
  while (!ports_.empty()) End(ports_.begin()->first, status);
}

bool FramePorts::Deliver(NetworkId network, Mac source, Mac destination, uint16_t ether_type, ByteSpan payload) {
  const auto at = ports_.find(network);
  if (at == ports_.end()) return false;
  FramePort& port = *at->second;
  ByteArray<kHeader> header;
  ByteWriter out(header);
  out.MacAddress(destination);
  out.MacAddress(source);
  out.U16(ether_type);
  const ByteSpan pieces[] = {header, payload};
  if (!port.in.Push(pieces)) {
    drops_.Count(DropReason::kReceiveBufferFull);
    ++port.counters.dropped;
    return port.exclusive;
  }
  ++port.counters.received;
  port.counters.received_bytes += kHeader + payload.size();
  if (!port.told) {
    port.told = true;
    events_.FramesReady(Event::kFramesReadable, port.id);
  }
  return port.exclusive;
}

int64_t FramePorts::Send(uint32_t id, ByteSpan records) {
  FramePort* port = Find(id);
  if (port == nullptr) return -static_cast<int64_t>(Status::kNotFound);
  // The caller's mistake must not wait in the queue: every record is a frame, and the batch ends with a whole one.
  for (ByteReader in(records); in.remaining() != 0;) {
    const size_t length = in.U16();
    in.Skip(length);
    if (!in.ok() || length < kHeader || length > kMaxFrame) return -static_cast<int64_t>(Status::kInvalidArgument);
  }
  const size_t taken = port->out.PushRecords(records);
  if (taken < records.size()) port->wants_room = true;
  return static_cast<int64_t>(taken);
}

int64_t FramePorts::Receive(uint32_t id, MutableBytes into) {
  FramePort* port = Find(id);
  if (port == nullptr) return -static_cast<int64_t>(Status::kNotFound);
  if (port->in.empty()) return -static_cast<int64_t>(Status::kWouldBlock);
  const size_t moved = port->in.Take(into);
  if (port->in.empty()) port->told = false;
  return moved != 0 ? static_cast<int64_t>(moved) : -static_cast<int64_t>(Status::kMessageTooBig);
}

bool FramePorts::Flush(const Now& now, const vl2::Vl2& vl2) {
  size_t budget = kMaxBytesPerTurn;
  auto at = ports_.upper_bound(served_);
  for (size_t n = ports_.size(); n > 0 && budget > 0; --n, ++at) {
    if (at == ports_.end()) at = ports_.begin();
    if (at->second->out.empty()) continue;
    const auto info = vl2.Info(at->first);
    if (!info.has_value()) continue;
    served_ = at->first;
    budget -= std::min(budget, FlushPort(now, *info, *at->second, budget));
  }
  return budget < kMaxBytesPerTurn;
}

// The bytes of the frames that left the queue.
size_t FramePorts::FlushPort(const Now& now, const vl2::NetworkInfo& info, FramePort& port, size_t budget) {
  size_t done = 0;
  while (!port.out.empty() && done < budget && sink_.HasRoom()) {
    const ByteSpan frame = port.out.Front(joined_);
    done += frame.size();
    SendOne(now, info, port, frame);
    port.out.PopFront();
  }
  // Not for every frame: an application wakes up for a good part of the queue.
  if (port.wants_room && port.out.room() >= port.queue_bytes / 2) {
    port.wants_room = false;
    events_.FramesReady(Event::kFramesWritable, port.id);
  }
  return done;
}

void FramePorts::SendOne(const Now& now, const vl2::NetworkInfo& info, FramePort& port, ByteSpan frame) {
  ByteReader in(frame);
  const Mac destination = in.MacAddress(), source = in.MacAddress();
  const uint16_t ether_type = in.U16();
  const ByteSpan payload = frame.subspan(kHeader);
  FrameCounters& counters = port.counters;
  const auto refuse = [&](uint64_t& counter, DropReason reason) {
    ++counter;
    drops_.Count(reason);
  };
  if (info.config == nullptr) return refuse(counters.no_configuration, DropReason::kNotAMember);
  if (source.value == 0 || source.IsMulticast()) return refuse(counters.bad_source, DropReason::kBadSourceMac);
  // vl2.md §9.1: a foreign source needs an active bridge.
  const bool bridge = source == info.mac || info.config->IsActiveBridge(info.config->issued_to);
  if (!bridge) return refuse(counters.not_a_bridge, DropReason::kNoBridge);
  if (payload.size() > LongestPayload(*info.config, ether_type)) {
    return refuse(counters.too_big, DropReason::kFrameTooBig);
  }
  // What a queue drops is counted where it happens, deep below: in the waiting queue of a stranger, or for want of room
  // for all fragments, or for all receivers of a group.
  const auto overflows = [&] { return drops_.Of(DropReason::kQueueFull) + drops_.Of(DropReason::kTransmitFull); };
  const uint64_t before = overflows();
  sink_.SendFrame(now, port.network, source, destination, ether_type, {&payload, 1});
  if (overflows() != before) {
    ++counters.no_room;
    return;
  }
  ++counters.sent;
  counters.sent_bytes += frame.size();
}

}  // namespace zt::node
