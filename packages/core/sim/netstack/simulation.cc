#include "sim/netstack/simulation.h"

namespace zt::netstack::sim {
namespace {

constexpr uint16_t kFirstPort = 7000;

}  // namespace

Simulation::Simulation(const Scenario& scenario, Observer* observer)
    : scenario_(scenario), observer_(observer), lab_(scenario.seed), start_(lab_.now.mono) {
  for (size_t i = 0; i < 2; ++i) {
    lab_.AddHost(scenario.hosts[i].mtu, scenario.hosts[i].segment_hint);
    links_[i] = std::make_unique<Link>(scenario.links[i], scenario.seed * 4 + i, start_);
  }
  for (size_t i = 0; i < 2; ++i) {
    datagrams_[i] = std::make_unique<Datagrams>(lab_, HostOf(i), HostOf(1 - i), scenario.hosts[i], scenario.seed + i);
    Wire(i);
    ScheduleFaults(i);
  }
  for (const ClockJump& jump : scenario.jumps) {
    lab_.At(start_ + jump.at, [this, jump] {
      lab_.now.mono = lab_.now.mono + jump.mono;
      lab_.now.wall.ms += jump.wall;
      Note("clock jumps");
    });
  }
  lab_.At(start_ + scenario.faults_until, [this] {
    for (auto& link : links_) link->Heal();
    Note("faults end");
  });
  for (const ConnectionPlan& plan : scenario.connections) {
    Pair& pair = pairs_.emplace_back();
    pair.plan = &plan;
    pair.moved = start_;
  }
}

// The path: what a host sends goes over its link to the other.
void Simulation::Wire(size_t index) {
  Lab::Host& host = HostOf(index);
  host.poll_events = false;
  host.on_input = [this, index] { HandleEvents(index); };
  host.on_receive = [this, index](const Lab::Frame& frame) {
    if (observer_ != nullptr) observer_->OnFrame(lab_.now, index, false, frame);
  };
  host.on_send = [this, index](Lab::Frame& frame) {
    if (observer_ != nullptr) observer_->OnFrame(lab_.now, index, true, frame);
    for (uint8_t byte : frame.payload) verdict_.digest = (verdict_.digest ^ byte) * 0x100000001b3ULL;
    verdict_.digest += static_cast<uint64_t>(lab_.now.mono.ms);
    if (frame.payload.size() > Stack::kMaxMtu) Fault("a frame larger than any MTU");
    const uint32_t burst = scenario_.hosts[index].burst;
    if (burst != 0 && lab_.now.mono < start_ + scenario_.faults_until && --credit_[index] == 0) {
      HostOf(index).room = false;
      lab_.At(lab_.now.mono + 1, [this, index, burst] {
        credit_[index] = burst;
        HostOf(index).room = true;
        lab_.Settle(HostOf(index));
      });
    }
    return !tamper || tamper(frame);
  };
  credit_[index] = std::max(1u, scenario_.hosts[index].burst);
  lab_.carrier = [this](Lab::Host& from, Lab::Frame frame) {
    const size_t source = &from == &HostOf(0) ? 0 : 1;
    links_[source]->Carry(lab_.now.mono, std::move(frame), [this, source](Instant at, Lab::Frame arriving) {
      lab_.Launch(at, 1 - source, std::move(arriving));
    });
  };
}

void Simulation::ScheduleFaults(size_t index) {
  const HostPlan& plan = scenario_.hosts[index];
  const auto during = [this, index](const Phase& phase, auto set) {
    lab_.At(start_ + phase.start, [set] { set(true); });
    lab_.At(start_ + phase.start + phase.length, [this, index, set] {
      set(false);
      lab_.Settle(HostOf(index));
    });
  };
  for (const Phase& phase : plan.no_room) during(phase, [this, index](bool on) { HostOf(index).room = !on; });
  for (const Phase& phase : plan.no_events) during(phase, [this, index](bool on) { looking_[index] = !on; });
  for (const Phase& phase : plan.stalls) {
    lab_.At(start_ + phase.start, [this, index, phase] { HostOf(index).stalled_until = lab_.now.mono + phase.length; });
  }
  if (plan.mtu_change_at != 0) {
    lab_.At(start_ + plan.mtu_change_at, [this, index, &plan] {
      HostOf(index).stack.SetMtu(Lab::kNetwork, plan.new_mtu);
      lab_.Settle(HostOf(index));
    });
  }
}

uint16_t Simulation::Port(const Pair& pair) const {
  return static_cast<uint16_t>(kFirstPort + (&pair - pairs_.data()) % 4);
}

// A few listeners serve all connections, so that they share its backlog.
void Simulation::Listen() {
  for (size_t host = 0; host < 2; ++host) {
    for (uint16_t port = kFirstPort; port < kFirstPort + 4; ++port) {
      const auto opened = HostOf(host).stack.TcpListen({}, {{}, port}, scenario_.hosts[host].backlog);
      if (opened.status != Status::kOk) Fault("TcpListen: " + std::string(ToString(opened.status)));
      listeners_[host].push_back(opened.socket);
    }
  }
}

void Simulation::Open(size_t index) {
  Pair& pair = pairs_[index];
  const size_t client = pair.plan->client;
  Lab::Host& host = HostOf(client);
  if (host.stalled_until > lab_.now.mono) return lab_.At(host.stalled_until, [this, index] { Open(index); });
  Lab::Host& server = HostOf(1 - client);
  const Endpoint remote{pair.plan->v6 ? server.v6() : server.v4(), Port(pair)};
  const auto opened = host.stack.TcpConnect(lab_.now, {}, {}, remote, 600'000);
  if (opened.status != Status::kOk) return Fault("TcpConnect: " + std::string(ToString(opened.status)));
  pair.client_socket = opened.socket;
  for (size_t end = 0; end < 2; ++end) {
    pair.talkers[end] =
        std::make_unique<Talker>(lab_, end == 0 ? host : server, pair.plan->ends[end], pair.plan->ends[1 - end],
                                 scenario_.seed * 64 + index, static_cast<int>(end));
  }
  callers_[1 - client][opened.local] = index;
  connecting_[client][opened.socket] = index;
  lab_.Settle(host);
}

void Simulation::HandleEvents(size_t host) {
  if (!looking_[host]) return;
  for (int round = 0;; ++round) {
    bool any = false;
    while (const auto event = HostOf(host).stack.PollEvent()) {
      any = true;
      Dispatch(host, *event);
    }
    if (!any) return;
    if (round == 1'000) return Fault("events without end");
    HostOf(host).stack.Flush(lab_.now);
  }
}

void Simulation::Dispatch(size_t host, const StackEvent& event) {
  if (observer_ != nullptr) {
    Note("host " + std::to_string(host) + " event " + std::to_string(static_cast<int>(event.kind)) + " socket " +
         std::to_string(event.socket.value) + " " + std::string(ToString(event.status)));
  }
  Talker* talker = Find(host, event.socket);
  switch (event.kind) {
    case StackEventKind::kTcpConnected:
    case StackEventKind::kTcpClosed: {
      const auto it = connecting_[host].find(event.socket);
      if (it != connecting_[host].end()) return ConnectEnded(it->second, event);
      if (event.kind == StackEventKind::kTcpConnected) return Fault("kTcpConnected of no connect");
      if (talker == nullptr) return Fault("kTcpClosed after Close");
      return talker->OnClosed(event.status);
    }
    case StackEventKind::kTcpAccepted: return Accepted(host, event);
    case StackEventKind::kTcpReadable:
    case StackEventKind::kTcpWritable:
      if (talker == nullptr) return Fault("an event for a socket nobody holds");
      return event.kind == StackEventKind::kTcpReadable ? talker->OnReadable() : talker->OnWritable();
    case StackEventKind::kUdpReadable: return datagrams_[host]->OnReadable(event.socket);
    case StackEventKind::kPingReply: return datagrams_[host]->OnPingReply();
    default: return;
  }
}

void Simulation::Accepted(size_t host, const StackEvent& event) {
  const auto it = callers_[host].find(event.remote);
  if (it == callers_[host].end()) return Fault("accepted a connection nobody opened");
  Talker& talker = *pairs_[it->second].talkers[1];
  if (talker.started()) return Fault("accepted twice");
  talkers_[host][event.socket] = &talker;
  talker.Start(event.socket);
}

void Simulation::ConnectEnded(size_t index, const StackEvent& event) {
  Pair& pair = pairs_[index];
  const size_t client = pair.plan->client;
  connecting_[client].erase(event.socket);
  if (event.kind == StackEventKind::kTcpConnected) {
    talkers_[client][event.socket] = pair.talkers[0].get();
    return pair.talkers[0]->Start(event.socket);
  }
  HostOf(client).stack.Close(lab_.now, event.socket);
  // Address resolution gives up sooner than TCP (RFC 4861 §7.2.2): the application tries again.
  Instant excuses_end = start_ + scenario_.faults_until + 5'000;
  for (const ClockJump& jump : scenario_.jumps) excuses_end = excuses_end + jump.mono;
  const bool excused = event.status == Status::kHostUnreachable && lab_.now.mono <= excuses_end;
  if (!excused) return Fault("connect ended: " + std::string(ToString(event.status)));
  if (pair.talkers[1]->started()) return Fault("accepted, but connect ended");
  lab_.At(lab_.now.mono + 1'000, [this, index] { Open(index); });
}

Talker* Simulation::Find(size_t host, SocketId socket) {
  const auto it = talkers_[host].find(socket);
  return it == talkers_[host].end() || it->second->finished() ? nullptr : it->second;
}

Verdict Simulation::Run() {
  Listen();
  for (auto& datagrams : datagrams_) datagrams->Start(std::max<Millis>(scenario_.faults_until, 1'000));
  for (size_t i = 0; i < pairs_.size(); ++i) {
    lab_.At(start_ + pairs_[i].plan->start, [this, i] { Open(i); });
  }
  lab_.At(start_ + 1'000, [this] { InspectEverySecond(); });
  const bool ended = lab_.Run(TimeLimit(), [this] {
    for (size_t host = 0; host < 2; ++host) {
      // Each wake at one instant must be for something that another of the same instant made due.
      if (HostOf(host).wakes_at_once > 10 + 4 * pairs_.size()) Fault("the stack wakes again and again at one instant");
    }
    return !verdict_.ok() || AllOver();
  });
  if (!ended && verdict_.ok()) Fault("not finished in " + std::to_string(TimeLimit()) + " ms");
  verdict_.took = lab_.now.mono - start_;
  if (verdict_.ok()) JudgeAftermath();
  for (const Pair& pair : pairs_) {
    if (verdict_.ok()) JudgePair(pair);
    verdict_.bytes += pair.talkers[0] ? pair.talkers[0]->read() + pair.talkers[1]->read() : 0;
    if (IsOver(pair)) continue;
    verdict_.state += "connection " + std::to_string(&pair - pairs_.data()) + "\n";
    for (const auto& talker : pair.talkers) {
      if (talker) verdict_.state += "  " + talker->Describe() + "\n";
    }
  }
  for (size_t host = 0; host < 2; ++host) {
    verdict_.frames += HostOf(host).frames_sent;
    verdict_.wakes += HostOf(host).wakes;
  }
  return verdict_;
}

void Simulation::Note(const std::string& text) {
  if (observer_ != nullptr) observer_->OnNote(lab_.now, text);
}

void Simulation::Fault(const std::string& what) {
  if (!verdict_.ok()) return;
  verdict_.fault = what + " (at " + std::to_string(lab_.now.mono - start_) + " ms)";
  Note("FAULT: " + what);
}

}  // namespace zt::netstack::sim
