#include "testing/replay/replay.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "base/byte_reader.h"
#include "testing/options_writer.h"
#include "wire/packet_header.h"

namespace zt::replay {
namespace {

constexpr Mac kBroadcast{0xffffffffffff};
constexpr uint16_t kPing = 56;
constexpr size_t kLargePing =
    5000;  // what the captured application sent where it did not fit into a frame
constexpr size_t kInReId = 1, kEchoedTime = 9,
                 kHelloTime = 5;  // offsets in payloads (vl1.md §6.2, §6.3)

void SetInReId(Packet& answer, PacketId id) {
  for (size_t i = 0; i < 8; ++i)
    answer.payload[kInReId + i] = static_cast<uint8_t>(id.value >> (56 - 8 * i));
}

}  // namespace

Replay::Replay(std::string_view session, std::string_view role) : role_(*NodeAddress::Parse(role)) {
  Plan(LoadSession(session));
  Create();
}

void Replay::Plan(const std::vector<Datagram>& session) {
  PacketReader reader(keys_);
  // Its own addresses are those it sends from without a hop in between.
  std::set<Endpoint> own;
  for (const Datagram& each : session) {
    const auto packet = PacketReader(keys_).Read(each);
    if (packet && packet->source == role_ && packet->hops == 0) own.insert(each.from);
  }
  sockets_.assign(own.begin(), own.end());
  // Clients were started in the capture and speak first; the root was there before.
  const auto first = std::find_if(session.begin(), session.end(), [&](const Datagram& each) {
    return own.contains(each.from) || own.contains(each.to);
  });
  start_ = time_ = first->time;
  std::vector<Datagram> parts;
  for (const Datagram& each : session) {
    const auto packet = reader.Read(each);
    if (own.contains(each.from)) {
      if (!packet) continue;
      captured.push_back(*packet);
      captured_requests_[packet->id.value] = *packet;
      if (packet->source == role_) PlanApplication(*packet);
    } else if (own.contains(each.to)) {
      parts.push_back(each);
      const bool waits = !packet && each.bytes.size() >= wire::kHeaderSize;
      if (!waits) events_.push_back({each.time, std::exchange(parts, {}), packet, {}, {}, {}, {}});
    }
  }
  for (Decision& each : DecisionsOf(role_, captured)) {
    controls_ = true;
    const int64_t time = each.time;
    events_.push_back({time, {}, {}, {}, {}, {}, std::move(each)});
  }
  end_ = session.back().time;
  std::stable_sort(events_.begin(), events_.end(),
                   [](const Event& a, const Event& b) { return a.time < b.time; });
}

void Replay::PlanApplication(const Packet& sent) {
  ByteReader in(sent.payload);
  const uint64_t network = in.U64();
  if (sent.verb == Verb::kNetworkConfigRequest && joined_.insert(network).second) {
    // They were members of one network at a time.
    if (current_ != 0) events_.push_back({sent.time - 1, {}, {}, {}, {}, current_, {}});
    current_ = network;
    events_.push_back({sent.time, {}, {}, network, {}, {}, {}});
  }
  if (sent.verb == Verb::kMulticastGather && in.U8() == 1 && in.MacAddress() == kBroadcast) {
    // The request for the owner of an address is what the first ping begins with.
    const uint32_t target = in.U32();
    if (target != 0)
      events_.push_back({sent.time, {}, {}, {}, Echo{network, IpAddress::V4(target), kPing}, {}, {}});
  }
  if (sent.verb != Verb::kFrame) return;
  const uint16_t ether_type = in.U16();
  const ByteSpan ip = in.Rest();
  if (ether_type == 0x86dd && ip.size() > 48 && ip[6] == 58 && ip[40] == 128) {
    const auto size = static_cast<uint16_t>(ip.size() - 48);
    events_.push_back(
        {sent.time, {}, {}, {}, Echo{network, IpAddress::FromV6Bytes(&ip[24]), size}, {}, {}});
  }
  if (ether_type != 0x0800) return;
  const bool first_fragment = ip.size() > 28 && (ip[6] & 0x1f) == 0 && ip[7] == 0;
  if (!first_fragment || ip[9] != 1 || ip[20] != 8) return;
  const bool whole = (ip[6] & 0x20) == 0;
  const auto size = static_cast<uint16_t>(whole ? ip.size() - 28 : kLargePing);
  events_.push_back(
      {sent.time, {}, {}, {}, Echo{network, IpAddress::FromV4Bytes(&ip[16]), size}, {}, {}});
}

void Replay::Create() {
  zt::testing::OptionsWriter options;
  options.Text(CreateOption::kIdentitySecret, keys_.TextOf(role_))
      .Add(CreateOption::kPlanet, LoadPlanet());
  options.Add(CreateOption::kRandomSeed, Bytes(32, 7)).Add(CreateOption::kAes, Bytes{1});
  options.Text(CreateOption::kPlatform, "linux/x86_64");
  Status status = Status::kOk;
  node_ = Node::Create(now(), options.bytes, status);
  REQUIRE(status == Status::kOk);
  Bytes request;
  node::HostWriter out(request);
  out.U16(static_cast<uint16_t>(Command::kSetLocalSockets));
  out.Count(sockets_.size());
  for (size_t i = 0; i < sockets_.size(); ++i) {
    out.I32(static_cast<int32_t>(i));
    out.Ep(sockets_[i]);
  }
  Do(request);
  request.clear();
  out.U16(static_cast<uint16_t>(Command::kSetLocalEndpoints));
  out.Count(sockets_.size());
  for (const Endpoint& each : sockets_) out.Ep(each);
  Do(request);
  request.clear();
  out.U16(static_cast<uint16_t>(Command::kControllerEnable));
  out.Bool(controls_);
  Do(request);
}

void Replay::Do(const Bytes& request) {
  Bytes reply;
  node_->Command(now(), request, reply);
  CHECK(static_cast<Status>(ByteReader(reply).U32()) == Status::kOk);
  Collect();
}

void Replay::Membership(Command command, uint64_t network) {
  Bytes request;
  node::HostWriter out(request);
  out.U16(static_cast<uint16_t>(command));
  out.U64(network);
  Do(request);
}

void Replay::Ping(const Echo& echo) {
  Bytes request;
  node::HostWriter out(request);
  out.U16(static_cast<uint16_t>(Command::kPing));
  out.U64(echo.network);
  out.Ip(echo.to);
  out.U32(1);
  out.U16(echo.size);
  out.U32(10'000);
  Do(request);
}

void Replay::Decide(const Decision& decision) {
  const uint64_t request = decision.request.value;
  CHECK_MESSAGE((request == 0 || requested.contains(request)), "nobody was told of the request");
  Do(decision.command);
}

void Replay::AnswerEchoes() {
  for (const Packet& echo : std::exchange(unanswered_, {})) {
    Packet answer = echo;
    std::swap(answer.from, answer.to);
    std::swap(answer.source, answer.destination);
    answer.verb = Verb::kOk;
    answer.id.value ^= 0x5555;
    answer.payload.assign(kEchoedTime, static_cast<uint8_t>(Verb::kEcho));
    SetInReId(answer, echo.id);
    answer.payload.insert(answer.payload.end(), echo.payload.begin(), echo.payload.end());
    Give(answer.from, answer.to, keys_.Seal(answer));
  }
}

void Replay::Run() {
  for (const Event& event : events_) {
    if (event.time < start_) continue;  // our node is not there yet
    RunTimersUntil(event.time);
    if (event.join) Membership(Command::kJoin, *event.join);
    if (event.leave) Membership(Command::kLeave, *event.leave);
    if (event.ping) Ping(*event.ping);
    if (event.decision) Decide(*event.decision);
    if (!event.datagrams.empty()) Feed(event);
    AnswerEchoes();
  }
  RunTimersUntil(end_);
}

void Replay::RunTimersUntil(int64_t time) {
  for (int idle = 0;;) {
    const Instant next = node_->NextTimeout().at;
    if (next == Instant::Never()) break;  // before it is counted with: it is the largest number there is
    const int64_t due = next.ms - 1000 + start_;
    if (due > time) break;
    idle = due > time_ ? 0 : idle + 1;
    REQUIRE_MESSAGE(idle < 1000, "time does not advance");
    time_ = std::max(time_, due);
    node_->HandleTimeout(now());
    Collect();
    AnswerEchoes();
  }
  time_ = std::max(time_, time);
}

void Replay::Feed(const Event& event) {
  if (event.packet && event.packet->destination == role_ && event.packet->IsReply())
    return FeedAnswer(*event.packet);
  if (event.packet) fed.insert(event.packet->id.value);
  for (const Datagram& each : event.datagrams) Give(each.from, each.to, each.bytes);
}

void Replay::FeedAnswer(const Packet& answer) {
  const auto asked = captured_requests_.find(answer.in_re_id().value);
  if (asked == captured_requests_.end()) {
    // The answer to a push of a configuration: what it answers is none of our requests but is known
    // to both.
    return Give(answer.from, answer.to, keys_.Seal(answer));
  }
  const std::string subject = RequestSubject(asked->second);
  const auto same = [&](const Packet& p) { return RequestSubject(p) == subject; };
  const auto request = std::find_if(ours.rbegin(), ours.rend(), same);
  if (request == ours.rend()) return unasked.push_back(subject);
  Packet copy = answer;
  SetInReId(copy, request->id);
  if (answer.in_re_verb() == Verb::kHello) {
    std::copy_n(request->payload.begin() + kHelloTime, 8, copy.payload.begin() + kEchoedTime);
  }
  Give(answer.from, answer.to, keys_.Seal(copy));
}

void Replay::Give(const Endpoint& from, const Endpoint& to, Bytes bytes) {
  const auto socket = std::find(sockets_.begin(), sockets_.end(), to);
  REQUIRE(socket != sockets_.end());
  const InboundDatagram datagram{bytes, from, {static_cast<int32_t>(socket - sockets_.begin())}};
  node_->HandleDatagrams(now(), {&datagram, 1});
  Collect();
}

void Replay::Collect() {
  for (;;) {
    const std::span<const Transmit> batch = node_->PollTransmit(now());
    if (batch.empty()) break;
    for (const Transmit& t : batch) {
      for (size_t i = 0; i < sockets_.size(); ++i) {
        const bool via = t.via == kAllSockets || t.via == LocalSocket{static_cast<int32_t>(i)};
        if (!via || sockets_[i].ip.family != t.to.ip.family) continue;
        const auto packet =
            our_reader_.Read({time_, sockets_[i], t.to, Bytes(t.bytes.begin(), t.bytes.end())});
        if (!packet) continue;
        ours.push_back(*packet);
        if (packet->verb == Verb::kEcho && packet->source == role_) unanswered_.push_back(*packet);
      }
    }
  }
  CollectEvents();
}

void Replay::CollectEvents() {
  Bytes events;
  while (node_->HasEvents()) node_->DrainEvents(events, 1 << 20);
  for (ByteReader in(events); !in.AtEnd();) {
    const auto code = static_cast<zt::Event>(in.U16());
    ByteReader body(in.Take(in.U32()));
    REQUIRE(in.ok());
    if (code != zt::Event::kControllerRequest) continue;
    body.U64();  // the network
    requested.insert(body.U64());
  }
}

}  // namespace zt::replay
