#include "sim/netstack/scenario.h"

#include <algorithm>
#include <bit>

#include "netstack/stack.h"

namespace zt::netstack::sim {
namespace {

// Faults fit well inside the stack's patience (Sender::kGiveUp, five SYN+ACKs in 63 s): nothing may give up.
constexpr Millis kFaultTime = 30'000;

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}
  bool Chance(uint32_t percent) { return random_.Below(100) < percent; }
  uint64_t Between(uint64_t low, uint64_t high) { return low + random_.Below(high - low + 1); }
  // As often between 16 and 32 as between 1024 and 2048.
  uint64_t Spread(uint64_t low, uint64_t high) {
    const uint64_t bits = Between(std::bit_width(low), std::bit_width(high));
    return std::clamp<uint64_t>((1ULL << bits >> 1) + random_.Below(1ULL << bits >> 1), low, high);
  }
  Millis Time(Millis low, Millis high) {
    return static_cast<Millis>(Between(static_cast<uint64_t>(low), static_cast<uint64_t>(high)));
  }
  // Within the time of faults.
  Phase During(Millis until, Millis longest) {
    const Millis length = static_cast<Millis>(Spread(1, static_cast<uint64_t>(std::min(longest, until))));
    return {Time(0, until - length), length};
  }

 private:
  SeededRandom random_;
};

