#include "sim/messenger.h"

#include "base/check.h"
#include "wire/derived_address.h"

namespace zt::sim {
namespace {

constexpr uint8_t kQuestion = '?', kAnswer = '!';

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
  const uint8_t question[] = {kQuestion, round_};
  host_.UdpSend(socket_, {other.address(), kPort}, question);
}

uint64_t Messenger::answers(const Messenger& other) const {
  const auto at = answers_.find(other.address());
  return at == answers_.end() ? 0 : at->second;
}

void Messenger::Read() {
  Endpoint from, to;
  uint8_t message[2] = {};
  while (host_.running() && host_.UdpReceive(socket_, from, to, message) > 0) {
    if (message[0] == kAnswer) {
      if (message[1] == round_) ++answers_[from.ip];
      continue;
    }
    ++questions_;
    message[0] = kAnswer;
    host_.UdpSend(socket_, from, message);
  }
}

}  // namespace zt::sim
