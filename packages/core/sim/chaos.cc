#include "sim/chaos.h"

#include <algorithm>
#include <cstdio>

namespace zt::sim {
namespace {

// Standing conditions have an island of their own; faults use the others.
constexpr int kMainland = 0, kFarIsland = 1, kFaultIsland = 2;

bool Contains(const std::vector<size_t>& list, size_t item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

Chaos::Chaos(const ChaosPlan& plan) : plan_(plan), internet_(plan.seed, plan.roots, true) { Build(); }

void Chaos::Build() {
  for (const ChaosPlan::SiteDraw& draw : plan_.sites) {
    sites_.push_back(&internet_.AddSite(draw.plan, draw.outer ? sites_[*draw.outer] : nullptr));
  }
  for (size_t i = 0; i < plan_.hosts.size(); ++i) {
    const ChaosPlan::HostDraw& draw = plan_.hosts[i];
    Member& member = members_.emplace_back();
    const std::string name = "host-" + std::to_string(i);
    member.host = draw.relay ? &internet_.AddRelayedHost(name, draw.ports) : &internet_.AddHost(name, draw.ports);
    member.host->SetHeapAccount(1 + i);
    member.messenger = std::make_unique<Messenger>(*member.host);
    member.families = draw.families;
    member.line = draw.line;
    member.site = draw.site;
    member.interface = Plug(member, draw.site);
  }
  for (size_t i = 0; i < plan_.roots; ++i) internet_.root(i).SetHeapAccount(1 + members_.size() + i);
  Restore();
}

int Chaos::Plug(Member& member, size_t site) {
  return internet_.Plug(*member.host, *sites_[site], member.line, member.families);
}

// The islands as they stand for the whole run.
void Chaos::Restore() {
  for (size_t i = 0; i < sites_.size(); ++i) {
    const int island = Contains(plan_.far_sites, i) ? kFarIsland : kMainland;
    internet_.core.SetIsland(sites_[i]->router->outside(), island);
  }
  for (size_t i = 0; i < plan_.roots; ++i) {
    const int island = Contains(plan_.far_roots, i) ? kFarIsland : kMainland;
    internet_.core.SetIsland(*internet_.root(i).Cables().front(), island);
  }
}

ChaosVerdict Chaos::Run(Tap* tap, bool trace) {
  trace_ = trace;
  for (size_t i = 0; i < plan_.roots; ++i) {
    internet_.root(i).SetTap(tap);
    if (!Contains(plan_.dead_roots, i)) internet_.root(i).Start();
  }
  Simulator& simulator = internet_.simulator;
  for (size_t i = 0; i < members_.size(); ++i) {
    members_[i].host->SetTap(tap);
    simulator.At({plan_.hosts[i].start}, [this, i] { StartMember(members_[i]); });
  }
  for (const auto& [from, to] : plan_.friends) KeepTalking(from, to);
  for (const Fault& fault : plan_.faults) {
    simulator.At({fault.at}, [this, &fault] { Begin(fault); });
    simulator.At({fault.at + fault.length}, [this, &fault] { End(fault); });
  }
  simulator.RunFor(plan_.faults_until);
  friends_talk_ = false;
  CheckTalk();
  CheckQuiet();
  CheckLaw();
  verdict_.digest = simulator.digest();
  return verdict_;
}

void Chaos::StartMember(Member& member) {
  if (member.host->running()) return;
  member.host->Start();
  member.messenger->Begin();
}

void Chaos::KeepTalking(size_t from, size_t to) {
  if (!friends_talk_) return;
  if (members_[from].host->awake()) members_[from].messenger->Ask(*members_[to].messenger);
  internet_.simulator.At(internet_.simulator.now() + kFriendPause, [this, from, to] { KeepTalking(from, to); });
}

void Chaos::Begin(const Fault& fault) {
  if (trace_) std::printf("%s", fault.Describe().c_str());
  switch (fault.kind) {
    case FaultKind::kRootRestart:
    case FaultKind::kRootReplace: internet_.root(fault.target).Crash(); break;
    case FaultKind::kRouterReboot: sites_[fault.target]->router->SetPower(false); break;
    case FaultKind::kIsland: SetIsland(fault, kFaultIsland); break;
    case FaultKind::kPeering:
      internet_.core.SetBlocked(sites_[fault.target]->router->outside(), sites_[fault.place]->router->outside(), true);
      break;
    case FaultKind::kBadLine:
      sites_[fault.target]->router->outside().up().SetPlan(fault.line);
      sites_[fault.target]->router->outside().down().SetPlan(fault.line);
      break;
    default: BeginMember(fault, members_[fault.target]);
  }
}

void Chaos::End(const Fault& fault) {
  if (trace_) std::printf("  %lld ends:%s", static_cast<long long>(fault.at + fault.length), fault.Describe().c_str());
  switch (fault.kind) {
    case FaultKind::kRootReplace: internet_.root(fault.target).ForgetState(); [[fallthrough]];
    case FaultKind::kRootRestart:
      if (!internet_.root(fault.target).running() && !Contains(plan_.dead_roots, fault.target)) {
        internet_.root(fault.target).Start();
      }
      break;
    case FaultKind::kRouterReboot: sites_[fault.target]->router->SetPower(true); break;
    case FaultKind::kIsland: Restore(); break;
    case FaultKind::kPeering:
      internet_.core.SetBlocked(sites_[fault.target]->router->outside(), sites_[fault.place]->router->outside(), false);
      break;
    case FaultKind::kBadLine:
      sites_[fault.target]->router->outside().up().SetPlan(plan_.sites[fault.target].plan.line);
      sites_[fault.target]->router->outside().down().SetPlan(plan_.sites[fault.target].plan.line);
      break;
    default: EndMember(fault, members_[fault.target]);
  }
}

void Chaos::BeginMember(const Fault& fault, Member& member) {
  Host& host = *member.host;
  switch (fault.kind) {
    case FaultKind::kRoam: host.UnplugAll(); break;
    case FaultKind::kSecondLine: Plug(member, fault.place); break;
    case FaultKind::kSuspend:
    case FaultKind::kSleep: host.Suspend(); break;
    case FaultKind::kRestart: host.Stop(); break;
    case FaultKind::kCrash:
    case FaultKind::kReplace: host.Crash(); break;
    case FaultKind::kRenumber:
      if (fault.amount % 2 != 0) host.UnplugAll();
      member.interface = Plug(member, member.site);
      break;
    case FaultKind::kWallClock: host.SetWallClock(fault.amount); break;
    default: break;
  }
}

void Chaos::EndMember(const Fault& fault, Member& member) {
  Host& host = *member.host;
  switch (fault.kind) {
    case FaultKind::kRoam:
      host.UnplugAll();  // another roaming may have ended meanwhile
      member.site = fault.place;
      member.interface = Plug(member, member.site);
      break;
    case FaultKind::kRenumber:
    case FaultKind::kSecondLine:
      // What is left is the line it came by, if it was not unplugged by a roaming: then the second one stays.
      if (host.CableOf(member.interface) != nullptr) host.UnplugAllBut(member.interface);
      break;
    case FaultKind::kSuspend: host.Resume(Sleep::kMonotonicStands); break;
    case FaultKind::kSleep: host.Resume(Sleep::kMonotonicGoesOn); break;
    case FaultKind::kReplace: host.ForgetState(); [[fallthrough]];
    case FaultKind::kRestart:
    case FaultKind::kCrash: StartMember(member); break;
    case FaultKind::kWallClock: host.SetWallClock(0); break;
    default: break;
  }
}

void Chaos::SetIsland(const Fault& fault, int island) {
  for (size_t site : fault.places) internet_.core.SetIsland(sites_[site]->router->outside(), island);
  for (size_t root : fault.roots) internet_.core.SetIsland(*internet_.root(root).Cables().front(), island);
}

}  // namespace zt::sim
