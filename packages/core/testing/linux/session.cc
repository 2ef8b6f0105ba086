#include "testing/linux/session.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "testing/linux/pattern.h"
#include "testing/linux/settings.h"

namespace zt::linux_lab {

namespace {

uint64_t Number(const std::string& word) { return std::strtoull(word.c_str(), nullptr, 10); }

// "-" is none.
Endpoint ToEndpoint(const std::string& word) { return Endpoint::Parse(word).value_or(Endpoint{}); }

std::optional<SocketOption> OptionNamed(const std::string& name) {
  for (int i = 0; i < kSocketOptionCount; ++i) {
    const auto option = static_cast<SocketOption>(i);
    if (ToString(option) == name) return option;
  }
  return std::nullopt;
}

}  // namespace

Session::Session(EventLoop& loop, Sockets& sockets, Sockets& outside, netstack::Stack* stack, Link* link)
    : loop_(loop), sockets_(sockets), outside_(outside), stack_(stack), link_(link) {
  report_ = [](uint64_t request, Status status, const std::string& facts) {
    if (request == 0) return;
    std::printf("%llu %s %s\n", static_cast<unsigned long long>(request), std::string(ToString(status)).c_str(),
                facts.c_str());
    std::fflush(stdout);
  };
  if (fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK) != 0) Die("stdin");
  loop_.Watch(STDIN_FILENO, EPOLLIN, [this](uint32_t) { ReadInput(); });
}

void Session::ReadInput() {
  char buffer[16384];
  for (;;) {
    const ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
    if (n < 0 && errno == EAGAIN) break;
    if (n <= 0) return loop_.Stop();  // the driver is gone
    input_.append(buffer, static_cast<size_t>(n));
  }
  size_t start = 0;
  for (size_t end; (end = input_.find('\n', start)) != std::string::npos; start = end + 1) {
    Execute(input_.substr(start, end - start));
  }
  input_.erase(0, start);
}

void Session::Execute(const std::string& line) {
  Words words = SplitWords(line);
  if (words.size() < 2) return;
  const uint64_t request = Number(words[0]);
  words.erase(words.begin());
  words.resize(std::max<size_t>(words.size(), 6));  // missing arguments are empty
  if (ExecuteOpening(request, words) || ExecuteOnStream(request, words) || ExecuteDatagram(request, words) ||
      ExecuteOnLink(request, words)) {
    return;
  }
  report_(request, Status::kNotSupported, "what=" + words[0]);
}

bool Session::ExecuteOpening(uint64_t request, const Words& words) {
  const std::string& verb = words[0];
  if (verb == "listen") {  // listen NAME ENDPOINT BACKLOG
    Listen(request, words, sockets_, {});
  } else if (verb == "forward") {  // forward NAME ENDPOINT OUTSIDE-ENDPOINT
    Listen(request, words, sockets_, ToEndpoint(words[3]));
  } else if (verb == "forward-in") {  // forward-in NAME OUTSIDE-ENDPOINT ENDPOINT
    Listen(request, words, outside_, ToEndpoint(words[3]));
  } else if (verb == "connect") {  // connect NAME ENDPOINT [LOCAL]
    Connect(request, words);
  } else if (verb == "accept") {  // accept LISTENER NAME
    Accept(request, words);
  } else {
    return false;
  }
  return true;
}

void Session::Listen(uint64_t request, const Words& words, Sockets& sockets, const Endpoint& forward_to) {
  const uint64_t backlog = forward_to.IsNone() && !words[3].empty() ? Number(words[3]) : 128;
  const auto opened = sockets.Listen(ToEndpoint(words[2]), static_cast<uint32_t>(backlog));
  if (opened.status != Status::kOk) return report_(request, opened.status, "");
  Listener& listener = listeners_[words[1]];
  listener.of = &sockets;
  listener.id = opened.socket;
  listener.forward_to = forward_to;
  report_(request, Status::kOk, "local=" + opened.local.ToString());
}

Stream& Session::NewStream(const std::string& name, Sockets& sockets) {
  auto& stream = streams_[name];
  if (stream) {
    runnable_.erase(stream.get());
    stream_of_.erase({&stream->sockets(), stream->id()});
  }
  stream = std::make_unique<Stream>(sockets, report_);
  return *stream;
}

