// Runs the lines of a scenario: packets in, packets out compared with what was expected, time.
#include <set>

#include "testing/tcp_script/stage.h"

namespace zt::netstack::script {
namespace {

using Words = std::vector<std::string>;

// When the packet must come, from the moment the line begins.
struct Window {
  Millis from = 0, to = 0;
};

std::string Wanted(const char* what, int64_t wanted, int64_t came) {
  return std::string(what) + " is " + std::to_string(came) + ", not " + std::to_string(wanted);
}

std::string CompareSack(const OptionLine& line, const Bytes& value, const Flow& flow) {
  if (value.size() != line.blocks.size() * 8) return "another number of SACK blocks";
  for (size_t i = 0; i < line.blocks.size(); ++i) {
    const auto& [left, right] = line.blocks[i];
    const auto at = [&](size_t offset) {
      return flow.FromPeer(uint32_t{value[offset]} << 24 | uint32_t{value[offset + 1]} << 16 |
                           uint32_t{value[offset + 2]} << 8 | value[offset + 3]);
    };
    if (left.base != Number::Base::kAny && at(8 * i) != flow.Value(left)) {
      return Wanted("the left edge of a SACK block", flow.Value(left), at(8 * i));
    }
    if (right.base != Number::Base::kAny && at(8 * i + 4) != flow.Value(right)) {
      return Wanted("the right edge of a SACK block", flow.Value(right), at(8 * i + 4));
    }
  }
  return {};
}

std::string CompareOption(const OptionLine& line, const Packet::Option& option, const Flow& flow) {
  const Bytes& v = option.value;
  const auto load = [&v](size_t at) {
    return uint32_t{v[at]} << 24 | uint32_t{v[at + 1]} << 16 | uint32_t{v[at + 2]} << 8 | v[at + 3];
  };
  const auto differs = [&flow](const Number& wanted, int64_t came) {
    return wanted.base != Number::Base::kAny && flow.Value(wanted) != came;
  };
  if (line.kind == kOptMss && (v.size() != 2 || differs(line.a, v[0] << 8 | v[1]))) return "another MSS";
  if (line.kind == kOptScale && (v.size() != 1 || differs(line.a, v[0]))) return "another window scale";
  if (line.kind == kOptSack) return CompareSack(line, v, flow);
  if (line.kind != kOptTime) return {};
  if (v.size() != 8) return "a timestamp option of the wrong size";
  const int64_t value = static_cast<int32_t>(load(0) - flow.time_base);
  if (differs(line.a, value)) return Wanted("TS val", flow.Value(line.a), value);
  if (differs(line.b, load(4))) return Wanted("TS ecr", flow.Value(line.b), load(4));
  return {};
}

std::string CompareOptions(const SegmentLine& line, const Packet& packet, const Flow& flow) {
  for (const OptionLine& wanted : line.options) {
    if (wanted.kind == kOptNop || wanted.kind == kOptEnd) continue;
    const Packet::Option* option = packet.Find(wanted.kind);
    if (option == nullptr) return "option " + std::to_string(wanted.kind) + " is missing";
    if (auto error = CompareOption(wanted, *option, flow); !error.empty()) return error;
  }
  if (line.open_options) return {};
  bool time_listed = false;
  for (const Packet::Option& option : packet.options) {
    bool listed = false;
    for (const OptionLine& wanted : line.options) listed = listed || wanted.kind == option.kind;
    time_listed = time_listed || option.kind == kOptTime;
    // Timestamps go without saying where they were agreed (RFC 7323 §3.2).
    if (!listed && !(option.kind == kOptTime && flow.UsesTime())) {
      return "option " + std::to_string(option.kind) + " was not expected";
    }
  }
  const bool reset = (packet.flags & 0x04) != 0;
  if (flow.UsesTime() && !time_listed && !reset) return "it has no timestamps, though they were agreed";
  return {};
}

std::string CompareData(const Packet& packet, const Flow& flow, int64_t seq) {
  const int64_t first = seq + ((packet.flags & 0x02) != 0 ? 1 : 0);
  for (size_t i = 0; i < packet.payload.size(); ++i) {
    const int64_t position = packet.protocol == 17 ? static_cast<int64_t>(i) : first + static_cast<int64_t>(i);
    if (packet.payload[i] != Pattern(false, position)) return "the byte at " + std::to_string(position) + " is wrong";
  }
  return packet.protocol == 6 && packet.source_port != flow.stack_port ? "it comes from another port" : "";
}

std::string CompareTcp(const SegmentLine& line, const Packet& packet, Flow flow) {
  if (packet.protocol != 6) return "it is not TCP";
  if ((packet.flags & 0x02) != 0) {
    flow.stack_isn = packet.seq;
    flow.stack_port = packet.source_port;
    flow.stack_offered_time = packet.Find(kOptTime) != nullptr;
    // The end of what was sent before belongs to another connection.
    if (line.seq.base == Number::Base::kLiteral && line.seq.offset == 0) flow.sent = 0;
  }
  if (const auto* time = packet.Find(kOptTime); time != nullptr && !flow.time_known && time->value.size() == 8) {
    flow.time_base = uint32_t{time->value[0]} << 24 | uint32_t{time->value[1]} << 16 |
                     uint32_t{time->value[2]} << 8 | time->value[3];
  }
  const int64_t seq = flow.FromStack(packet.seq), size = static_cast<int64_t>(packet.payload.size());
  if (line.flags && *line.flags != packet.flags) {
    return "the flags are " + PrintFlags(packet.flags) + ", not " + PrintFlags(*line.flags);
  }
  if (line.seq.base != Number::Base::kAny && flow.Value(line.seq) != seq) {
    return Wanted("the sequence number", flow.Value(line.seq), seq);
  }
  int64_t end = line.end ? flow.Value(*line.end) + (line.relative_end ? seq : 0) : seq;
  if (line.end && line.end->base == Number::Base::kAny) end = seq + size;
  if (!line.end && line.seq.base == Number::Base::kAny) end = seq + size;
  if (end != seq + size) return Wanted("the end", end, seq + size);
  if (line.ack && line.ack->base != Number::Base::kAny && flow.Value(*line.ack) != flow.FromPeer(packet.ack)) {
    return Wanted("the acknowledgment", flow.Value(*line.ack), flow.FromPeer(packet.ack));
  }
  const bool wrong_window = line.window && (line.window_compare == '>'   ? packet.window <= *line.window
                                            : line.window_compare == '<' ? packet.window >= *line.window
                                                                         : packet.window != *line.window);
  if (wrong_window) return "the window is " + std::to_string(packet.window);
  if (auto error = CompareOptions(line, packet, flow); !error.empty()) return error;
  return CompareData(packet, flow, seq);
}

std::string Compare(const SegmentLine& line, const Packet& packet, const Flow& flow) {
  if (!packet.error.empty()) return packet.error;
  if (packet.fragment) return "it is a fragment";
  if (line.kind == SegmentLine::Kind::kTcp) return CompareTcp(line, packet, flow);
  if (line.kind == SegmentLine::Kind::kUdp) {
    if (packet.protocol != 17) return "it is not UDP";
    if (packet.payload.size() != line.size) return "another size";
    return CompareData(packet, flow, 0);
  }
  if (packet.protocol != 1 && packet.protocol != 58) return "it is not ICMP";
  if (packet.icmp_type != line.icmp_type || packet.icmp_code != line.icmp_code) return "another type or code";
  return line.icmp_rest == packet.icmp_rest ? "" : "another MTU or pointer";
}

class Runner {
 public:
  explicit Runner(bool v4) : stage_(v4) {}

