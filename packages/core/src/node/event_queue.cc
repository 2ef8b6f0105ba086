#include "node/event_queue.h"

#include "base/byte_reader.h"
#include "base/check.h"

namespace zt::node {

namespace {

bool IsReadiness(Event code) {
  return code == Event::kTcpReadable || code == Event::kTcpWritable || code == Event::kUdpReadable ||
         code == Event::kFramesReadable || code == Event::kFramesWritable;
}

bool IsOfSocket(Event code) {
  return IsReadiness(code) || code == Event::kTcpConnected || code == Event::kTcpAccepted ||
         code == Event::kTcpClosed || code == Event::kFramesClosed;
}

bool IsMessage(Event code) { return code == Event::kUserMessage || code == Event::kRemoteTrace; }

uint64_t ReadinessKey(Event code, ByteSpan body) {
  return static_cast<uint64_t>(code) << 32 | ByteReader(body).U32();
}

}  // namespace

void EventQueue::Push(Event code, ByteSpan body) {
  if (IsReadiness(code)) {
    if (!ready_.insert(ReadinessKey(code, body)).second) return;
  } else if (code == Event::kCaptureData) {
    capture_bytes_ += body.size();
  } else if (code == Event::kStorePeer) {
    if (record_bytes_ + kHeader + body.size() > max_record_bytes_) {
      drops_.Count(DropReason::kQueueFull);
      return;
    }
    record_bytes_ += kHeader + body.size();
  } else if (!IsOfSocket(code) &&
             bytes_.size() - head_ - capture_bytes_ - record_bytes_ + kHeader + body.size() > kMaxBytes) {
    drops_.Count(DropReason::kQueueFull);
    return;
  } else if (IsMessage(code)) {
    if (message_bytes_ + body.size() > kMaxMessageBytes) {
      drops_.Count(DropReason::kQueueFull);
      return;
    }
    message_bytes_ += body.size();
  }
  const auto number = static_cast<uint16_t>(code);
  bytes_.push_back(static_cast<uint8_t>(number >> 8));
  bytes_.push_back(static_cast<uint8_t>(number));
  for (int shift = 24; shift >= 0; shift -= 8) bytes_.push_back(static_cast<uint8_t>(body.size() >> shift));
  bytes_.insert(bytes_.end(), body.begin(), body.end());
}

void EventQueue::Drain(Bytes& out, size_t max_bytes) {
  const size_t first = head_;
  while (!empty()) {
    ByteReader in(ByteSpan(bytes_).subspan(head_));
    const auto code = static_cast<Event>(in.U16());
    const ByteSpan body = in.Take(in.U32());
    ZT_CHECK(in.ok());
    const size_t taken = head_ - first;
    if (taken != 0 && out.size() + taken + in.position() > max_bytes) break;
    if (IsReadiness(code)) ready_.erase(ReadinessKey(code, body));
    if (code == Event::kCaptureData) capture_bytes_ -= body.size();
    if (IsMessage(code)) message_bytes_ -= body.size();
    if (code == Event::kStorePeer) record_bytes_ -= kHeader + body.size();
    head_ += in.position();
  }
  out.insert(out.end(), bytes_.begin() + static_cast<ptrdiff_t>(first), bytes_.begin() + static_cast<ptrdiff_t>(head_));
  if (empty()) {
    bytes_.clear();
    head_ = 0;
  } else if (head_ > bytes_.size() / 2) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
}

}  // namespace zt::node