void Session::Connect(uint64_t request, const Words& words) {
  const auto opened = sockets_.Connect(ToEndpoint(words[3]), ToEndpoint(words[2]));
  if (opened.status != Status::kOk) return report_(request, opened.status, "");
  Stream& stream = NewStream(words[1], sockets_);
  stream.SetId(opened.socket);
  stream_of_[{&sockets_, opened.socket}] = &stream;
  stream.WaitOpen(request);
}

void Session::Accept(uint64_t request, const Words& words) {
  const auto it = listeners_.find(words[1]);
  if (it == listeners_.end()) return report_(request, Status::kNotFound, "");
  Listener& listener = it->second;
  Stream& stream = NewStream(words[2], *listener.of);
  stream.WaitOpen(request);
  if (listener.ready.empty()) {
    listener.waiting.push_back(&stream);
    return;
  }
  const SocketId id = listener.ready.front();
  listener.ready.pop_front();
  stream_of_[{listener.of, id}] = &stream;
  stream.Opened(id);
  runnable_.insert(&stream);
}

void Session::Forward(Sockets& from, SocketId accepted, const Endpoint& to) {
  Sockets& other = &from == &sockets_ ? outside_ : sockets_;
  const auto opened = other.Connect({}, to);
  if (opened.status != Status::kOk) {
    from.Abort(accepted);
    from.Close(accepted);
    return;
  }
  const std::string name = "forward-" + std::to_string(++forwarded_);
  Stream& near = NewStream(name + "-near", from);
  Stream& far = NewStream(name + "-far", other);
  far.SetId(opened.socket);
  stream_of_[{&from, accepted}] = &near;
  stream_of_[{&other, opened.socket}] = &far;
  near.JoinTo(far);
  far.JoinTo(near);
  near.Opened(accepted);
  runnable_.insert(&near);
}

bool Session::ExecuteOnStream(uint64_t request, const Words& words) {
  using Kind = Operation::Kind;
  static const std::map<std::string, Kind> kOperations = {
      {"write", Kind::kWrite},        // write NAME BYTES SEED
      {"shutdown", Kind::kShutdown},  // shutdown NAME
      {"read", Kind::kRead},          // read NAME BYTES SEED
      {"read-all", Kind::kReadAll},   // read-all NAME SEED
      {"ping-pong", Kind::kPingPong}  // ping-pong NAME BYTES SEED ROUNDS
  };
  const std::string& verb = words[0];
  const auto it = streams_.find(words[1]);
  const auto operation = kOperations.find(verb);
  const bool other = verb == "echo" || verb == "abort" || verb == "wait-closed" || verb == "close" ||
                     verb == "info" || verb == "option" || verb == "get-option";
  if (operation == kOperations.end() && !other) return false;
  if (verb == "close") return Remove(request, words[1]), true;
  if (verb == "option" || verb == "get-option") return SetOption(request, words), true;
  if (it == streams_.end()) return report_(request, Status::kNotFound, ""), true;
  Stream& stream = *it->second;
  if (operation != kOperations.end()) {
    Operation op{operation->second, request};
    if (op.kind == Kind::kReadAll) {
      op.seed = Number(words[2]);
    } else {
      op.total = Number(words[2]);
      op.seed = Number(words[3]);
      op.rounds = Number(words[4]);
    }
    stream.Add(std::move(op));
    runnable_.insert(&stream);
  } else if (verb == "echo") {
    stream.JoinTo(stream, request);
    runnable_.insert(&stream);
  } else if (verb == "abort") {
    report_(request, stream.sockets().Abort(stream.id()), "");
  } else if (verb == "wait-closed") {
    stream.WaitClosed(request);
  } else {
    Info(request, stream);
  }
  return true;
}

