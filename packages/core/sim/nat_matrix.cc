#include "sim/nat_matrix.h"

#include <algorithm>

#include "base/check.h"
#include "sim/internet.h"
#include "sim/messenger.h"

namespace zt::sim {
namespace {

using enum Dependence;
using enum PortAssignment;

constexpr Millis kLifetime = 30'000;  // "NAT mappings often live only 30 s" (vl1.md §7.10); RFC 4787 REQ-5 wants 120 s
constexpr size_t kPool = 8;           // outside addresses of a NAT that picks any
constexpr Millis kOnline = 15'000;
constexpr Millis kMeeting = 60'000, kStaying = 120'000;
constexpr Millis kAskOften = 1'000, kAskSeldom = 5'000;

NatBehaviour Box(Dependence mapping, Dependence filtering, PortAssignment ports = kRandom) {
  return {.mapping = mapping, .filtering = filtering, .ports = ports, .lifetime = kLifetime};
}

NatBehaviour Firewall() {
  return {.filtering = kAddressAndPortDependent, .lifetime = kLifetime, .translate = false};
}

NatBehaviour Blocked() { return {.block_udp = true}; }

// What a host was told about its way to the other one.
struct Watch {
  bool direct = false;
  Instant first = Instant::Never();
};

class Meeting {
 public:
  explicit Meeting(uint64_t seed) : random_(seed), internet_(seed, 1), ports_(PortsOf(seed)) { internet_.StartRoots(); }

  // The host behind its boxes, the outermost of which stands in `outer`, or on the core.
  void Place(Host& host, const Access& access, Site* outer) {
    Site* site = outer;
    for (size_t i = access.boxes.size(); i-- > 0;) {
      const NatBehaviour& box = access.boxes[i];
      SitePlan plan{.name = host.name() + " box " + std::to_string(i), .nat = box, .line = Line(5, 40)};
      if (box.pooling == Pooling::kArbitrary) plan.outside_addresses = kPool;
      if (i > 0) plan.lan = IpAddress::V4(100, 64, 0, 0);  // a carrier's (RFC 6598)
      if (!box.translate) plan.lan = std::nullopt;
      site = &internet_.AddSite(plan, site);
    }
    if (access.port_taken) {
      // Who sends from the same ports was here before, and stays.
      Host& neighbour = internet_.AddHost(host.name() + " neighbour", ports_);
      internet_.Plug(neighbour, *site, Line(0, 5));
      neighbour.Start();
      internet_.simulator.RunFor(kOnline);
    }
    const LinkPlan line = site == nullptr ? Line(5, 40) : Line(0, 5);
    if (site == nullptr) {
      internet_.PlugIntoCore(host, line);
    } else {
      internet_.Plug(host, *site, line);
    }
  }
  Site& Common(const NatBehaviour& box) {
    return internet_.AddSite(
        {.name = "common", .nat = box, .line = Line(5, 40), .lan = IpAddress::V4(100, 64, 0, 0)});
  }
  MatrixOutcome Run();
  Host& a() { return a_; }
  Host& b() { return b_; }

