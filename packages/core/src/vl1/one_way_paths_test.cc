// Paths that are open one way only: what counts as proof that a peer hears us (vl1.md §7.4), and what follows.
#include <utility>

#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"
#include "wire/verb/ok_hello.h"

namespace zt::testing {
namespace {

const Endpoint kFirst = *Endpoint::Parse("10.9.0.1/5000");
const Endpoint kOtherIp = *Endpoint::Parse("10.8.0.1/5000");

Endpoint NextPort(Endpoint at) {
  ++at.port;
  return at;
}

// A node and its root; and Eve, who exists only as a key and knows both ways of answering.
struct WithRoot {
  WithRoot() {
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.tap = [this](const Endpoint& from, const Endpoint& to, Bytes& bytes) {
      if (from != node.endpoint) return true;
      if (const auto opened = OpenPacket(eve, self(), bytes)) Note(to, *opened);
      return true;
    };
    lab.Run(1000);
    lab.Inject(node, kFirst, MakeHello(eve, self(), {.protocol = 11}));
  }
  const Identity& self() const { return node.secret.identity(); }
  void Note(const Endpoint& to, const Bytes& packet) {
    const Verb verb = wire::PacketView(packet).verb();
    if (verb == Verb::kHello || verb == Verb::kEcho) asked.push_back({to, packet});
    if (verb == Verb::kFrame) frames.push_back(to);
    ++datagrams;
  }
  void FromEve(const PacketSpec& spec, const Endpoint& from) { lab.Inject(node, from, MakePacket(eve, self(), spec)); }
  void Frame(const Endpoint& from) { FromEve({.id = next_id++, .verb = Verb::kFrame, .payload = Bytes(60, 1)}, from); }
  void SendFrame() { lab.Send(node, eve.address(), Verb::kFrame, Bytes(60, 1)); }
  // Where the node sends what it has for Eve.
  Endpoint Way() {
    frames.clear();
    SendFrame();
    return frames.empty() ? Endpoint{} : frames.back();
  }
  void Answer(const Bytes& question, const Endpoint& from) {
    const wire::PacketView view(question);
    Bytes payload(100);
    ByteWriter out(payload);
    if (view.verb() == Verb::kHello) {
      wire::OkHello ok;
      ok.in_re = view.id();
      ok.protocol = 11;
      ok.SerializeTo(out);
    } else {
      out.U8(static_cast<uint8_t>(Verb::kEcho));
      out.U64(view.id().value);
    }
    payload.resize(out.size());
    FromEve({.id = next_id++, .verb = Verb::kOk, .payload = payload}, from);
  }
  // Answers what was asked at `at`, from `from`; how many questions there were.
  size_t AnswerAll(const Endpoint& at, const Endpoint& from) {
    size_t count = 0;
    for (const auto& [to, question] : std::exchange(asked, {})) {
      if (to != at) continue;
      ++count;
      Answer(question, from);
    }
    return count;
  }
  Vl1Lab lab;
  LabNode& node = lab.Add(0, "10.1.0.1/9993");
  LabNode& root = lab.Add(1, "10.2.0.1/9993");
  SecretIdentity eve = *SecretIdentity::ParseText(kTestSecrets[3]);
  std::vector<std::pair<Endpoint, Bytes>> asked;
  std::vector<Endpoint> frames;
  uint64_t next_id = 1000;
  size_t datagrams = 0;
};

TEST_CASE("an answer from where nothing was asked makes a path that is asked before it is used") {
  for (const Endpoint& other : {NextPort(kFirst), NextPort(NextPort(kFirst)), kOtherIp}) {
    CAPTURE(other.ToString());
    WithRoot t;
    REQUIRE(t.AnswerAll(kFirst, other) > 0);
    CHECK(t.Way() == t.root.endpoint);
    t.lab.Run(1100);
    CHECK(t.Way() == t.root.endpoint);
    // The answer to that may come from yet elsewhere: what was asked arrived.
    REQUIRE(t.AnswerAll(other, {other.ip, 7777}) > 0);
    CHECK(t.Way() == other);
  }
}

TEST_CASE("an answer from where it was asked is proof at once") {
  WithRoot t;
  REQUIRE(t.AnswerAll(kFirst, kFirst) > 0);
  CHECK(t.Way() == kFirst);
}

TEST_CASE("a path that answers is not given up for another port of its IP that does not") {
  WithRoot t;
  REQUIRE(t.AnswerAll(kFirst, kFirst) > 0);
  for (int second = 0; second < 120; ++second) {
    t.Frame(NextPort(kFirst));
    t.lab.Run(1000);
    for (const auto& [to, question] : std::exchange(t.asked, {})) {
      if (to == kFirst) t.Answer(question, NextPort(kFirst));
    }
    CHECK(t.Way() == kFirst);
  }
}

TEST_CASE("a path on which the peer is heard but answers nothing is left within 75 s") {
  WithRoot t;
  REQUIRE(t.AnswerAll(kFirst, kFirst) > 0);
  const auto talk = [&t](int seconds) {
    size_t direct = 0;
    for (int second = 0; second < seconds; ++second) {
      t.Frame(kFirst);
      direct += t.Way() == kFirst;
      t.lab.Run(1000);
    }
    return direct;
  };
  t.asked.clear();
  CHECK(talk(75) > 50);  // until the HELLO of every minute was not answered
  CHECK(talk(600) < 10);
  REQUIRE(t.AnswerAll(kFirst, kFirst) > 0);
  CHECK(t.Way() == kFirst);
}

TEST_CASE("a peer whose port changes with every answer does not make us ask without end") {
  WithRoot t;
  Endpoint from = kFirst;
  t.AnswerAll(kFirst, from);
  t.datagrams = 0;
  for (int i = 0; i < 6000; ++i) {  // 60 s, with a round trip of 10 ms
    if (i % 100 == 0) t.SendFrame();
    for (const auto& [to, question] : std::exchange(t.asked, {})) t.Answer(question, from = NextPort(from));
    t.lab.Run(10);
  }
  MESSAGE("datagrams in a minute: ", t.datagrams);
  CHECK(t.datagrams < 60 + 240);  // the frames, and four questions a second
  CHECK(t.Way() != t.root.endpoint);
}

}  // namespace
}  // namespace zt::testing
