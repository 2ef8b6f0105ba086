#include "bench/netstack_transfer.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/seeded_random.h"
#include "netstack/stack.h"

namespace zt::bench {
namespace {

using netstack::Stack;
using netstack::StackEventKind;

constexpr NetworkId kNetwork{0x8056c2e21c000001ULL};
constexpr size_t kChunk = 256 << 10;         // what the application writes and reads at once
constexpr uint64_t kFramesPerMs = 800;       // virtual speed of the wire, about 10 Gbit/s
constexpr uint64_t kMaxIdleRounds = 100'000;  // a stream that stands still is given up

// One end: a stack, and the queue of what it sent.
class End final : public netstack::FrameSink {
 public:
  static constexpr size_t kSlots = 64;

  End(uint64_t seed, uint8_t number, const TransferPlan& plan)
      : random_(seed), mac_{0x020000000000ULL + number}, stack(random_, drops_, *this),
        address(plan.v6 ? *IpAddress::Parse(number == 1 ? "fd00::1" : "fd00::2") : IpAddress::V4(10, 0, 0, number)),
        slots_(std::make_unique<std::array<Slot, kSlots>>()) {
    const Now now{};
    stack.AddInterface(now, kNetwork, mac_, plan.mtu, 0);
    const IpPrefix prefix{address, static_cast<uint8_t>(plan.v6 ? 64 : 24)};
    stack.SetAddresses(now, kNetwork, {&prefix, 1});
  }

  void SendFrame(const Now&, NetworkId, Mac source, Mac destination, uint16_t ether_type,
                 std::span<const ByteSpan> payload) override {
    Slot& slot = (*slots_)[tail_++ % kSlots];
    slot.source = source;
    slot.destination = destination;
    slot.ether_type = ether_type;
    slot.size = 0;
    for (ByteSpan piece : payload) {
      std::copy(piece.begin(), piece.end(), slot.bytes.begin() + static_cast<ptrdiff_t>(slot.size));
      slot.size += piece.size();
    }
  }
  bool HasRoom() const override { return tail_ - head_ < kSlots; }

  // Hands what this end sent to the other. The number of frames.
  uint64_t Deliver(const Now& now, End& to) {
    const uint64_t count = tail_ - head_;
    for (; head_ != tail_; ++head_) {
      const Slot& slot = (*slots_)[head_ % kSlots];
      data_frames += slot.size > 1000;
      to.stack.HandleFrame(now, kNetwork, slot.source, slot.destination, slot.ether_type,
                           ByteSpan(slot.bytes).first(slot.size));
    }
    return count;
  }

 private:
  struct Slot {
    Mac source, destination;
    uint16_t ether_type = 0;
    size_t size = 0;
    std::array<uint8_t, Stack::kMaxMtu> bytes;
  };
  SeededRandom random_;
  DropCounters drops_;
  Mac mac_;

 public:
  Stack stack;
  IpAddress address;
  uint64_t data_frames = 0;

 private:
  std::unique_ptr<std::array<Slot, kSlots>> slots_;
  uint64_t head_ = 0, tail_ = 0;
};

class Transfer {
 public:
  explicit Transfer(const TransferPlan& plan) : plan_(plan), client_(1, 1, plan), server_(2, 2, plan) {
    for (size_t i = 0; i < buffer_.size(); ++i) buffer_[i] = static_cast<uint8_t>(i * 31);
  }

  TransferResult Run() {
    server_.stack.TcpListen({}, {server_.address, 80}, 16);
    sender_ = client_.stack.TcpConnect(now_, {}, {}, {server_.address, 80}, 0).socket;
    uint64_t idle = 0;
    while (result_.bytes < plan_.bytes && idle < kMaxIdleRounds) {
      const uint64_t before = result_.bytes;
      Round();
      idle = result_.bytes == before ? idle + 1 : 0;
    }
    result_.segments = client_.data_frames;
    return result_;
  }

 private:
  void Round() {
    Events(client_);
    Write();
    Turn(client_, server_);
    Events(server_);
    Read();
    Turn(server_, client_);
  }

  void Turn(End& from, End& to) {
    from.stack.Flush(now_);
    const uint64_t frames = from.Deliver(now_, to);
    result_.frames += frames;
    frames_since_tick_ += frames;
    // With nothing in flight the next timer is what happens next.
    if (frames_since_tick_ < kFramesPerMs && frames != 0) return;
    frames_since_tick_ = 0;
    now_.mono.ms += 1;
    for (End* end : {&client_, &server_}) {
      if (end->stack.NextTimeout().at <= now_.mono) end->stack.HandleTimeout(now_);
    }
  }

  void Events(End& end) {
    while (const auto event = end.stack.PollEvent()) {
      switch (event->kind) {
        case StackEventKind::kTcpAccepted: receiver_ = event->socket; break;
        case StackEventKind::kTcpConnected:
        case StackEventKind::kTcpWritable: writable_ = true; break;
        case StackEventKind::kTcpReadable: readable_ = true; break;
        default: break;
      }
    }
  }

  void Write() {
    while (writable_ && written_ < plan_.bytes) {
      const size_t size = static_cast<size_t>(std::min<uint64_t>(kChunk, plan_.bytes - written_));
      const int64_t n = client_.stack.TcpWrite(now_, sender_, ByteSpan(buffer_).first(size));
      written_ += static_cast<uint64_t>(std::max<int64_t>(n, 0));
      writable_ = n == static_cast<int64_t>(size);
    }
  }

  void Read() {
    while (readable_ && receiver_) {
      const int64_t n = plan_.in_place ? Consume() : server_.stack.TcpRead(now_, receiver_, into_);
      if (n > 0) result_.bytes += static_cast<uint64_t>(n);
      readable_ = n > 0;
    }
  }

  int64_t Consume() {
    ByteSpan first, second;
    const int64_t n = server_.stack.TcpPeek(receiver_, first, second);
    if (n > 0) (void)server_.stack.TcpConsume(now_, receiver_, static_cast<size_t>(n));
    return n;
  }

  const TransferPlan plan_;
  Now now_{{1'000'000}, {1'700'000'000'000}};
  End client_, server_;
  SocketId sender_, receiver_;
  Bytes buffer_ = Bytes(kChunk);
  Bytes into_ = Bytes(kChunk);
  bool writable_ = false, readable_ = false;
  uint64_t written_ = 0;
  uint64_t frames_since_tick_ = 0;
  TransferResult result_;
};

}  // namespace

TransferResult RunTransfer(const TransferPlan& plan) { return Transfer(plan).Run(); }

}  // namespace zt::bench