  // What is wrong with a line, or "".
  std::string Do(const Line& line) {
    Words words = SplitWords(line.text);
    std::optional<Window> window;
    if (auto error = TakeTime(words, window); !error.empty()) return error;
    if (words.empty()) return "what shall be done then?";
    if (words[0] == "<") return Expect({words.begin() + 1, words.end()}, window.value_or(Window{}));
    if (words[0] == "row") return stage_.Note(line.text), "";
    if (words[0] == "drain") return Drain();
    if (words[0] == "skip") {
      const auto time = words.size() == 2 ? ParseTime(words[1]) : std::nullopt;
      if (!time) return "skip TIME";
      stage_.Note(line.text);
      stage_.Run(*time);
      return Drain();
    }
    // Who only looks does not disturb what is on its way.
    static const std::set<std::string> kLooks = {"accept", "expect", "state", "info", "drops", "sockets", "buffers",
                                              "peer",   "flow"};
    if (kLooks.count(words[0]) == 0 || window) {
      if (auto error = Silence(window ? window->to : 0); !error.empty()) return error;
    }
    if (words[0] == ">") return Send({words.begin() + 1, words.end()});
    stage_.Note(line.text);
    if (words[0] == "nothing" || words[0] == "wait") return Nothing(words);
    if (words[0] == "flow" || words[0] == "peer") return Peer(words);
    const auto result = RunApplicationLine(stage_, words);
    if (!result) return "no such statement: " + line.text;
    stage_.Settle();
    return *result;
  }

  std::string End() {
    if (auto error = Silence(0); !error.empty()) return error;
    for (const StackEvent& event : stage_.events) {
      if (event.kind != StackEventKind::kTcpClosed) continue;
      return "the connection was closed and nobody expected it: " + std::string(ToString(event.status));
    }
    return {};
  }

  const std::vector<std::string>& trace() const { return stage_.trace; }
  Stage& stage() { return stage_; }

