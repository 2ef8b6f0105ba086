#include "sim/vl2/network_lab.h"

#include "base/check.h"
#include "base/seeded_random.h"
#include "testing/issued_config.h"

namespace zt::sim {
namespace {

constexpr size_t kMembersOfSite = 6;
constexpr uint64_t kSlowestLine = 40;  // ms, one way
}  // namespace

IpAddress Participant::AddressOf(size_t index) {
  return IpAddress::V4((10u << 24) + (7u << 16) + static_cast<uint32_t>(index) + 1);
}

void Participant::Join(NetworkId network) {
  network_ = network;
  host_.on_event = [this](Event code, ByteSpan) {
    if (code == Event::kUdpReadable) Read();
  };
  ZT_CHECK(host_.Do(Command::kJoin, [&](node::HostWriter& w) { w.U64(network.value); }) == Status::kOk);
}

void Participant::Leave() {
  ZT_CHECK(host_.Do(Command::kLeave, [&](node::HostWriter& w) { w.U64(network_.value); }) == Status::kOk);
}

void Participant::Listen() {
  if (!socket_) {
    const Status bound = host_.Do(Command::kUdpBind, [&](node::HostWriter& w) {
      w.U64(network_.value);
      w.Ep({IpAddress::V4(0), kPort});
    });
    ZT_CHECK(bound == Status::kOk);
    socket_ = {host_.Body().U32()};
  }
  ZT_CHECK(host_.Do(Command::kGroupJoin, [&](node::HostWriter& w) {
    w.U32(socket_.value);
    w.U64(network_.value);
    w.Ip(Group());
  }) == Status::kOk);
}

void Participant::StopListening() {
  ZT_CHECK(host_.Do(Command::kGroupLeave, [&](node::HostWriter& w) {
    w.U32(socket_.value);
    w.U64(network_.value);
    w.Ip(Group());
  }) == Status::kOk);
}

bool Participant::SayToAll(uint32_t number) { return Send(Group(), number); }
bool Participant::SayTo(const Participant& other, uint32_t number) { return Send(other.address(), number); }

bool Participant::Send(const IpAddress& to, uint32_t number) {
  Bytes words;
  node::HostWriter out(words);
  out.U32(static_cast<uint32_t>(index_));
  out.U32(number);
  words.resize(200);  // as long as a small answer of mDNS
  return host_.UdpSend(socket_, {to, kPort}, words) >= 0;
}

void Participant::Read() {
  Endpoint from, to;
  Bytes into(400);
  for (;;) {
    const int64_t size = host_.running() ? host_.UdpReceive(socket_, from, to, into) : -1;
    if (size < 0) return;
    ZT_CHECK(size == 200);
    node::HostReader in(into);
    const size_t who = in.U32();
    const uint32_t number = in.U32();
    ZT_CHECK(from.ip == AddressOf(who));
    const Instant now{host_.Now().wall.ms - Simulator::kEpoch};
    Heard& heard = heard_[{who, number}];
    if (heard.copies++ == 0) heard.first = now;
    heard.last = now;
  }
}

uint32_t Participant::Copies(size_t from, uint32_t number) const {
  const auto at = heard_.find({from, number});
  return at == heard_.end() ? 0 : at->second.copies;
}

NetworkLab::NetworkLab(uint64_t seed, size_t count, const Terms& given) : internet(seed, 1), terms(given) {
  controller = &internet.AddHost("controller");
  controller_line = internet.PlugIntoCore(*controller);
  network_ = {controller->address().value << 24 | 1};
  size_t behind = 0;
  SeededRandom random(internet.simulator.SeedOf("lines"));
  for (size_t i = 0; i < count; ++i) {
    Host& host = internet.AddHost("member-" + std::to_string(i));
    Site* site = nullptr;
    if (i % 4 != 0) {
      if (behind++ % kMembersOfSite == 0) {
        const Dependence filtering =
            sites.size() % 2 == 0 ? Dependence::kEndpointIndependent : Dependence::kAddressAndPortDependent;
        sites.push_back(&internet.AddSite(
            {.name = "site-" + std::to_string(sites.size()), .nat = NatBehaviour{.filtering = filtering}}));
      }
      site = sites.back();
    }
    const LinkPlan line{.delay = static_cast<Millis>(1 + random.Below(kSlowestLine))};
    lines.push_back(site != nullptr ? internet.Plug(host, *site, line) : internet.PlugIntoCore(host, line));
    site_of.push_back(site);
    members.push_back(std::make_unique<Participant>(host, i));
    places_[host.address()] = i;
  }
  for (size_t i = 0; i < internet.roots(); ++i) wiretap.Watch(internet.root(i));
  wiretap.Watch(*controller);
  for (const auto& member : members) wiretap.Watch(member->host());
}

bool NetworkLab::Assemble(size_t first) {
  internet.StartRoots();
  controller->on_event = [this](Event code, ByteSpan body) {
    if (code == Event::kControllerRequest) Decide(body);
  };
  controller->Start();
  ZT_CHECK(controller->Do(Command::kControllerEnable, [](node::HostWriter& w) { w.Bool(true); }) == Status::kOk);
  internet.simulator.RunFor(3'000);
  for (size_t i = 0; i < first; ++i) {
    members[i]->host().Start();
    members[i]->Join(network_);
    internet.simulator.RunFor(100);
  }
  const auto all_ready = [&] {
    for (size_t i = 0; i < first; ++i) {
      if (!members[i]->ready()) return false;
    }
    return true;
  };
  if (!internet.simulator.RunUntilOrTimeout(all_ready, 120'000)) return false;
  for (size_t i = 0; i < first; ++i) members[i]->Listen();
  return true;
}

bool NetworkLab::Add(Participant& member) {
  member.host().Start();
  member.Join(network_);
  if (!internet.simulator.RunUntilOrTimeout([&] { return member.ready(); }, 60'000)) return false;
  member.Listen();
  return true;
}

void NetworkLab::Decide(ByteSpan request) {
  node::HostReader in(request);
  const NetworkId id{in.U64()};
  const uint64_t number = in.U64();
  const NodeAddress member = *NodeAddress::Parse(in.Str16().substr(0, 10));
  asked_[member] = now();
  if (evicted_.count(member) != 0) {
    ZT_CHECK(controller->Do(Command::kControllerReject, [&](node::HostWriter& w) {
      w.Address(member);
      w.U64(id.value);
      w.U64(number);
      w.U8(static_cast<uint8_t>(WireError::kNetworkAccessDenied));
    }) == Status::kOk);
    return;
  }
  configured_[member] = now();
  ZT_CHECK(controller->Do(Command::kControllerGrant, [&](node::HostWriter& w) {
    w.Address(member);
    w.U64(number);
    NetworkConfig config = testing::OpenNetwork(id, controller->Now().wall.ms, member,
                                                Participant::AddressOf(places_.at(member)));
    config.credential_time_max_delta = terms.ctmd;
    config.multicast_limit = terms.multicast_limit;
    config.specialists = terms.specialists;
    testing::WriteIssued(w, config);
  }) == Status::kOk);
}

void NetworkLab::Evict(Participant& member) {
  evicted_.insert(member.host().address());
  std::vector<NodeAddress> online;
  for (const auto& [who, when] : asked_) {
    if (now() - when < kOnline && who != member.host().address()) online.push_back(who);
  }
  ZT_CHECK(controller->Do(Command::kControllerRevoke, [&](node::HostWriter& w) {
    w.U64(network_.value);
    w.Address(member.host().address());
    w.I64(0);
    w.Count(online.size());
    for (const NodeAddress who : online) w.Address(who);
  }) == Status::kOk);
}

std::optional<Instant> NetworkLab::Configured(const Participant& member) const {
  const auto at = configured_.find(member.host().address());
  if (at == configured_.end()) return std::nullopt;
  return at->second;
}

}  // namespace zt::sim
