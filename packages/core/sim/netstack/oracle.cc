// What must hold: while the simulation runs, when a connection is over, and when everything is.
#include <algorithm>

#include "sim/netstack/simulation.h"

namespace zt::netstack::sim {

bool Simulation::IsOver(const Pair& pair) const {
  if (!pair.talkers[0]) return false;
  const Talker& client = *pair.talkers[0];
  const Talker& server = *pair.talkers[1];
  // A client that left rudely may have taken its connection with it before the server heard of it.
  return client.finished() && (server.finished() || (!server.started() && client.left_rudely()));
}

bool Simulation::AllOver() const {
  return std::all_of(pairs_.begin(), pairs_.end(), [this](const Pair& pair) { return IsOver(pair); });
}

// Faults, what the applications do by themselves, the bytes at a quarter of the rate, and time to give up once.
Millis Simulation::TimeLimit() const {
  Millis limit = scenario_.faults_until + 2 * scenario_.ApplicationTime() + kStuck;
  for (const LinkPlan& link : scenario_.links) {
    if (link.bytes_per_ms != 0) limit += static_cast<Millis>(4 * scenario_.TotalBytes() / link.bytes_per_ms);
    limit += 200 * link.delay;
  }
  for (const ClockJump& jump : scenario_.jumps) limit += jump.mono;
  return limit;
}

void Simulation::InspectEverySecond() {
  for (const Pair& pair : pairs_) {
    for (const auto& talker : pair.talkers) {
      if (talker && !talker->fault().empty()) Fault(talker->fault());
    }
  }
  InspectProgress();
  InspectCosts();
  if (lab_.now.mono >= start_ + scenario_.faults_until + 5'000) ProbeAbandoned();
  if (verdict_.ok()) lab_.At(lab_.now.mono + 1'000, [this] { InspectEverySecond(); });
}

void Simulation::InspectProgress() {
  const Instant healed = start_ + scenario_.faults_until;
  for (Pair& pair : pairs_) {
    const uint64_t actions = pair.talkers[0] ? pair.talkers[0]->actions() + pair.talkers[1]->actions() : 0;
    if (actions != pair.actions || IsOver(pair) || !pair.talkers[0] || lab_.now.mono < healed) {
      pair.actions = actions;
      pair.moved = lab_.now.mono;
    }
    if (lab_.now.mono - pair.moved > kStuck) {
      Fault("connection " + std::to_string(&pair - pairs_.data()) + " is stuck");
    }
  }
}

// Nothing may cost more than what it is for: memory, wake-ups, frames.
void Simulation::InspectCosts() {
  uint64_t frames = 0, wakes = 0, writes = 0, bytes = 0;
  for (size_t host = 0; host < 2; ++host) {
    frames += HostOf(host).frames_sent;
    wakes += HostOf(host).wakes;
    const size_t bound = pairs_.size() * (Stack::kTcpSendBuffer + Stack::kTcpReceiveBuffer + (128 << 10));
    if (HostOf(host).stack.BufferBytes() > bound) Fault("buffers grow without bound");
    // Each attempt leaves at most one connection in TIME_WAIT; four listeners, one UDP socket.
    const size_t sockets = 4 * pairs_.size() + 8;
    if (HostOf(host).stack.SocketCount() > sockets) Fault("sockets grow without bound");
    bytes += 40'000ULL * (datagrams_[host]->sent() + scenario_.hosts[host].pings * 2);
  }
  for (const Pair& pair : pairs_) {
    for (const auto& talker : pair.talkers) {
      if (!talker) continue;
      writes += talker->writes();
      bytes += talker->written();
    }
  }
  // A wake sends something or gives something up; now and then a timer is put off.
  const uint64_t woke = wakes - wakes_before_;
  if (woke > 2 * (frames - frames_before_) + 30 * pairs_.size() + 50) {
    Fault(std::to_string(woke) + " wake-ups in a second with " + std::to_string(frames - frames_before_) + " frames");
  }
  frames_before_ = frames;
  wakes_before_ = wakes;
  // Each byte up to four times, an acknowledgment for each segment; small segments only where writes are small.
  const uint64_t seconds = static_cast<uint64_t>(lab_.now.mono - start_) / 1000;
  const uint64_t allowed = 8 * (bytes / 1'000 + writes) + pairs_.size() * (500 + 20 * seconds) + 500;
  if (frames > allowed) Fault(std::to_string(frames) + " frames for " + std::to_string(bytes) + " bytes");
}

// A reset is sent once and may be lost. Who only listens learns of it by asking (RFC 9293 §3.8.4).
void Simulation::ProbeAbandoned() {
  for (Pair& pair : pairs_) {
    if (pair.probed || !pair.talkers[0]) continue;
    for (size_t end = 0; end < 2; ++end) {
      if (!pair.talkers[end]->finished()) continue;
      pair.probed = true;
      pair.talkers[1 - end]->Probe();
    }
    if (pair.probed) lab_.SettleAll();
  }
}

void Simulation::JudgePair(const Pair& pair) {
  const std::string name = "connection " + std::to_string(&pair - pairs_.data()) + ": ";
  const bool orderly = pair.plan->ends[0].ending == Ending::kOrderly && pair.plan->ends[1].ending == Ending::kOrderly;
  for (size_t end = 0; end < 2; ++end) {
    const Talker& talker = *pair.talkers[end];
    const Talker& other = *pair.talkers[1 - end];
    const EndPlan& theirs = pair.plan->ends[1 - end];
    const std::string who = name + (end == 0 ? "client " : "server ");
    if (!talker.fault().empty()) return Fault(who + talker.fault());
    if (!talker.started()) continue;
    if (talker.read() > other.written()) return Fault(who + "read what was not written");
    if (talker.end_read() && talker.read() != other.written()) return Fault(who + "saw the end too early");
    if (orderly) {
      if (talker.read() != theirs.bytes || !talker.end_read()) return Fault(who + "did not get everything");
      if (talker.closed() && *talker.closed() != Status::kOk) {
        return Fault(who + "ended with " + std::string(ToString(*talker.closed())));
      }
    }
    // Whoever did not leave first must have been told that the other did.
    if (theirs.ending == Ending::kAbort && other.left_rudely() && !talker.left_rudely()) {
      if (talker.closed() != Status::kConnectionReset) return Fault(who + "did not see the abort");
    }
  }
}

void Simulation::JudgeAftermath() {
  for (size_t host = 0; host < 2; ++host) {
    for (SocketId listener : listeners_[host]) HostOf(host).stack.Close(lab_.now, listener);
  }
  lab_.Run(kAftermath);
  for (size_t host = 0; host < 2; ++host) {
    const std::string fault = datagrams_[host]->Fault();
    if (!fault.empty()) Fault(fault);
    datagrams_[host]->Close();
  }
  lab_.Run(1'000);
  for (size_t host = 0; host < 2 && verdict_.ok(); ++host) {
    const Stack& stack = HostOf(host).stack;
    const std::string who = " left on host " + std::to_string(host);
    if (stack.SocketCount() != 0) Fault(std::to_string(stack.SocketCount()) + " sockets" + who);
    if (stack.BufferBytes() != 0) Fault(std::to_string(stack.BufferBytes()) + " bytes of buffers" + who);
    const Deadline deadline = stack.NextTimeout();
    if (deadline.at != Instant::Never()) Fault("timer \"" + std::string(deadline.reason) + "\"" + who);
  }
}

}  // namespace zt::netstack::sim
