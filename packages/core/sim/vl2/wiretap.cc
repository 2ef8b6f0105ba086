#include "sim/vl2/wiretap.h"

#include "base/check.h"
#include "sim/identities.h"
#include "wire/lz4.h"
#include "wire/packet_header.h"

namespace zt::sim {
namespace {

constexpr uint8_t kFragmentMark = 0xff;  // byte 13 of a fragment (vl1.md §3.6)
constexpr size_t kFragmentHeader = 16;
constexpr size_t kLargest = 16'384;

}  // namespace

void Wiretap::Watch(Host& host) {
  host.SetTap(this);
  names_[host.name()] = host.address();
  for (const std::string_view text : kIdentities) {
    if (*NodeAddress::Parse(text.substr(0, 10)) != host.address()) continue;
    secrets_.emplace(host.address(), *SecretIdentity::ParseText(text));
  }
}

const vl1::PeerKeys* Wiretap::KeysOf(NodeAddress one, NodeAddress other) {
  const auto a = secrets_.find(std::min(one, other)), b = secrets_.find(std::max(one, other));
  if (a == secrets_.end() || b == secrets_.end()) return nullptr;
  auto& keys = keys_[{a->first, b->first}];
  if (keys == nullptr) keys = std::make_unique<vl1::PeerKeys>(*a->second.Agree(b->second.identity()));
  return keys.get();
}

// A sender's fragments leave in order, so the last one completes the packet.
void Wiretap::OnPacket(const std::string& host, bool sent, const Packet& packet) {
  if (next_ != nullptr) next_->OnPacket(host, sent, packet);
  const auto sender = names_.find(host);
  if (!sent || sender == names_.end() || packet.bytes.size() < kFragmentHeader) return;
  const Bytes& bytes = packet.bytes;
  uint64_t id = 0;
  for (size_t i = 0; i < 8; ++i) id = id << 8 | bytes[i];
  if (bytes[wire::kSourceOffset] == kFragmentMark) {
    const auto head = heads_.find({sender->second, id});
    if (head == heads_.end()) return;  // somebody else's, relayed
    head->second.insert(head->second.end(), bytes.begin() + kFragmentHeader, bytes.end());
    const uint8_t total = bytes[14] >> 4, number = bytes[14] & 15;
    if (number + 1 < total) return;
    Open(std::move(head->second));
    heads_.erase(head);
    return;
  }
  if (bytes.size() < wire::kHeaderSize) return;
  const wire::PacketView view(bytes);
  if (view.source() != sender->second) return;
  if (view.fragmented()) {
    heads_[{sender->second, id}] = bytes;
  } else {
    Open(bytes);
  }
}

void Wiretap::Open(Bytes packet) {
  const wire::PacketView view(packet);
  const vl1::PeerKeys* keys = KeysOf(view.source(), view.destination());
  if (keys == nullptr) return;  // a host that nobody watches
  ZT_CHECK(keys->Open(packet));
  Message message{view.source(), view.destination(), view.verb(), view.id(), {}};
  const ByteSpan payload = view.payload();
  if (view.compressed()) {
    message.payload.resize(kLargest);
    const auto size = wire::Lz4Decompress(payload, message.payload);
    ZT_CHECK(size.has_value());
    message.payload.resize(*size);
  } else {
    message.payload.assign(payload.begin(), payload.end());
  }
  told_(message);
}

}  // namespace zt::sim
