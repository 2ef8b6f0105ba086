// What must hold when the faults have ended.
#include <algorithm>

#include "sim/chaos.h"
#include "sim/text.h"

namespace zt::sim {
namespace {

// A node of 54 peers: two transmit arenas of 1 MiB, the stack, and a few KB for each peer (README.md, "Chaos").
constexpr size_t kMaxHeap = 6 << 20;
constexpr size_t kListed = 10;  // pairs, in a report
// Nobody speaks for so long before the network is called quiet, and so long it is watched.
constexpr Millis kSettle = 60'000, kWatch = 120'000;
// From one socket to one endpoint in a minute, by the timers of vl1.md §7.10: four ECHOs and as many answers, a HELLO
// from every socket, its answer, confirmations of paths; pushed paths, and announcements of groups. Through a root also
// pushes (four a minute while relayed, §7.4), greetings and announcements for each peer that is not reached directly. A
// message in a loop is far more: see README.md.
constexpr double kFlow = 60, kFlowPerRelayed = 6;
// What a root has no way for it relays to the next root, who may send it back: of its three hops (§8.1) the first and
// the third go the same way.
constexpr double kUpwards = 2;
// What one peer, and one path, is good for in a minute: see Allowed().
constexpr double kDirectPeer = 30, kRelayedPeer = 60, kPath = 20;
// RENDEZVOUS to each of a pair each 30 s (§8.2), for each of its two sides.
constexpr double kIntroductions = 2;

std::string Name(const Host& host) { return Text(host.name(), " (", host.address().ToString(), ")"); }

}  // namespace

void Chaos::Fail(const std::string& what) {
  verdict_.fault += Text("  ", what, '\n');
}

void Chaos::AskUntilAnswered(size_t from, size_t to, Instant until) {
  Simulator& simulator = internet_.simulator;
  if (members_[from].messenger->answers(*members_[to].messenger) > 0 || simulator.now() >= until) return;
  members_[from].messenger->Ask(*members_[to].messenger);
  simulator.At(simulator.now() + kRetry, [this, from, to, until] { AskUntilAnswered(from, to, until); });
}

// Every pair, both ways. The model is asked before, as nothing changes any more.
void Chaos::CheckTalk() {
  Simulator& simulator = internet_.simulator;
  const Instant healed = simulator.now();
  SeededRandom random(simulator.SeedOf("questions"));
  struct Pair {
    size_t from, to;
    Expectation expectation;
  };
  std::vector<Pair> pairs;
  for (size_t from = 0; from < members_.size(); ++from) {
    members_[from].messenger->ForgetAnswers();
    for (size_t to = 0; to < members_.size(); ++to) {
      if (from == to) continue;
      const Expectation expectation = Expect(internet_, *members_[from].host, *members_[to].host);
      pairs.push_back({from, to, expectation});
      if (expectation == Expectation::kTalk) ++verdict_.must_talk;
      if (expectation == Expectation::kCannot) ++verdict_.cannot_talk;
      simulator.At(healed + static_cast<Millis>(random.Below(5'000)),
                   [this, from, to, healed] { AskUntilAnswered(from, to, healed + kConvergence); });
    }
  }
  const auto waits = [this](const Pair& p) {
    return p.expectation == Expectation::kTalk &&
           members_[p.from].messenger->answers(*members_[p.to].messenger) == 0;
  };
  simulator.RunFor(5'000);
  while (simulator.now() < healed + kConvergence && std::any_of(pairs.begin(), pairs.end(), waits)) {
    simulator.RunFor(100);
  }
  verdict_.slowest = simulator.now() - healed;
  size_t silent = 0;
  for (const Pair& p : pairs) {
    const std::string names = Text(Name(*members_[p.from].host), " -> ", Name(*members_[p.to].host));
    if (waits(p)) {
      ++silent;
      ++members_[p.from].trouble;
      ++members_[p.to].trouble;
      if (silent <= kListed) Fail(Text("no answer within ", kConvergence, " ms: ", names));
    }
    if (p.expectation == Expectation::kCannot && members_[p.from].messenger->answers(*members_[p.to].messenger) > 0) {
      Fail(Text("an answer where the model sees no way: ", names));
    }
  }
  if (silent > 0) Fail(Text(silent, " of ", verdict_.must_talk, " pairs without an answer"));
  for (const Member& member : members_) {
    // One of a pair may be well: those with several are not.
    if (member.trouble > 1 && member.trouble * 20 > silent) verdict_.fault += DescribeHost(*member.host);
  }
  simulator.RunFor(healed + kConvergence - simulator.now());
}

// What the host itself says about its peers: all paths of roots, how many of the others.
std::string Chaos::DescribeHost(Host& host) {
  std::string out = Text("  ", Name(host), ": online ", host.Count(Event::kNodeOnline), " times, offline ",
                         host.Count(Event::kNodeOffline), " times;");
  if (!host.awake() || host.Do(Command::kPeers) != Status::kOk) return out + " does not run\n";
  node::HostReader in = host.Body();
  size_t direct = 0, relayed = 0;
  for (size_t left = in.U16(); left > 0; --left) {
    const NodeAddress address = in.Address();
    in.Skip(4 * 4);
    in.Skip(4);
    const bool root = in.U8() != 0;
    const size_t paths = in.U16();
    ++(paths > 0 ? direct : relayed);
    if (root) out += Text(" root ", address.ToString(), ":");
    for (size_t i = 0; i < paths; ++i) {
      const Endpoint endpoint = in.Ep();
      const int64_t heard = in.I64(), sent = in.I64();
      const bool expired = in.Bool(), preferred = in.Bool();
      if (!root) continue;
      out += Text(' ', endpoint.ToString(), " heard ", heard, " sent ", sent, expired ? " expired" : "",
                  preferred ? " preferred" : "", ';');
    }
  }
  return out + Text(' ', direct, " peers direct, ", relayed, " not\n");
}

// What the timers of vl1.md §7.10 justify in a minute: for every path an ECHO each 14 s and its answer, the same from
// the other side, a full HELLO each 60 s from every socket with answers and the confirmations they cause, and pushed
// paths each 120 s with what they probe. A relayed peer is pushed to four times a minute (§7.4), and pushes as often:
// from each of two sockets a HELLO to each of two endpoints, as many answers to its own, and ECHOs where one was heard
// (51 of them, none reached, measured: 37 a minute each). Tells who is reached directly and who is not.
double Chaos::Allowed(Host& host, Ways& ways) {
  if (host.Do(Command::kPeers) != Status::kOk) return 0;
  node::HostReader in = host.Body();
  double allowed = 200;  // roots, and what begins or ends within the minute
  for (size_t left = in.U16(); left > 0; --left) {
    const NodeAddress address = in.Address();
    in.Skip(5 * 4 + 1);
    const size_t paths = in.U16();
    bool usable = false;
    for (size_t i = 0; i < paths; ++i) {
      in.Ep();
      in.Skip(8 + 8);
      usable = !in.Bool() || usable;  // not expired, else the peer is relayed
      in.Skip(1);
    }
    (usable ? ways.direct : ways.relayed).insert(address);
    allowed += (usable ? kDirectPeer : kRelayedPeer) + kPath * static_cast<double>(paths);
  }
  return allowed;
}

// A loop between two nodes is small beside what a node with many paths may send, but not beside what one path is for.
void Chaos::CheckFlow(Host& host, double for_relayed) {
  const Host::Flow busiest = host.BusiestFlow();
  const double flow = static_cast<double>(busiest.datagrams) * 60'000 / kWatch;
  const double justified = kFlow + for_relayed;
  if (flow / justified > verdict_.flow / std::max(verdict_.flow_allowed, 1.0)) {
    verdict_.flow = flow;
    verdict_.flow_allowed = justified;
  }
  if (flow <= justified) return;
  Fail(Text(Name(host), " sends ", flow, " datagrams a minute from ", busiest.from.ToString(), " to ",
            busiest.to.ToString(), ", ", justified, " are justified"));
}

// Of a root, to one endpoint: what goes to one host, or all that goes to the next root.
double Chaos::RelayedFlow(const Ways& ways, const std::map<NodeAddress, size_t>& wanted) {
  size_t most = 0, upwards = 0;
  for (const auto& [peer, senders] : wanted) {
    most = std::max(most, senders);
    if (!ways.direct.contains(peer)) upwards += senders;
  }
  return kFlowPerRelayed * std::max(static_cast<double>(most), kUpwards * static_cast<double>(upwards));
}

void Chaos::CheckQuiet() {
  Simulator& simulator = internet_.simulator;
  simulator.RunFor(kSettle);
  std::vector<Host*> hosts;
  for (const Member& member : members_) hosts.push_back(member.host);
  for (size_t i = 0; i < internet_.roots(); ++i) {
    if (internet_.root(i).running()) hosts.push_back(&internet_.root(i));
  }
  struct Before {
    uint64_t sent;
    size_t heap;
  };
  std::vector<Before> before;
  for (Host* host : hosts) {
    before.push_back({host->sent(), host->heap()});
    host->WatchFlows();
  }
  simulator.RunFor(kWatch);
  size_t relayed = 0;
  std::map<NodeAddress, size_t> wanted;  // how many hosts reach it through a root
  for (size_t i = 0; i < hosts.size(); ++i) {
    Host& host = *hosts[i];
    const double rate = static_cast<double>(host.sent() - before[i].sent) * 60'000 / kWatch;
    Ways ways;
    double allowed = Allowed(host, ways);
    relayed += ways.relayed.size();
    if (i < members_.size()) {
      for (NodeAddress peer : ways.relayed) ++wanted[peer];
      CheckFlow(host, kFlowPerRelayed * static_cast<double>(ways.relayed.size()));
    } else {
      CheckFlow(host, RelayedFlow(ways, wanted));
      // A root, which comes after the others, also carries what relayed pairs send each other, and introduces them.
      allowed += (kFlowPerRelayed * kUpwards + kIntroductions) * static_cast<double>(relayed);
    }
    if (rate > verdict_.rate) {
      verdict_.rate = rate;
      verdict_.allowed = allowed;
    }
    if (rate > allowed) {
      Fail(Text(Name(host), " sends ", rate, " datagrams a minute to nobody's use, ", allowed, " are justified"));
    }
    verdict_.heap = std::max(verdict_.heap, host.heap());
    if (host.heap() > kMaxHeap) Fail(Text(Name(host), " holds ", host.heap(), " bytes"));
    if (host.heap() > before[i].heap + before[i].heap / 10) {
      Fail(Text(Name(host), " grows: ", before[i].heap, " bytes, then ", host.heap()));
    }
    verdict_.datagrams += host.sent();
  }
}

void Chaos::CheckLaw() {
  for (const Member& member : members_) {
    if (!member.host->fault().empty()) Fail(member.host->fault());
  }
  for (size_t i = 0; i < internet_.roots(); ++i) {
    if (!internet_.root(i).fault().empty()) Fail(internet_.root(i).fault());
  }
}

}  // namespace zt::sim