void Session::Remove(uint64_t request, const std::string& name) {
  if (const auto it = streams_.find(name); it != streams_.end()) {
    Stream& stream = *it->second;
    report_(request, stream.sockets().Close(stream.id()), "");
    stream_of_.erase({&stream.sockets(), stream.id()});
    runnable_.erase(&stream);
    streams_.erase(it);
  } else if (const auto at = listeners_.find(name); at != listeners_.end()) {
    report_(request, at->second.of->Close(at->second.id), "");
    listeners_.erase(at);
  } else if (const auto socket = datagrams_.find(name); socket != datagrams_.end()) {
    report_(request, sockets_.Close(socket->second.id), "");
    datagrams_.erase(socket);
  } else {
    report_(request, Status::kNotFound, "");
  }
}

void Session::SetOption(uint64_t request, const Words& words) {  // option NAME OPTION VALUE; get-option NAME OPTION
  const auto socket = Named(words[1]);
  const auto option = OptionNamed(words[2]);
  if (!socket || !option) return report_(request, socket ? Status::kInvalidArgument : Status::kNotFound, "");
  int64_t value = std::strtoll(words[3].c_str(), nullptr, 10);
  const Status status = words[0] == "option" ? sockets_.SetOption(*socket, *option, value)
                                             : sockets_.GetOption(*socket, *option, value);
  report_(request, status, "value=" + std::to_string(value));
}

std::optional<SocketId> Session::Named(const std::string& name) const {
  if (const auto it = streams_.find(name); it != streams_.end()) return it->second->id();
  if (const auto it = listeners_.find(name); it != listeners_.end()) return it->second.id;
  if (const auto it = datagrams_.find(name); it != datagrams_.end()) return it->second.id;
  return std::nullopt;
}

void Session::Info(uint64_t request, Stream& stream) {
  const auto info = stream.sockets().Info(stream.id());
  report_(request, info ? Status::kOk : Status::kNotFound, info ? FactsOf(*info) : "");
}

bool Session::ExecuteDatagram(uint64_t request, const Words& words) {
  const std::string& verb = words[0];
  if (verb == "udp-bind") {  // udp-bind NAME ENDPOINT
    const auto opened = sockets_.UdpBind(ToEndpoint(words[2]));
    if (opened.status == Status::kOk) datagrams_[words[1]].id = opened.socket;
    report_(request, opened.status, "local=" + opened.local.ToString());
    return true;
  }
  if (verb == "ping") {  // ping ADDRESS BYTES MILLISECONDS
    const auto to = IpAddress::Parse(words[1]);
    const uint32_t token = ++last_ping_;
    const Status status = !to ? Status::kInvalidArgument
                              : sockets_.Ping(*to, token, Number(words[2]), static_cast<Millis>(Number(words[3])));
    if (status == Status::kOk) pings_[token] = request;
    if (status != Status::kOk) report_(request, status, "");
    return true;
  }
  if (verb != "udp-send" && verb != "udp-receive") return false;
  const auto it = datagrams_.find(words[1]);
  if (it == datagrams_.end()) return report_(request, Status::kNotFound, ""), true;
  if (verb == "udp-send") {  // udp-send NAME ENDPOINT BYTES SEED
    Bytes data(Number(words[3]));
    FillPattern(Number(words[4]), 0, data);
    report_(request, sockets_.UdpSend(it->second.id, ToEndpoint(words[2]), data), "");
  } else {  // udp-receive NAME SEED
    it->second.wishes.push_back({request, Number(words[2])});
    PumpDatagrams(it->second);
  }
  return true;
}

void Session::PumpDatagrams(Datagrams& datagrams) {
  uint8_t buffer[65536];
  while (!datagrams.wishes.empty()) {
    const auto [request, seed] = datagrams.wishes.front();
    Endpoint from;
    const int64_t n = sockets_.UdpReceive(datagrams.id, from, buffer);
    if (n < 0 && datagrams.error == Status::kOk) return;
    datagrams.wishes.pop_front();
    if (n < 0) {
      report_(request, datagrams.error, "");
      datagrams.error = Status::kOk;
      continue;
    }
    const size_t size = static_cast<size_t>(n);
    const size_t good = FirstMismatch(seed, 0, {buffer, size});
    report_(request, good == size ? Status::kOk : Status::kInvalidArgument,
            "bytes=" + std::to_string(n) + " good=" + std::to_string(good) + " from=" + from.ToString());
  }
}