 private:
  std::string TakeTime(Words& words, std::optional<Window>& window) {
    if (words[0] == "within" && words.size() > 2) {
      const auto time = ParseTime(words[1]);
      if (!time || words[2] != "<") return "within TIME < SEGMENT";
      window = Window{0, *time};
      words.erase(words.begin(), words.begin() + 2);
    } else if (words[0][0] == '+') {
      const std::string text = words[0].substr(1);
      const size_t dots = text.find("..");
      const auto to = ParseTime(dots == std::string::npos ? text : text.substr(dots + 2));
      const std::string unit = text.substr(text.find_last_of("0123456789") + 1);
      const auto from = dots == std::string::npos ? to : ParseTime(text.substr(0, dots) + unit);
      if (!from || !to) return "not a time: " + words[0];
      window = Window{*from, *to};
      words.erase(words.begin());
    }
    return {};
  }

  std::string Expect(const Words& words, const Window& window) {
    const ParsedLine parsed = ParseSegment(words, stage_.v4);
    if (!parsed.error.empty()) return parsed.error;
    if (parsed.line.kind == SegmentLine::Kind::kNothing) return Silence(window.to);
    const Instant begin = stage_.now().mono;
    stage_.Run(window.to, [&] { return stage_.Front() != nullptr; });
    const Packet* packet = stage_.Front();
    if (packet == nullptr) return "nothing came";
    const Millis after = packet->at - begin;
    const std::string came = Print(*packet, Shown(*packet), false);
    const std::string why = Compare(parsed.line, *packet, stage_.flow());
    if (!why.empty()) return "came: " + came + "\n  because: " + why;
    if (after < window.from || after > window.to) {
      return "came: " + came + "\n  because: it came after " + std::to_string(after) + " ms";
    }
    stage_.Consume();
    return {};
  }

  // A SYN tells the numbers it is to be shown with.
  Flow Shown(const Packet& packet) {
    Flow flow = stage_.flow();
    if (packet.protocol == 6 && (packet.flags & 0x02) != 0) flow.stack_isn = packet.seq;
    return flow;
  }

  std::string Send(const Words& words) {
    const ParsedLine parsed = ParseSegment(words, stage_.v4);
    if (!parsed.error.empty()) return parsed.error;
    if (parsed.line.kind == SegmentLine::Kind::kNothing) return {};
    stage_.Inject(parsed.line);
    return {};
  }

  // No packet may be waiting, nor come in this time.
  std::string Silence(Millis time) {
    const Instant end = stage_.now().mono + time;
    stage_.Run(time, [&] { return !stage_.queue.empty(); });
    if (stage_.queue.empty()) return {};
    const Packet& packet = stage_.queue.front();
    return "came, though nothing was expected: " + Print(packet, Shown(packet), false) +
           (time == 0 ? "" : ", " + std::to_string(end - packet.at) + " ms early");
  }

  std::string Nothing(const Words& words) {
    if (words.size() == 1) return words[0] == "wait" ? "wait TIME" : "";
    const auto time = ParseTime(words.back());
    if (!time) return "nothing for TIME, wait TIME";
    return Silence(*time);
  }

  std::string Drain() {
    while (!stage_.queue.empty()) {
      if (stage_.Front() == nullptr) {
        stage_.queue.pop_front();
      } else {
        stage_.Consume();
      }
    }
    return {};
  }

  std::string Peer(const Words& words) {
    const auto value = ParseNumber(words.back());
    if (!value) return "not a number: " + words.back();
    if (words[0] == "flow") {
      stage_.Select(static_cast<int>(value->offset));
    } else if (words[1] == "window") {
      stage_.flow().window = static_cast<uint16_t>(value->offset);
    } else if (words[1] == "isn") {
      stage_.flow().peer_isn = static_cast<uint32_t>(value->offset);
    } else if (words[1] == "clock") {  // moves it
      stage_.flow().clock += value->offset;
    } else if (words[1] == "starts") {  // a new connection of the same name: numbers from here
      const Flow old = stage_.flow();
      Flow fresh;
      fresh.peer_port = old.peer_port;
      fresh.stack_port = old.stack_port;
      fresh.clock = old.clock;
      fresh.mss = old.mss;
      fresh.offer = old.offer;
      fresh.mine = 1;
      fresh.peer_isn = old.peer_isn + static_cast<uint32_t>(old.Value(*value));
      stage_.flow() = fresh;
    } else {
      return "the peer has no " + words[1];
    }
    return {};
  }

  Stage stage_;
};

}  // namespace

Verdict RunScenario(const Scenario& scenario, bool v4) {
  Runner runner(v4);
  std::string problem;
  const Line* at = nullptr;
  for (const Line& line : scenario.lines) {
    at = &line;
    problem = runner.Do(line);
    if (!problem.empty()) break;
  }
  if (problem.empty()) problem = runner.End();
  if (problem.empty()) return {};
  Verdict verdict{false, {}};
  verdict.report = (at == nullptr ? std::string() : at->Where() + ": ") + scenario.name + (v4 ? " (IPv4)" : " (IPv6)");
  if (at != nullptr) verdict.report += "\n  line: " + at->text;
  verdict.report += "\n  " + problem + "\n  so far:\n";
  for (const std::string& line : runner.trace()) verdict.report += "  " + line + "\n";
  return verdict;
}

}  // namespace zt::netstack::script
