// What the application does and sees, as lines.
#include <charconv>

#include "testing/tcp_script/stage.h"

namespace zt::netstack::script {
namespace {

using Words = std::vector<std::string>;
using Kind = StackEventKind;

constexpr const char* kStates[] = {"CLOSED",     "LISTEN",     "SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "FIN_WAIT_1",
                                   "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING",  "LAST_ACK",     "TIME_WAIT"};

std::string StatusName(int64_t result) { return std::string(ToString(static_cast<Status>(-result))); }

// What a call that returns bytes or a negative status gave.
std::string Given(int64_t result) {
  std::string text = "it gave ";
  text += std::to_string(result);
  if (result < 0) text.append(" ").append(StatusName(result));
  return text;
}

std::string Must(Status status) { return status == Status::kOk ? "" : "it failed: " + std::string(ToString(status)); }

std::optional<int64_t> ValueOf(Stage& stage, const std::string& text) {
  const auto number = ParseNumber(text);
  if (!number) return std::nullopt;
  return stage.flow().Value(*number);
}

std::string Compare(const Words& words, size_t at, int64_t value, Stage& stage) {
  // NAME [OP] N
  const bool has_operator = words.size() == at + 2;
  const auto wanted = ValueOf(stage, words.back());
  if (!wanted || words.size() > at + 2 || words.size() < at + 1) return "a value, or an operator and a value";
  const std::string op = has_operator ? words[at] : "=";
  const bool holds = op == "="    ? value == *wanted
                     : op == ">"  ? value > *wanted
                     : op == "<"  ? value < *wanted
                     : op == "<=" ? value <= *wanted
                     : op == ">=" ? value >= *wanted
                                  : false;
  return holds ? "" : "it is " + std::to_string(value);
}

std::string Listen(Stage& stage, const Words& words) {
  const auto port = words.size() > 1 ? ValueOf(stage, words[1]) : std::optional<int64_t>(80);
  const auto backlog = words.size() > 3 ? ValueOf(stage, words[3]) : std::optional<int64_t>(64);
  if (!port || !backlog) return "listen PORT [backlog N]";
  const IpAddress any = stage.v4 ? IpAddress::V4(0) : *IpAddress::Parse("::");
  const auto opened = stage.stack().TcpListen({}, {any, static_cast<uint16_t>(*port)}, static_cast<uint32_t>(*backlog));
  stage.listener = opened.socket;
  stage.listen_port = static_cast<uint16_t>(*port);
  stage.flow().stack_port = stage.listen_port;
  return Must(opened.status);
}

std::string Connect(Stage& stage, const Words& words) {
  Endpoint local;
  Millis timeout = 0;
  std::string wanted = "ok";
  for (size_t i = 1; i + 1 < words.size(); i += 2) {
    if (words[i] == "timeout") {
      timeout = ParseTime(words[i + 1]).value_or(0);
    } else if (words[i] == "from") {
      local.port = static_cast<uint16_t>(ValueOf(stage, words[i + 1]).value_or(0));
    } else if (words[i] == "fails") {
      wanted = words[i + 1];
    } else {
      return "connect [timeout TIME] [from PORT] [fails STATUS]";
    }
  }
  if (local.port != 0) local.ip = stage.addresses.stack;
  const Endpoint remote{stage.addresses.peer, stage.flow().peer_port};
  const auto opened = stage.stack().TcpConnect(stage.now(), {}, local, remote, timeout);
  stage.flow().socket = opened.socket.value;
  stage.flow().stack_port = opened.local.port;
  return ToString(opened.status) == wanted ? "" : "the answer is " + std::string(ToString(opened.status));
}

std::string Write(Stage& stage, const Words& words) {
  const auto size = words.size() > 1 ? ValueOf(stage, words[1]) : std::nullopt;
  if (!size) return "write SIZE [takes N | fails STATUS]";
  Flow& flow = stage.flow();
  Bytes data;
  for (int64_t i = 0; i < *size; ++i) data.push_back(Pattern(false, 1 + flow.written + i));
  const int64_t taken = stage.stack().TcpWrite(stage.now(), stage.socket(), data);
  if (taken > 0) flow.written += taken;
  if (words.size() == 4 && words[2] == "fails") {
    return taken < 0 && StatusName(taken) == words[3] ? "" : "the answer is " + std::to_string(taken);
  }
  const auto wanted = words.size() == 4 && words[2] == "takes" ? ValueOf(stage, words[3]) : size;
  if (words.size() == 4 && words[3] == "*") return taken < 0 ? StatusName(taken) : "";
  return taken == wanted ? "" : Given(taken);
}

// `read N`: exactly so many bytes are there, and they are the right ones.
std::string Read(Stage& stage, const Words& words) {
  if (words.size() < 2) return "read SIZE, read eof, read STATUS";
  Flow& flow = stage.flow();
  const auto wanted = ValueOf(stage, words[1]);
  const bool part = words.size() == 3 && words[2] == "part";  // more may be there
  Bytes into(wanted ? static_cast<size_t>(*wanted) + (part ? 0 : 1) : 1);
  const int64_t n = stage.stack().TcpRead(stage.now(), stage.socket(), into);
  if (words[1] == "eof") return n == 0 ? "" : Given(n);
  if (!wanted) return n < 0 && StatusName(n) == words[1] ? "" : Given(n);
  for (int64_t i = 0; i < n; ++i) {
    if (into[static_cast<size_t>(i)] == Pattern(true, 1 + flow.read + i)) continue;
    return "the byte at " + std::to_string(1 + flow.read + i) + " is wrong";
  }
  if (n > 0) flow.read += n;
  return n == *wanted ? "" : Given(n);
}

std::optional<Kind> EventKind(const std::string& name) {
  static constexpr std::pair<const char*, Kind> kNames[] = {
      {"connected", Kind::kTcpConnected}, {"accepted", Kind::kTcpAccepted},   {"readable", Kind::kTcpReadable},
      {"writable", Kind::kTcpWritable},   {"closed", Kind::kTcpClosed},       {"udp-readable", Kind::kUdpReadable},
      {"udp-error", Kind::kUdpError},     {"ping-reply", Kind::kPingReply}};
  for (const auto& [text, kind] : kNames) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

// `expect EVENT [STATUS]`, `expect no EVENT`, `expect no event` (of those that begin or end a connection).
std::string Expect(Stage& stage, const Words& words) {
  if (words.size() < 2) return "expect EVENT";
  if (words[1] == "no") {
    const auto kind = words.size() == 3 ? EventKind(words[2]) : std::nullopt;
    if (!kind && words.back() != "event") return "no such event";
    for (const StackEvent& event : stage.events) {
      const bool about = event.kind == Kind::kTcpConnected || event.kind == Kind::kTcpAccepted ||
                         event.kind == Kind::kTcpClosed;
      if (kind ? event.kind != *kind : !about) continue;
      return "there is one, its status is " + std::string(ToString(event.status));
    }
    return {};
  }
  const auto kind = EventKind(words[1]);
  if (!kind) return "no such event";
  const bool udp = *kind == Kind::kUdpReadable || *kind == Kind::kUdpError || *kind == Kind::kPingReply;
  const auto event = stage.TakeEvent(*kind, udp);
  if (!event) return "it did not happen";
  if (words.size() == 2) return {};
  return ToString(event->status) == words[2] ? "" : "its status is " + std::string(ToString(event->status));
}

std::string State(Stage& stage, const Words& words) {
  const auto state = static_cast<size_t>(stage.State());
  if (words.size() != 2) return "state NAME";
  return words[1] == kStates[state] ? "" : std::string("it is ") + kStates[state];
}

std::string Option(Stage& stage, const Words& words) {
  if (words.size() < 3) return "option NAME VALUE [fails STATUS]";
  SocketOption option{};
  for (int i = 1; i < 64; ++i) {
    if (ToString(static_cast<SocketOption>(i)) == words[1]) option = static_cast<SocketOption>(i);
  }
  if (option == SocketOption{}) return "no such option";
  const auto value = ValueOf(stage, words[2]);
  if (!value) return "not a number: " + words[2];
  const bool of_listener = words.size() == 4 && words[3] == "listener";
  const SocketId socket = of_listener ? stage.listener : stage.socket();
  const Status status = stage.stack().SetOption(stage.now(), socket, option, *value);
  const std::string wanted = words.size() == 5 ? words[4] : "ok";
  return ToString(status) == wanted ? "" : "the answer is " + std::string(ToString(status));
}

std::string Info(Stage& stage, const Words& words) {
  static const std::map<std::string, uint64_t TcpInfo::*> kFields = {
      {"rtt_us", &TcpInfo::rtt_us}, {"rto_us", &TcpInfo::rto_us}, {"min_rtt_us", &TcpInfo::min_rtt_us},
      {"send_mss", &TcpInfo::send_mss}, {"receive_mss", &TcpInfo::receive_mss}, {"path_mtu", &TcpInfo::path_mtu},
      {"bytes_acknowledged", &TcpInfo::bytes_acknowledged},
      {"congestion_window", &TcpInfo::congestion_window}, {"slow_start_threshold", &TcpInfo::slow_start_threshold},
      {"send_window", &TcpInfo::send_window}, {"receive_window", &TcpInfo::receive_window},
      {"bytes_in_flight", &TcpInfo::bytes_in_flight}, {"bytes_not_sent", &TcpInfo::bytes_not_sent},
      {"bytes_to_read", &TcpInfo::bytes_to_read}, {"bytes_retransmitted", &TcpInfo::bytes_retransmitted},
      {"segments_retransmitted", &TcpInfo::segments_retransmitted}, {"fast_recoveries", &TcpInfo::fast_recoveries},
      {"timeouts", &TcpInfo::timeouts}, {"bytes_lost", &TcpInfo::bytes_lost},
      {"undone_recoveries", &TcpInfo::undone_recoveries},
      {"tail_loss_probes", &TcpInfo::tail_loss_probes}};
  const auto info = stage.stack().GetTcpInfo(stage.now(), stage.socket());
  if (!info) return "there is no TcpInfo";
  if (words.size() > 1 && words[1] == "send_scale") return Compare(words, 2, info->send_scale, stage);
  if (words.size() > 1 && words[1] == "receive_scale") return Compare(words, 2, info->receive_scale, stage);
  const auto field = words.size() > 1 ? kFields.find(words[1]) : kFields.end();
  if (field == kFields.end()) return "no such field of TcpInfo";
  return Compare(words, 2, static_cast<int64_t>((*info).*(field->second)), stage);
}

std::string Drops(Stage& stage, const Words& words) {
  for (int i = 0; words.size() > 1 && i < kDropReasonCount; ++i) {
    const auto reason = static_cast<DropReason>(i);
    if (ToString(reason) != words[1]) continue;
    return Compare(words, 2, static_cast<int64_t>(stage.host().drops.Of(reason)), stage);
  }
  return "no such reason";
}

std::string Udp(Stage& stage, const Words& words) {
  if (words.size() < 3) return "udp bind PORT | send SIZE | read SIZE";
  const auto value = ValueOf(stage, words[2]);
  if (words[1] == "bind" && value) {
    const auto opened = stage.stack().UdpBind({}, {stage.addresses.stack, static_cast<uint16_t>(*value)});
    stage.udp = opened.socket;
    stage.flow().stack_port = opened.local.port;
    return Must(opened.status);
  }
  if (words[1] == "send" && value) {
    Bytes data;
    for (int64_t i = 0; i < *value; ++i) data.push_back(Pattern(false, i));
    return Must(stage.stack().UdpSend(stage.now(), stage.udp, {stage.addresses.peer, stage.flow().peer_port}, data));
  }
  if (words[1] != "read") return "udp bind PORT | send SIZE | read SIZE";
  Bytes into(65536);
  Endpoint from, to;
  const int64_t n = stage.stack().UdpReceive(stage.udp, from, to, into);
  if (!value) return n < 0 && StatusName(n) == words[2] ? "" : Given(n);
  for (int64_t i = 0; i < n; ++i) {
    if (into[static_cast<size_t>(i)] != Pattern(true, i)) return "the byte at " + std::to_string(i) + " is wrong";
  }
  return n == *value ? "" : Given(n);
}

}  // namespace

std::optional<std::string> RunApplicationLine(Stage& stage, const Words& words) {
  const std::string& word = words[0];
  const bool listener = words.size() > 1 && words[1] == "listener";
  if (word == "listen") return Listen(stage, words);
  if (word == "connect") return Connect(stage, words);
  if (word == "accept") return Expect(stage, {"expect", "accepted"});
  if (word == "write") return Write(stage, words);
  if (word == "read") return Read(stage, words);
  if (word == "shutdown") return Must(stage.stack().TcpShutdown(stage.now(), stage.socket()));
  if (word == "abort") return Must(stage.stack().TcpAbort(stage.now(), stage.socket()));
  if (word == "close") return Must(stage.stack().Close(stage.now(), listener ? stage.listener : stage.socket()));
  if (word == "expect") return Expect(stage, words);
  if (word == "state") return State(stage, words);
  if (word == "option") return Option(stage, words);
  if (word == "info") return Info(stage, words);
  if (word == "drops") return Drops(stage, words);
  if (word == "udp") return Udp(stage, words);
  if (word == "sockets") return Compare(words, 1, static_cast<int64_t>(stage.stack().SocketCount()), stage);
  if (word == "buffers") return Compare(words, 1, static_cast<int64_t>(stage.stack().BufferBytes()), stage);
  if (word == "events") {  // `hold`: the application does not look
    stage.host().poll_events = words.back() != "hold";
    return "";
  }
  if (word == "mtu" && words.size() == 2) {
    const auto mtu = ValueOf(stage, words[1]).value_or(0);
    stage.stack().SetMtu(Lab::kNetwork, static_cast<uint32_t>(mtu));
    stage.flow().mss = mtu - (stage.v4 ? 40 : 60);
    return "";
  }
  return std::nullopt;
}

}  // namespace zt::netstack::script