bool Session::ExecuteOnLink(uint64_t request, const Words& words) {
  const std::string& verb = words[0];
  if (verb == "mtu" && stack_ != nullptr) {  // mtu BYTES
    stack_->SetMtu(StackEnd::kInterface, static_cast<uint32_t>(Number(words[1])));
    report_(request, Status::kOk, "");
  } else if (verb == "route" && stack_ != nullptr) {  // route PREFIX VIA
    const auto target = IpPrefix::Parse(words[1]);
    const auto via = IpAddress::Parse(words[2]);
    if (!target || !via) return report_(request, Status::kInvalidArgument, ""), true;
    routes_.push_back({*target, *via});
    stack_->SetRoutes(StackEnd::kInterface, routes_);
    report_(request, Status::kOk, "");
  } else if (verb == "impair" && link_ != nullptr) {  // impair SETTING=VALUE...
    bool known = true;
    for (size_t i = 1; i < words.size() && !words[i].empty(); ++i) {
      for (ImpairedLane& lane : link_->lanes) known &= ApplySetting(words[i], lane.impairment);
    }
    report_(request, known ? Status::kOk : Status::kInvalidArgument, "");
  } else if (verb == "counters" && link_ != nullptr) {
    report_(request, Status::kOk, FactsOf("a", link_->lanes[0].counters()) + FactsOf("b", link_->lanes[1].counters()));
  } else {
    return false;
  }
  return true;
}

bool Session::Turn(int64_t) {
  for (Sockets* sockets : {&sockets_, &outside_}) {
    while (const auto event = sockets->Poll()) OnEvent(*sockets, *event);
  }
  const std::set<Stream*> now = std::move(runnable_);
  runnable_.clear();
  for (Stream* stream : now) {
    if (stream->Pump()) runnable_.insert(stream);
  }
  return !runnable_.empty();
}

void Session::OnEvent(Sockets& sockets, const StackEvent& event) {
  switch (event.kind) {
    case StackEventKind::kTcpAccepted: return OnAccepted(sockets, event);
    case StackEventKind::kUdpReadable:
    case StackEventKind::kUdpError:
      for (auto& [name, datagrams] : datagrams_) {
        if (&sockets != &sockets_ || datagrams.id != event.socket) continue;
        if (event.kind == StackEventKind::kUdpError) datagrams.error = event.status;
        PumpDatagrams(datagrams);
      }
      return;
    case StackEventKind::kPingReply:
      if (const auto it = pings_.find(event.token); it != pings_.end()) {
        report_(it->second, event.status, "ms=" + std::to_string(event.rtt_ms));
        pings_.erase(it);
      }
      return;
    default: break;
  }
  const auto it = stream_of_.find({&sockets, event.socket});
  if (it != stream_of_.end()) OnStream(*it->second, event);
}

void Session::OnAccepted(Sockets& sockets, const StackEvent& event) {
  for (auto& [name, listener] : listeners_) {
    if (listener.of != &sockets || listener.id != event.listener) continue;
    if (!listener.forward_to.IsNone()) return Forward(sockets, event.socket, listener.forward_to);
    if (listener.waiting.empty()) {
      listener.ready.push_back(event.socket);
      return;
    }
    Stream& stream = *listener.waiting.front();
    listener.waiting.pop_front();
    stream_of_[{&sockets, event.socket}] = &stream;
    stream.Opened(event.socket);
    runnable_.insert(&stream);
    return;
  }
}

void Session::OnStream(Stream& stream, const StackEvent& event) {
  if (event.kind == StackEventKind::kTcpConnected) stream.Opened(event.socket);
  if (event.kind == StackEventKind::kTcpClosed) stream.Ended(event.status);
  runnable_.insert(&stream);
  Stream* feeder = stream.feeder();
  if (feeder == nullptr || feeder == &stream) return;
  // What cannot be delivered is refused: the other half of a forwarded connection ends like this one.
  const bool failed = event.kind == StackEventKind::kTcpClosed && event.status != Status::kOk;
  if (failed) feeder->sockets().Abort(feeder->id());
  runnable_.insert(feeder);
}

}  // namespace zt::linux_lab
