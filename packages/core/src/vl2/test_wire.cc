#include "vl2/test_wire.h"

#include <algorithm>

#include "base/check.h"

namespace zt::vl2::testing {

TestNode::TestNode(TestWire& wire, const char* secret, const Options& options)
    : wire_(wire), secret_(*SecretIdentity::ParseText(secret)), random_(secret_.address().value) {
  wire_.nodes[address()] = this;
  vl2 = std::make_unique<Vl2>(static_cast<Link&>(*this), random_, drops, options, *this);
}

PacketId TestNode::Send(const Now&, NodeAddress to, Verb verb, vl1::Gather payload, vl1::SendOptions options) {
  if (to == address()) return {};
  Sent sent{address(), to, verb, {++wire_.next_id << 32}, {}, options.expect_reply};
  for (const ByteSpan piece : payload) sent.payload.insert(sent.payload.end(), piece.begin(), piece.end());
  ZT_CHECK(sent.payload.size() <= 10'024 - 28);
  wire_.log.push_back(sent);
  wire_.Queue(sent);
  return sent.id;
}

const Identity* TestNode::FindIdentity(NodeAddress address) const {
  if (std::find(hidden_.begin(), hidden_.end(), address) != hidden_.end()) return nullptr;
  const auto it = wire_.nodes.find(address);
  return it == wire_.nodes.end() ? nullptr : &it->second->secret_.identity();
}

void TestNode::RequestIdentity(const Now&, NodeAddress address) { identity_requests.push_back(address); }

std::vector<NodeAddress> TestNode::Roots() const {
  if (root_.value == 0 || root_ == address()) return {};
  return {root_};
}

std::optional<NodeAddress> TestNode::BestRoot(const Now&) const {
  if (root_.value == 0 || root_ == address()) return std::nullopt;
  return root_;
}

void TestNode::Reveal(NodeAddress address) {
  std::erase(hidden_, address);
  if (const Identity* identity = FindIdentity(address)) vl2->OnIdentityKnown(wire_.now, *identity);
}

void TestWire::Settle() {
  while (!queue_.empty()) {
    const Sent sent = std::move(queue_.front());
    queue_.pop_front();
    if (lose && lose(sent)) continue;
    const auto to = nodes.find(sent.to);
    if (to != nodes.end()) Inject(*this, *to->second, sent.from, sent.verb, sent.payload, sent.id.value);
  }
  for (auto& [address, node] : nodes) node->vl2->Flush(now);
}

void TestWire::Advance(Millis ms) {
  const Instant end = now.mono + ms;
  for (;;) {
    Settle();
    Instant next = Instant::Never();
    for (auto& [address, node] : nodes) next = std::min(next, node->vl2->NextTimeout().at);
    if (next > end) break;
    const Millis step = std::max<Millis>(0, next - now.mono);
    now = {now.mono + step, {now.wall.ms + step}};
    for (auto& [address, node] : nodes) {
      if (node->vl2->NextTimeout().at > now.mono) continue;
      ++wakeups;
      node->vl2->HandleTimeout(now);
      ZT_CHECK(node->vl2->NextTimeout().at > now.mono);  // a timer that fires must move on
    }
  }
  const Millis rest = end - now.mono;
  now = {end, {now.wall.ms + rest}};
}

size_t TestWire::Count(NodeAddress from, Verb verb) const {
  return static_cast<size_t>(
      std::count_if(log.begin(), log.end(), [&](const Sent& s) { return s.from == from && s.verb == verb; }));
}

bool Inject(TestWire& wire, TestNode& to, NodeAddress from, Verb verb, ByteSpan payload, uint64_t id) {
  const Identity* source = wire.nodes.at(from)->FindIdentity(from);
  return to.vl2->HandleMessage(wire.now, {source, verb, {id}, 0, {IpAddress::V4(127, 0, 0, 1), 9993}, payload});
}

Bytes FromHex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Bytes out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return out;
}

}  // namespace zt::vl2::testing
