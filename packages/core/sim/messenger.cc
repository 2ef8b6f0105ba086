#include "sim/messenger.h"

#include "base/check.h"
#include "wire/derived_address.h"

namespace zt::sim {
namespace {

constexpr uint8_t kQuestion[] = {'?'};
constexpr uint8_t kAnswer[] = {'!'};

}  // namespace

Messenger::Messenger(Host& host) : host_(host) {
  host_.on_event = [this](Event code, ByteSpan) {
    if (code == Event::kUdpReadable) Read();
  };
}

IpAddress Messenger::address() const { return DeriveSixPlane(host_.address(), kNetwork).address; }

void Messenger::Begin() {
  const Status joined = host_.Do(Command::kJoin, [](node::HostWriter& out) { out.U64(kNetwork.value); });
  ZT_CHECK(joined == Status::kOk || joined == Status::kAlreadyExists);
  const Status bound = host_.Do(Command::kUdpBind, [this](node::HostWriter& out) {
    out.U64(kNetwork.value);
    out.Ep({address(), kPort});
  });
  ZT_CHECK(bound == Status::kOk);
  socket_ = {host_.Body().U32()};
}

void Messenger::Ask(const Messenger& other) {
  if (!host_.awake()) return;
  host_.UdpSend(socket_, {other.address(), kPort}, kQuestion);
}

uint64_t Messenger::answers(const Messenger& other) const {
  const auto at = answers_.find(other.address());
  return at == answers_.end() ? 0 : at->second;
}

void Messenger::Read() {
  Endpoint from, to;
  uint8_t byte = 0;
  while (host_.running() && host_.UdpReceive(socket_, from, to, {&byte, 1}) > 0) {
    if (byte == kAnswer[0]) {
      ++answers_[from.ip];
      continue;
    }
    ++questions_;
    host_.UdpSend(socket_, from, kAnswer);
  }
}

}  // namespace zt::sim