LinkPlan DrawLink(Draw& draw, Millis until) {
  LinkPlan link;
  if (draw.Chance(70)) link.bytes_per_ms = draw.Spread(50, 125'000);  // 400 kbit/s .. 1 Gbit/s
  link.delay = draw.Chance(20) ? 0 : static_cast<Millis>(draw.Spread(1, 300));
  link.queue_bytes = draw.Spread(20'000, 1'000'000);
  switch (draw.Between(0, 3)) {
    case 0: break;
    case 1:
      link.loss_good = static_cast<uint32_t>(draw.Spread(100, 200'000));
      break;
    case 2:  // bursts of 2 to 50 frames
      link.to_bad = static_cast<uint32_t>(draw.Spread(100, 20'000));
      link.to_good = static_cast<uint32_t>(draw.Spread(20'000, 500'000));
      link.loss_bad = static_cast<uint32_t>(draw.Between(300'000, 1'000'000));
      break;
    default:
      link.loss_good = static_cast<uint32_t>(draw.Spread(100, 50'000));
      link.to_bad = 2'000;
      link.to_good = 100'000;
      link.loss_bad = 800'000;
  }
  if (draw.Chance(40)) link.duplicate = static_cast<uint32_t>(draw.Spread(100, 200'000));
  if (draw.Chance(50)) {
    link.reorder = static_cast<uint32_t>(draw.Spread(100, 400'000));
    link.reorder_delay = static_cast<Millis>(draw.Spread(1, 200));
  }
  if (draw.Chance(30)) link.corrupt = static_cast<uint32_t>(draw.Spread(100, 100'000));
  if (draw.Chance(25)) {
    for (uint64_t n = draw.Between(1, 3); n > 0; --n) {
      const Phase phase = draw.During(until, 8'000);
      link.outages.push_back({phase.start, phase.length});
    }
  }
  return link;
}

HostPlan DrawHost(Draw& draw, Millis until) {
  HostPlan host;
  const uint32_t usual[] = {1280, 1400, 1500, 2800, 2800, 9000, 10000};
  host.mtu = draw.Chance(60) ? usual[draw.Between(0, 6)]
                             : static_cast<uint32_t>(draw.Between(Stack::kMinMtu, Stack::kMaxMtu));
  if (draw.Chance(30)) host.segment_hint = static_cast<uint32_t>(draw.Between(1280, 1500));
  host.backlog = static_cast<uint32_t>(draw.Spread(1, 64));
  if (draw.Chance(25)) host.no_room.push_back(draw.During(until, 3'000));
  if (draw.Chance(25)) host.burst = static_cast<uint32_t>(draw.Spread(1, 64));
  if (draw.Chance(20)) host.no_events.push_back(draw.During(until, 5'000));
  if (draw.Chance(15)) host.stalls.push_back(draw.During(until, 5'000));
  if (draw.Chance(15)) {
    host.mtu_change_at = draw.Time(1, until);
    host.new_mtu = static_cast<uint32_t>(draw.Between(Stack::kMinMtu, Stack::kMaxMtu));
  }
  if (draw.Chance(40)) host.datagrams = static_cast<uint32_t>(draw.Spread(1, 60));
  if (draw.Chance(20)) host.pings = static_cast<uint32_t>(draw.Between(1, 8));
  return host;
}

void DrawOptions(Draw& draw, EndPlan& end) {
  if (draw.Chance(30)) end.options.push_back({0, SocketOption::kTcpNodelay, 1});
  if (draw.Chance(25)) {  // ten probes, so that no fault lasts that long
    end.options.push_back({0, SocketOption::kTcpKeepintvl, 6'000});
    end.options.push_back({0, SocketOption::kTcpKeepidle, draw.Time(20'000, 60'000)});
    end.options.push_back({0, SocketOption::kSoKeepalive, 1});
  }
  for (uint64_t n = draw.Chance(30) ? draw.Between(1, 4) : 0; n > 0; --n) {
    const Millis after = draw.Time(0, 10'000);
    switch (draw.Between(0, 7)) {
      case 0: end.options.push_back({after, SocketOption::kTcpNodelay, draw.Chance(50)}); break;
      case 1: end.options.push_back({after, SocketOption::kTcpCongestion, draw.Time(0, 1)}); break;
      case 2:
        end.options.push_back({after, SocketOption::kSoSndbuf, static_cast<int64_t>(draw.Spread(2048, 4 << 20))});
        break;
      case 3:
        end.options.push_back({after, SocketOption::kSoRcvbuf, static_cast<int64_t>(draw.Spread(2048, 4 << 20))});
        break;
      case 4:
        end.options.push_back({after, SocketOption::kTcpMaxseg, static_cast<int64_t>(draw.Spread(88, 65535))});
        break;
      case 5: end.options.push_back({after, SocketOption::kIpTos, draw.Time(0, 255)}); break;
      case 6: end.options.push_back({after, SocketOption::kTcpUserTimeout, draw.Time(120'000, 600'000)}); break;
      default: end.options.push_back({after, SocketOption::kSoKeepalive, 0}); break;
    }
  }
}

// Buffers and segments too small for the amount of data would only make the run long.
void TameOptions(EndPlan& end, uint64_t comes) {
  for (OptionChange& change : end.options) {
    int64_t least = 0;
    if (change.option == SocketOption::kSoSndbuf) least = static_cast<int64_t>(end.bytes / 20);
    if (change.option == SocketOption::kSoRcvbuf) least = static_cast<int64_t>(comes / 20);
    if (change.option == SocketOption::kTcpMaxseg) least = static_cast<int64_t>(end.bytes / 1000);
    change.value = std::max(change.value, least);
  }
}

EndPlan DrawEnd(Draw& draw, uint64_t most) {
  EndPlan end;
  end.bytes = draw.Chance(15) ? 0 : draw.Spread(1, most);
  switch (draw.Between(0, 2)) {
    case 0: break;
    case 1:
      end.chunk = static_cast<uint32_t>(draw.Spread(1, 20'000));
      end.bytes = std::min<uint64_t>(end.bytes, end.chunk * 5'000ULL);
      break;
    default:  // a slow writer of tiny pieces
      end.chunk = static_cast<uint32_t>(draw.Spread(1, 3'000));
      end.write_pause = draw.Time(1, 200);
      end.bytes = std::min<uint64_t>(end.bytes, end.chunk * draw.Between(1, 100));
  }
  if (draw.Chance(30)) {
    end.read_size = static_cast<uint32_t>(draw.Spread(1, 65'536));
    end.read_pause = draw.Time(1, 300);
  }
  end.wait_closed = draw.Chance(70);
  DrawOptions(draw, end);
  return end;
}

ConnectionPlan DrawConnection(Draw& draw, uint64_t most) {
  ConnectionPlan plan;
  plan.client = draw.Between(0, 1);
  plan.v6 = draw.Chance(50);
  plan.start = draw.Chance(50) ? 0 : draw.Time(0, 10'000);
  EndPlan& client = plan.ends[0];
  EndPlan& server = plan.ends[1];
  client = DrawEnd(draw, most);
  server = DrawEnd(draw, most);
  if (draw.Chance(20)) {
    const uint64_t rounds = draw.Spread(1, 40);
    for (EndPlan* end : {&client, &server}) {
      end->turn = static_cast<uint32_t>(draw.Spread(1, std::max<uint64_t>(1, most / 100)));
      end->bytes = rounds * end->turn;
      end->write_pause = 0;
    }
  }
  if (draw.Chance(25)) {
    EndPlan& rude = plan.ends[draw.Between(0, 1)];
    rude.ending = static_cast<Ending>(draw.Between(1, 3));
    rude.quit_after = draw.Between(0, client.bytes + server.bytes);
  }
  for (int end = 0; end < 2; ++end) TameOptions(plan.ends[end], plan.ends[1 - end].bytes);
  // A slow reader sets the pace of what is sent to it: at most ten seconds of reading.
  for (int end = 0; end < 2; ++end) {
    EndPlan& reader = plan.ends[end];
    if (reader.read_pause == 0) continue;
    const uint64_t least = plan.ends[1 - end].bytes * static_cast<uint64_t>(reader.read_pause) / 10'000 + 1;
    reader.read_size = static_cast<uint32_t>(std::max<uint64_t>(reader.read_size, least));
  }
  return plan;
}

std::string Line(const char* key, std::initializer_list<std::pair<const char*, int64_t>> values) {
  std::string line = key;
  for (const auto& [name, value] : values) line += std::string(" ") + name + " " + std::to_string(value);
  return line + "\n";
}

std::string DescribeEnd(const char* key, const EndPlan& end) {
  const char* endings[] = {"orderly", "close-early", "close-unread", "abort"};
  std::string text = Line(key, {{"writes", static_cast<int64_t>(end.bytes)},
                                {"by", end.chunk},
                                {"every", end.write_pause},
                                {"reads", end.read_size},
                                {"every", end.read_pause},
                                {"turn", end.turn},
                                {"quits-after", static_cast<int64_t>(end.quit_after)},
                                {"waits-for-closed", end.wait_closed}});
  text.insert(text.size() - 1, std::string(" ends ") + endings[static_cast<size_t>(end.ending)]);
  for (const OptionChange& change : end.options) {
    const std::string name(ToString(change.option));
    text += Line(("      option " + name).c_str(), {{"=", change.value}, {"after", change.after}});
  }
  return text;
}

}  // namespace

Scenario DrawScenario(uint64_t seed, Size size) {
  Draw draw(seed * 0x9e3779b97f4a7c15ULL + 1);
  Scenario scenario;
  scenario.seed = seed;
  scenario.size = size;
  scenario.faults_until = draw.Chance(10) ? 0 : draw.Time(1'000, kFaultTime);
  const Millis until = std::max<Millis>(scenario.faults_until, 10);
  for (LinkPlan& link : scenario.links) link = DrawLink(draw, until);
  if (draw.Chance(60)) scenario.links[1] = scenario.links[0];
  for (HostPlan& host : scenario.hosts) host = DrawHost(draw, until);
  if (draw.Chance(70)) {
    scenario.hosts[1].mtu = scenario.hosts[0].mtu;
    scenario.hosts[1].new_mtu = scenario.hosts[0].new_mtu;
    scenario.hosts[1].mtu_change_at = scenario.hosts[0].mtu_change_at;
  }
  const uint64_t count = draw.Chance(40) ? 1 : draw.Spread(1, 20);
  // In all at most what the slower direction carries in twenty seconds.
  uint64_t budget = size == Size::kFull ? 4'000'000 : 400'000;
  for (const LinkPlan& link : scenario.links) {
    if (link.bytes_per_ms != 0) budget = std::min(budget, link.bytes_per_ms * 20'000);
  }
  for (uint64_t i = 0; i < count; ++i) {
    scenario.connections.push_back(DrawConnection(draw, std::max<uint64_t>(budget / count / 2, 1)));
  }
  if (draw.Chance(15)) {
    ClockJump jump;
    jump.at = draw.Time(0, until);
    if (draw.Chance(50)) jump.mono = draw.Time(1, 20'000);
    jump.wall = draw.Time(0, 200'000'000) - 100'000'000;
    scenario.jumps.push_back(jump);
  }
  return scenario;
}

uint64_t Scenario::TotalBytes() const {
  uint64_t total = 0;
  for (const ConnectionPlan& plan : connections) total += plan.ends[0].bytes + plan.ends[1].bytes;
  return total;
}

Millis Scenario::ApplicationTime() const {
  Millis longest = 0;
  for (const ConnectionPlan& plan : connections) {
    Millis time = plan.start;
    for (int end = 0; end < 2; ++end) {
      const EndPlan& one = plan.ends[end];
      const uint64_t comes = plan.ends[1 - end].bytes;
      time += one.write_pause * static_cast<Millis>(one.bytes / one.chunk + 1);
      time += one.read_pause * static_cast<Millis>(comes / one.read_size + 1);
      if (one.turn == 0) continue;
      // Each turn takes a round trip, a pause to read, and its own chunks.
      const Millis rounds = static_cast<Millis>(one.bytes / one.turn);
      time += rounds * (links[0].delay + links[1].delay + one.read_pause * (1 + one.turn / one.read_size));
    }
    longest = std::max(longest, time);
  }
  return longest;
}

std::string Scenario::Describe() const {
  std::string text = Line("seed", {{"=", static_cast<int64_t>(seed)}, {"full", size == Size::kFull},
                                   {"faults-until", faults_until}});
  for (const LinkPlan& l : links) {
    text += Line("  link", {{"bytes/ms", static_cast<int64_t>(l.bytes_per_ms)},
                            {"queue", static_cast<int64_t>(l.queue_bytes)},
                            {"delay", l.delay},
                            {"loss-ppm", l.loss_good},
                            {"burst-loss-ppm", l.loss_bad},
                            {"to-burst", l.to_bad},
                            {"from-burst", l.to_good},
                            {"duplicate", l.duplicate},
                            {"reorder", l.reorder},
                            {"by", l.reorder_delay},
                            {"corrupt", l.corrupt}});
    for (const auto& outage : l.outages) text += Line("    down", {{"at", outage.start}, {"for", outage.length}});
  }
  for (const HostPlan& h : hosts) {
    text += Line("  host", {{"mtu", h.mtu},
                            {"hint", h.segment_hint},
                            {"backlog", h.backlog},
                            {"burst", h.burst},
                            {"mtu-change-at", h.mtu_change_at},
                            {"to", h.new_mtu},
                            {"datagrams", h.datagrams},
                            {"pings", h.pings}});
    for (const Phase& p : h.no_room) text += Line("    no room", {{"at", p.start}, {"for", p.length}});
    for (const Phase& p : h.no_events) text += Line("    no events", {{"at", p.start}, {"for", p.length}});
    for (const Phase& p : h.stalls) text += Line("    stall", {{"at", p.start}, {"for", p.length}});
  }
  for (const ClockJump& j : jumps) text += Line("  jump", {{"at", j.at}, {"mono", j.mono}, {"wall", j.wall}});
  for (const ConnectionPlan& c : connections) {
    text += Line("  connection", {{"client", static_cast<int64_t>(c.client)}, {"v6", c.v6}, {"start", c.start}});
    text += DescribeEnd("    client", c.ends[0]) + DescribeEnd("    server", c.ends[1]);
  }
  return text;
}

}  // namespace zt::netstack::sim
