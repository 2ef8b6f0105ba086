// The language must be able to fail: each kind of wrong script is refused, with the line and the reason.
#include <doctest/doctest.h>

#include "testing/tcp_script/stage.h"

namespace zt::netstack::script {
namespace {

Loaded LoadText(const std::string& text) {
  return Load("test.pkt", [&](const std::string&) { return std::optional(text); });
}

std::string RunText(const std::string& text) {
  const Loaded loaded = LoadText(text);
  REQUIRE(loaded.errors.empty());
  REQUIRE(loaded.scenarios.size() == 1);
  const Verdict verdict = RunScenario(loaded.scenarios[0], true);
  return verdict.report;
}

bool Says(const std::string& report, const std::string& part) {
  INFO(report);
  return report.find(part) != std::string::npos;
}

constexpr char kOpen[] = R"(scenario x
listen
> S 0 <mss 1012,sackOK,TS val 1000 ecr 0,wscale 7>
< S. 0 ack 1 <mss mss,sackOK,TS val 0 ecr 1000,wscale *>
> . 1 ack 1
accept
)";

std::string After(const std::string& text) { return RunText(kOpen + text); }

}  // namespace

TEST_CASE("a right script passes") {
  CHECK(After("> P. 1:11 ack 1\n< . 1 ack 11\nread 10\nstate ESTABLISHED\n") == "");
  CHECK(After("write 1500\n< . 1:1001 ack 1\n< P. 1001:1501 ack 1\n> . 1 ack 1501\n") == "");
}

TEST_CASE("what differs is named, with the line and the trace") {
  const std::string report = After("write 10\n< P. 1:12 ack 1\n");
  CHECK(Says(report, "test.pkt:8: x (IPv4)"));
  CHECK(Says(report, "line: < P. 1:12 ack 1"));
  CHECK(Says(report, "came: < P. 1:11 ack 1"));
  CHECK(Says(report, "because: the end is 11, not 12"));
  CHECK(Says(report, "0.000  > S 0:0 win 65535 <mss 1012,sackOK"));
  CHECK(Says(After("write 10\n< . 1:11 ack 1\n"), "the flags are P., not ."));
  CHECK(Says(After("write 10\n< P. 2:12 ack 1\n"), "the sequence number is 1, not 2"));
  CHECK(Says(After("write 10\n< P. 1:11 ack 2\n"), "the acknowledgment is 1, not 2"));
  CHECK(Says(After("write 10\n< P. 1:11 ack 1 win 0\n"), "the window is"));
  CHECK(Says(After("write 10\n< P. 1:11 ack 1 <TS val 1 ecr *>\n"), "TS val is 0, not 1"));
  CHECK(Says(After("write 10\n< P. 1:11 ack 1 <sack 1:2>\n"), "option 5 is missing"));
  CHECK(Says(RunText("scenario x\nlisten\n> S 0 <mss 1012>\n< S. 0 ack 1 <sackOK>\n"), "option 4 is missing"));
  CHECK(Says(RunText("scenario x\nlisten\n> S 0 <mss 1012>\n< S. 0 ack 1\n"), "option 2 was not expected"));
}

TEST_CASE("too much, too little, too early and too late are failures") {
  CHECK(Says(After("< . 1\n"), "nothing came"));
  CHECK(Says(After("write 10\n"), "came, though nothing was expected: < P. 1:11"));
  CHECK(Says(After("write 10\n< P. 1:11\nnothing for 2s\n"), "came, though nothing was expected"));
  CHECK(Says(After("write 10\n< P. 1:11\n+10s < P. 1:11\n"), "because: it came after"));
  CHECK(Says(After("write 10\n< P. 1:11\n+1ms < P. 1:11\n"), "nothing came"));
}

TEST_CASE("the application's side fails too") {
  CHECK(Says(After("state CLOSE_WAIT\n"), "it is ESTABLISHED"));
  CHECK(Says(After("read 1\n"), "would_block"));
  CHECK(Says(After("> P. 1:11 ack 1\n< . 1 ack 11\nread 9\n"), "it gave 10"));
  CHECK(Says(After("> P. 1:11 ack 1 other-content\n< . 1 ack 11\nread 10\n"), "the byte at 1 is wrong"));
  CHECK(Says(After("> R 1\n"), "nobody expected it: connection_reset"));
  CHECK(Says(After("> R 1\nexpect closed timed_out\n"), "its status is connection_reset"));
  CHECK(Says(After("expect readable\n"), "it did not happen"));
  CHECK(Says(After("frobnicate\n"), "no such statement"));
  CHECK(Says(After("> X 1\n"), "flags are letters"));
}

TEST_CASE("a table that misses a pair, has one twice or one too many is refused") {
  const std::string head = "scenario $a $b\n$b\ncomplete a: 1 2\ncomplete b: p q\ntable each a | each b | rule\n";
  CHECK(LoadText(head + "1 2 | p q | R\nend\n").errors.empty());
  CHECK(LoadText(head + "1 2 | p q | R\nend\n").scenarios.size() == 4);
  const auto missing = LoadText(head + "1 2 | p | R\n2 | q | R\nend\n").errors;
  REQUIRE(missing.size() == 1);
  CHECK(missing[0] == "test.pkt:1: no row for a=1 b=q");
  const auto twice = LoadText(head + "1 2 | p q | R\n2 | q | R\nend\n").errors;
  REQUIRE(twice.size() == 1);
  CHECK(twice[0] == "test.pkt:7: a second row for a=2 b=q, the first is at test.pkt:6");
  CHECK(LoadText(head + "1 2 | p q | R\n3 | q | R\nend\n").errors.size() == 1);
  CHECK(LoadText(head + "1 2 | p q |\nend\n").errors.size() == 1);
}

TEST_CASE("sequences and repeats are expanded, and what is not there is an error") {
  const auto loaded = LoadText("sequence s\nfirst $i; second\nend\nscenario x\nrepeat 2\ndo s\nend\n");
  REQUIRE(loaded.errors.empty());
  REQUIRE(loaded.scenarios[0].lines.size() == 4);
  CHECK(loaded.scenarios[0].lines[2].text == "first 1");
  CHECK(LoadText("scenario x\ndo nowhere\n").errors.size() == 1);
  CHECK(LoadText("stray\n").errors.size() == 1);
}

}  // namespace zt::netstack::script