 private:
  // A socket, or the three a service opens (vl1.md §3.10).
  static std::vector<uint16_t> PortsOf(uint64_t seed) {
    if (seed % 2 == 1) return {9993};
    return {9993, 24601, 31337};
  }
  LinkPlan Line(Millis shortest, Millis longest) {
    const auto delay = shortest + static_cast<Millis>(random_.Below(static_cast<uint64_t>(longest - shortest)));
    return {.delay = delay, .loss = 10'000};
  }
  void Attend(Host& host, const Host& peer, Watch& watch) {
    host.on_event = [this, &watch, wanted = peer.address(), next = host.on_event](Event code, ByteSpan body) {
      next(code, body);
      if (code != Event::kPeerDirect && code != Event::kPeerRelay && code != Event::kPeerUnreachable) return;
      if (node::HostReader(body).Address() != wanted) return;
      watch.direct = code == Event::kPeerDirect;
      if (watch.direct) watch.first = std::min(watch.first, internet_.simulator.now());
    };
  }
  void AskFor(Millis duration, Millis every) {
    for (Millis left = duration; left > 0; left -= every) {
      first_.Ask(second_);
      internet_.simulator.RunFor(every);
    }
  }

  SeededRandom random_;
  Internet internet_;
  const std::vector<uint16_t> ports_;
  Host& a_ = internet_.AddHost("a", ports_);
  Host& b_ = internet_.AddHost("b", ports_);
  Messenger first_{a_}, second_{b_};
};

MatrixOutcome Meeting::Run() {
  Watch at_a, at_b;
  Attend(a_, b_, at_a);
  Attend(b_, a_, at_b);
  const bool a_first = random_.Below(2) == 0;
  (a_first ? a_ : b_).Start();
  internet_.simulator.RunFor(static_cast<Millis>(random_.Below(3000)));
  (a_first ? b_ : a_).Start();
  internet_.simulator.RunFor(kOnline);
  first_.Begin();
  second_.Begin();
  const Instant met = internet_.simulator.now();
  const uint64_t sent_before = a_.sent() + b_.sent();
  AskFor(kMeeting, kAskOften);
  const bool soon = at_a.direct && at_b.direct;
  AskFor(kStaying, kAskSeldom);
  const uint64_t before = first_.answers(second_);
  AskFor(4 * kAskSeldom, kAskSeldom);
  MatrixOutcome out;
  if (first_.answers(second_) > before) out.contact = at_a.direct && at_b.direct ? Contact::kDirect : Contact::kRelayed;
  out.agreed = at_a.direct == at_b.direct && soon == (at_a.direct && at_b.direct);
  out.datagrams = a_.sent() + b_.sent() - sent_before;
  if (out.contact == Contact::kDirect) out.until_direct = std::max(at_a.first, at_b.first) - met;
  a_.on_event = b_.on_event = {};
  return out;
}

}  // namespace

const std::vector<MatrixAccess>& MatrixAccesses() {
  static const std::vector<MatrixAccess> all = [] {
    const NatBehaviour home = Box(kEndpointIndependent, kAddressAndPortDependent, kPreserving);
    const NatBehaviour masquerade = Box(kAddressAndPortDependent, kAddressAndPortDependent, kPreserving);
    const auto every = kAddressAndPortDependent;
    const auto none = kEndpointIndependent;
    std::vector<MatrixAccess> out = {
        {"P", "public address, nothing before it", {}},
        {"F", "firewall without translation (RFC 6092), filter by address and port", {{Firewall()}}},
        {"E/e", "mapping endpoint-independent, filter endpoint-independent", {{Box(none, none)}}},
        {"E/a", "mapping endpoint-independent, filter by address", {{Box(none, kAddressDependent)}}},
        {"E/p", "mapping endpoint-independent, filter by address and port", {{Box(none, every)}}},
        {"A/e", "mapping by address, random ports, filter endpoint-independent", {{Box(kAddressDependent, none)}}},
        {"A/a", "mapping by address, random ports, filter by address", {{Box(kAddressDependent, kAddressDependent)}}},
        {"A/p", "mapping by address, random ports, filter by address and port", {{Box(kAddressDependent, every)}}},
        {"S/e", "mapping by address and port, random ports, filter endpoint-independent", {{Box(every, none)}}},
        {"S/a", "mapping by address and port, random ports, filter by address", {{Box(every, kAddressDependent)}}},
        {"S/p", "mapping by address and port, random ports, filter by address and port", {{Box(every, every)}}},
        {"Q/p", "as S/p, ports in sequence", {{Box(every, every, kSequential)}}},
        {"M", "as S/p, but the inside port is kept (Linux masquerading)", {{masquerade}}},
        {"M+E/e", "M at home behind a carrier's E/e", {{masquerade, Box(none, none)}}},
        {"E/p+S/p", "E/p at home behind a carrier's S/p", {{home, Box(every, every)}}},
        {"X", "UDP blocked", {{Blocked()}}},
    };
    return out;
  }();
  return all;
}

const std::vector<MatrixAccess>& MatrixVariants() {
  static const std::vector<MatrixAccess> all = [] {
    const auto every = kAddressAndPortDependent;
    const auto none = kEndpointIndependent;
    const auto with = [](NatBehaviour box, auto change) {
      change(box);
      return Access{{box}};
    };
    const NatBehaviour cone = Box(none, every), symmetric = Box(every, every);
    const auto filtering = [](Dependence filter) { return [filter](NatBehaviour& box) { box.filtering = filter; }; };
    const auto any = [](NatBehaviour& box) { box.pooling = Pooling::kArbitrary; };
    const auto parity = [](NatBehaviour& box) { box.keep_parity = true; };
    Access taken{{Box(every, every, kPreserving)}, true};
    std::vector<MatrixAccess> out = {
        {"F/e", "firewall, filter endpoint-independent", with(Firewall(), filtering(none))},
        {"F/a", "firewall, filter by address", with(Firewall(), filtering(kAddressDependent))},
        {"M/e", "as M, filter endpoint-independent", {{Box(every, none, kPreserving)}}},
        {"M/a", "as M, filter by address", {{Box(every, kAddressDependent, kPreserving)}}},
        {"MA/p", "mapping by address, the inside port is kept, filter by address and port",
         {{Box(kAddressDependent, every, kPreserving)}}},
        {"M, taken", "M, and a neighbour was first to send from the same port", taken},
        {"O/p", "as M, ports overloaded; nobody else sends from the port", {{Box(every, every, kOverloading)}}},
        {"R/p", "as S/p, parity kept", with(symmetric, parity)},
        {"E/p any", "as E/p, any of eight outside addresses for a mapping", with(cone, any)},
        {"E/p in", "as E/p, what comes in keeps a mapping too",
         with(cone, [](NatBehaviour& box) { box.inbound_refresh = true; })},
        {"E/p 20", "as E/p, mappings live 20 s", with(cone, [](NatBehaviour& box) { box.lifetime = 20'000; })},
        {"E/p 120", "as E/p, mappings live 120 s", with(cone, [](NatBehaviour& box) { box.lifetime = 120'000; })},
    };
    return out;
  }();
  return all;
}

const std::vector<MatrixAccess>& MatrixCounterparts() {
  static const std::vector<MatrixAccess> all = [] {
    std::vector<MatrixAccess> out;
    for (const MatrixAccess& access : MatrixAccesses()) {
      for (const char* code : {"P", "E/a", "E/p", "S/e", "S/a", "S/p", "M"}) {
        if (access.code == code) out.push_back(access);
      }
    }
    return out;
  }();
  return all;
}

const std::vector<MatrixAccess>& MatrixByChance() {
  static const std::vector<MatrixAccess> all = [] {
    std::vector<MatrixAccess> out;
    for (const Dependence filter : {kEndpointIndependent, kAddressDependent, kAddressAndPortDependent}) {
      NatBehaviour box = Box(kAddressAndPortDependent, filter);
      box.pooling = Pooling::kArbitrary;
      const char* codes[] = {"S/e any", "S/a any", "S/p any"};
      out.push_back({codes[static_cast<size_t>(filter)], "any of eight outside addresses for each mapping", {{box}}});
    }
    return out;
  }();
  return all;
}

const std::vector<MatrixNeighbours>& MatrixNeighbourhoods() {
  static const std::vector<MatrixNeighbours> all = [] {
    std::vector<MatrixNeighbours> out;
    const Access open{{Box(kEndpointIndependent, kEndpointIndependent, kPreserving)}};
    const Access home{{Box(kEndpointIndependent, kAddressAndPortDependent, kPreserving)}};
    const auto add = [&out](std::string text, NatBehaviour common, Hairpin hairpin, const Access& a, const Access& b) {
      common.hairpin = hairpin;
      out.push_back({std::move(text), common, a, b});
    };
    const NatBehaviour symmetric = Box(kAddressAndPortDependent, kAddressAndPortDependent);
    const NatBehaviour carrier = Box(kEndpointIndependent, kEndpointIndependent);
    add("one LAN, behind S/p without hairpin", symmetric, Hairpin::kNone, {}, {});
    add("one LAN, behind E/e with hairpin", carrier, Hairpin::kExternalSource, {}, {});
    add("two homes E/p, carrier E/e without hairpin", carrier, Hairpin::kNone, home, home);
    add("two homes E/p, carrier E/e, hairpin with external source", carrier, Hairpin::kExternalSource, home, home);
    add("two homes E/p, carrier E/e, hairpin with internal source", carrier, Hairpin::kInternalSource, home, home);
    add("two homes E/e, carrier E/e, hairpin with internal source", carrier, Hairpin::kInternalSource, open, open);
    add("two homes E/p, carrier S/p, hairpin with external source", symmetric, Hairpin::kExternalSource, home, home);
    add("one host on the carrier's LAN, one home E/p, carrier S/p without hairpin", symmetric, Hairpin::kNone, {},
        home);
    return out;
  }();
  return all;
}

MatrixOutcome RunApart(const Access& a, const Access& b, uint64_t seed) {
  Meeting meeting(seed);
  meeting.Place(meeting.a(), a, nullptr);
  meeting.Place(meeting.b(), b, nullptr);
  return meeting.Run();
}

MatrixOutcome RunBehind(const MatrixNeighbours& neighbours, uint64_t seed) {
  Meeting meeting(seed);
  Site& common = meeting.Common(neighbours.common);
  meeting.Place(meeting.a(), neighbours.a, &common);
  meeting.Place(meeting.b(), neighbours.b, &common);
  return meeting.Run();
}

}  // namespace zt::sim
