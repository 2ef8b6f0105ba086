#include "testing/tcp_script/stage.h"

#include <algorithm>
#include <utility>

#include "netstack/header/protocol.h"

namespace zt::netstack::script {
namespace {

constexpr uint8_t kSolicitation = 135, kAdvertisement = 136;

}  // namespace

Stage::Stage(bool with_v4) : v4(with_v4), host_(lab_.AddHost(kMtu)) {
  const IpAddress peer4 = IpAddress::V4(10, 0, 0, 200);
  addresses.peer = v4 ? peer4 : *IpAddress::Parse("fd00::c8");
  addresses.stack = v4 ? host_.v4() : *IpAddress::Parse("fd00::1");
  host_.on_send = [this](Lab::Frame& frame) {
    OnFrame(frame);
    return false;
  };
  // Addresses are checked for duplicates before they are used (RFC 4862 §5.4).
  Run(10'000);
  queue.clear();
  events.clear();
  start_ = lab_.now.mono;
  Select(1);
}

void Stage::Select(int id) {
  current_ = id;
  auto [it, added] = flows_.try_emplace(id);
  if (!added) return;
  it->second.peer_port = static_cast<uint16_t>(kFirstPeerPort + id - 1);
  it->second.stack_port = listen_port;
  it->second.mss = v4 ? kMtu - 40 : kMtu - 60;
}

bool Stage::Run(Millis limit, const std::function<bool()>& done) {
  const auto answered = [&] {
    while (!replies_.empty()) {
      const Lab::Frame frame = std::move(replies_.front());
      replies_.pop_front();
      lab_.Inject(host_, frame);
    }
    TakeEvents();
    return done && done();
  };
  return lab_.Run(limit, answered) || (answered() && done);
}

void Stage::OnFrame(const Lab::Frame& frame) {
  const Bytes& p = frame.payload;
  if (frame.ether_type == kEtherTypeArp) return AnswerArp(p);
  if (frame.ether_type == kEtherTypeIpv6 && p[6] == kProtocolIcmpv6 && p[40] == kSolicitation) {
    return AnswerSolicitation(p);
  }
  // Announcements and group membership are not what scripts are about.
  if (frame.destination.IsMulticast()) return;
  if (frame.ether_type == kEtherTypeIpv6 && p[6] == kProtocolIcmpv6 && p[40] == kAdvertisement) return;
  queue.push_back(ReadPacket(p, lab_.now.mono));
}

void Stage::AnswerArp(const Bytes& request) {
  if (request.size() < 28 || request[7] != 1 || IpAddress::FromV4Bytes(&request[24]) != IpAddress::V4(10, 0, 0, 200)) {
    return;
  }
  Bytes reply = {0, 1, 8, 0, 6, 4, 0, 2};
  const auto mine = mac_.ToBytes();
  reply.insert(reply.end(), mine.begin(), mine.end());
  reply.insert(reply.end(), request.begin() + 24, request.begin() + 28);
  reply.insert(reply.end(), request.begin() + 8, request.begin() + 18);
  replies_.push_back({mac_, host_.mac, kEtherTypeArp, reply});
}

void Stage::AnswerSolicitation(const Bytes& request) {
  const IpAddress asked = IpAddress::FromV6Bytes(&request[48]), asker = IpAddress::FromV6Bytes(&request[8]);
  if (asked != *IpAddress::Parse("fd00::c8") || asker.IsUnspecified()) return;
  // RFC 4861 §4.4: solicited, override, our link address.
  Bytes icmp = {kAdvertisement, 0, 0, 0, 0x60, 0, 0, 0};
  icmp.insert(icmp.end(), asked.bytes.begin(), asked.bytes.end());
  icmp.insert(icmp.end(), {2, 1});
  const auto mine = mac_.ToBytes();
  icmp.insert(icmp.end(), mine.begin(), mine.end());
  Bytes packet = {0x60, 0, 0, 0, 0, static_cast<uint8_t>(icmp.size()), kProtocolIcmpv6, 255};
  packet.insert(packet.end(), asked.bytes.begin(), asked.bytes.end());
  packet.insert(packet.end(), asker.bytes.begin(), asker.bytes.end());
  uint64_t sum = kProtocolIcmpv6 + icmp.size();
  for (size_t i = 8; i < 40; i += 2) sum += LoadU16(&packet[i]);
  for (size_t i = 0; i < icmp.size(); i += 2) sum += LoadU16(&icmp[i]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  StoreU16(&icmp[2], static_cast<uint16_t>(~sum));
  packet.insert(packet.end(), icmp.begin(), icmp.end());
  replies_.push_back({mac_, host_.mac, kEtherTypeIpv6, packet});
}

void Stage::TakeEvents() {
  for (const StackEvent& event : std::exchange(host_.events, {})) {
    if (event.kind == StackEventKind::kTcpAccepted) {
      for (auto& [id, flow] : flows_) {
        if (flow.peer_port == event.remote.port) flow.socket = event.socket.value;
      }
    }
    events.push_back(event);
  }
}

void Stage::Note(const std::string& text) {
  const Millis at = lab_.now.mono - start_;
  std::string time = std::to_string(at % 1000);
  time = std::to_string(at / 1000) + "." + std::string(3 - time.size(), '0') + time;
  trace.push_back(std::string(time.size() < 10 ? 10 - time.size() : 0, ' ') + time + "  " + text);
}

void Stage::Inject(const SegmentLine& line) {
  Flow& f = flow();
  const auto packets = MakePackets(line, f, addresses, PeerClock(), last_);
  if (line.kind == SegmentLine::Kind::kTcp && packets.size() == 1) {
    const Packet packet = ReadPacket(packets[0], lab_.now.mono);
    const bool syn = (packet.flags & 0x02) != 0;
    Note(Print(packet, f, true));
    if (syn) {
      f.offer = {packet.Find(kOptScale) != nullptr, packet.Find(kOptTime) != nullptr};
      if (f.next == 0) f.TakeOffer();
    }
    const int64_t space = static_cast<int64_t>(packet.payload.size()) + (syn ? 1 : 0) + (packet.flags & 0x01);
    f.mine = std::max(f.mine, f.FromPeer(packet.seq) + space);
    if ((packet.flags & 0x10) != 0) f.acked = std::max(f.acked, f.FromStack(packet.ack));
  } else {
    for (const Bytes& bytes : packets) Note(Print(ReadPacket(bytes, lab_.now.mono), f, true));
  }
  for (const Bytes& bytes : packets) {
    lab_.Inject(host_, {mac_, host_.mac, v4 ? kEtherTypeIpv4 : kEtherTypeIpv6, bytes});
  }
  Settle();
}

Flow* Stage::FlowOf(const Packet& packet) {
  if (packet.fragment || (packet.protocol != 6 && packet.protocol != 17)) return &flow();
  for (auto& [id, flow] : flows_) {
    if (flow.peer_port == packet.destination_port) return &flow;
  }
  return nullptr;
}

const Packet* Stage::Front() {
  for (const Packet& packet : queue) {
    const Flow* owner = FlowOf(packet);
    if (owner == nullptr || owner == &flow()) return &packet;
  }
  return nullptr;
}

void Stage::Follow(Flow& f, const Packet& packet) {
  const bool syn = (packet.flags & 0x02) != 0;
  if (syn) {
    f.stack_isn = packet.seq;
    f.stack_port = packet.source_port;
    if ((packet.flags & 0x10) != 0) f.TakeOffer();
    f.stack_offered_time = packet.Find(kOptTime) != nullptr;
    const Packet::Option* scale = packet.Find(kOptScale);
    f.stack_offered_scale = scale != nullptr;
    f.stack_scale = scale != nullptr ? scale->value[0] : 0;
  }
  if ((packet.flags & 0x04) != 0) return;  // a reset says nothing about the stream
  const int64_t space = static_cast<int64_t>(packet.payload.size()) + (syn ? 1 : 0) + (packet.flags & 0x01);
  const int64_t end = f.FromStack(packet.seq) + space;
  f.sent = syn ? end : std::max(f.sent, end);
  if ((packet.flags & 0x10) != 0) {
    const bool scaled = !syn && f.stack_offered_scale && f.peer_offered_scale;
    f.next = f.FromPeer(packet.ack);
    f.edge = f.next + (int64_t{packet.window} << (scaled ? f.stack_scale : 0));
  }
  if (const Packet::Option* time = packet.Find(kOptTime)) {
    const Bytes& v = time->value;
    f.time_last = LoadU32(v.data());
    if (!f.time_known) f.time_base = f.time_last;
    f.time_known = true;
  }
}

void Stage::Consume() {
  const Packet* front = Front();
  for (auto it = queue.begin(); it != queue.end(); ++it) {
    if (&*it != front) continue;
    if (Flow* f = FlowOf(*it); f != nullptr && it->protocol == 6 && !it->fragment) Follow(*f, *it);
    last_ = it->bytes;
    Note(Print(*it, flow(), false));
    queue.erase(it);
    return;
  }
}

// A connection the application does not hold yet is seen only as one more that the stack keeps.
TcpState Stage::State() {
  if (flow().socket != 0) {
    const auto info = stack().Info(socket());
    return info ? static_cast<TcpState>(info->tcp_state) : TcpState::kClosed;
  }
  size_t held = listener ? 1 : 0;
  for (const auto& [id, f] : flows_) held += f.socket != 0 && stack().Info({f.socket});
  if (stack().SocketCount() > held) return TcpState::kSynReceived;
  return listener ? TcpState::kListen : TcpState::kClosed;
}

std::optional<StackEvent> Stage::TakeEvent(StackEventKind kind, bool listening) {
  for (auto it = events.begin(); it != events.end(); ++it) {
    const bool ours = listening || it->socket == socket();
    if (it->kind != kind || !ours) continue;
    const StackEvent event = *it;
    events.erase(it);
    return event;
  }
  return std::nullopt;
}

}  // namespace zt::netstack::script
