// Sessions of the reference implementation replayed with a node of ours in the place of each of its
// nodes: what ours sends has to be what that one sent, field by field, but for what is random,
// time, or in testing/replay/differences.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "testing/replay/differences.h"
#include "testing/replay/replay.h"
#include "wire/config_chunk.h"

namespace zt::replay {
namespace {

using Fields = std::map<std::string, std::string>;
using Said = std::map<std::string, std::set<Fields>>;

Said SaidBy(const std::vector<Packet>& packets) {
  Said out;
  for (const Packet& packet : packets) {
    for (Statement& s : StatementsOf(packet)) out[s.subject].insert(std::move(s.fields));
  }
  return out;
}

std::vector<std::string> Compare(const Fields& captured, const Fields& ours) {
  std::vector<std::string> out;
  const auto value = [](const Fields& from, const std::string& name) {
    const auto found = from.find(name);
    return found == from.end() ? std::string() : found->second;
  };
  Fields all = captured;
  all.insert(ours.begin(), ours.end());
  for (const auto& [name, unused] : all) {
    const std::string theirs = value(captured, name), our = value(ours, name);
    if (theirs != our) out.push_back(name + ": captured " + theirs + ", ours " + our);
  }
  return out;
}

// How each of `some` that nobody in `others` equals differs from the one of them most like it.
void CompareVariants(const std::string& subject, const std::set<Fields>& captured,
                     const std::set<Fields>& ours, std::set<std::string>& out) {
  const auto closest = [&](const std::set<Fields>& among, auto compare) {
    std::vector<std::string> best = compare(*among.begin());
    for (const Fields& each : among) {
      std::vector<std::string> differences = compare(each);
      if (differences.size() < best.size()) best = std::move(differences);
    }
    for (const std::string& each : best) out.insert(subject + ": " + each);
  };
  for (const Fields& our : ours)
    closest(captured, [&](const Fields& c) { return Compare(c, our); });
  for (const Fields& theirs : captured)
    closest(ours, [&](const Fields& o) { return Compare(theirs, o); });
}

std::set<std::string> DifferencesOf(const Said& captured, const Said& ours) {
  std::set<std::string> out;
  for (const auto& [subject, variants] : captured) {
    const auto found = ours.find(subject);
    if (found == ours.end())
      out.insert("missing " + subject);
    else
      CompareVariants(subject, variants, found->second, out);
  }
  for (const auto& [subject, unused] : ours) {
    if (!captured.contains(subject)) out.insert("extra " + subject);
  }
  return out;
}

bool Matches(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*')
    return !text.empty() && text[0] == pattern[0] && Matches(text.substr(1), pattern.substr(1));
  for (size_t skip = 0; skip <= text.size(); ++skip) {
    if (Matches(text.substr(skip), pattern.substr(1))) return true;
  }
  return false;
}

bool IsConfig(const Packet& packet) {
  return packet.verb == Verb::kOk && packet.in_re_verb() == Verb::kNetworkConfigRequest;
}

// Every answer of the captured node to a packet our node got as it was: ours gave it once, by the
// same way, and says the same. Returns how many there were.
size_t CheckAnswers(const Replay& replay, std::set<std::string>& differences) {
  size_t count = 0;
  for (const Packet& theirs : replay.captured) {
    if (theirs.source != replay.role() || !theirs.IsReply()) continue;
    if (!replay.fed.contains(theirs.in_re_id().value)) continue;
    const Statement said = StatementsOf(theirs)[0];
    const auto same = [&](const Packet& p) {
      return p.source == theirs.source && p.IsReply() && p.in_re_id() == theirs.in_re_id() &&
             StatementsOf(p)[0].subject == said.subject;
    };
    INFO(said.subject << " at " << theirs.time);
    CHECK(std::count_if(replay.ours.begin(), replay.ours.end(), same) == 1);
    const auto our = std::find_if(replay.ours.begin(), replay.ours.end(), same);
    if (our == replay.ours.end()) continue;
    ++count;
    CHECK(Compare(said.fields, StatementsOf(*our)[0].fields) == std::vector<std::string>{});
    if (our->to != theirs.to || our->from != theirs.from)
      differences.insert("path of " + said.subject + ": captured " + theirs.to.ToString() + ", ours " +
                         our->to.ToString());
    if (!IsConfig(theirs)) CHECK(our->payload == theirs.payload);
  }
  return count;
}

// Every packet the captured node relayed: ours did, once, by the same way and unchanged.
size_t CheckRelayed(const Replay& replay) {
  size_t count = 0;
  for (const Packet& theirs : replay.captured) {
    if (theirs.source == replay.role()) continue;
    const auto same = [&](const Packet& p) {
      return p.source == theirs.source && p.id == theirs.id && p.verb == theirs.verb;
    };
    INFO(StatementsOf(theirs)[0].subject << " at " << theirs.time);
    CHECK(std::count_if(replay.ours.begin(), replay.ours.end(), same) == 1);
    const auto our = std::find_if(replay.ours.begin(), replay.ours.end(), same);
    if (our == replay.ours.end()) continue;
    ++count;
    CHECK(our->to == theirs.to);
    CHECK(our->from == theirs.from);
    CHECK(our->hops == theirs.hops);
    CHECK(our->datagrams == theirs.datagrams);
    CHECK(our->payload == theirs.payload);
  }
  return count;
}

// Every piece of a configuration is signed by our node. Returns how many there were.
size_t CheckSignatures(const Replay& replay) {
  constexpr size_t kReplyHead = 9;  // vl1.md §6.3
  size_t count = 0;
  for (const Packet& our : replay.ours) {
    if (!IsConfig(our) && our.verb != Verb::kNetworkConfig) continue;
    const auto chunk = ConfigChunk::Parse(ByteSpan(our.payload).subspan(IsConfig(our) ? kReplyHead : 0));
    REQUIRE(chunk);
    CHECK(chunk->Verify(replay.identity()));
    ++count;
  }
  return count;
}

struct Case {
  const char *session, *role;
  size_t answers;  // of the captured node to requests, all of them compared
  size_t relayed, signed_chunks;
};
constexpr Case kCases[] = {
    {"h-session1-direct", "3610b6a610", 15, 0, 0}, {"h-session1-direct", "1d0d79b24b", 15, 0, 0},
    {"h-session2-relay", "3610b6a610", 4, 0, 0},   {"h-session2-relay", "1d0d79b24b", 4, 0, 0},
    {"h-session3-config", "3610b6a610", 18, 0, 0}, {"h-session3-config", "1d0d79b24b", 7, 0, 0},
    {"h-session1-direct", "fc7120dae1", 29, 8, 4}, {"h-session2-relay", "fc7120dae1", 17, 36, 2},
    {"h-session3-config", "fc7120dae1", 35, 2, 21},
};

}  // namespace

TEST_CASE("in a captured session our node sends what the captured node sent, in the place of each") {
  std::set<std::string_view> happened;
  for (const Case& each : kCases) {
    INFO(std::string(each.session) << " as " << std::string(each.role));
    Replay replay(each.session, each.role);
    replay.Run();
    std::set<std::string> differences = DifferencesOf(SaidBy(replay.captured), SaidBy(replay.ours));
    CHECK(CheckAnswers(replay, differences) == each.answers);
    CHECK(CheckRelayed(replay) == each.relayed);
    CHECK(CheckSignatures(replay) == each.signed_chunks);
    for (const std::string& difference : differences) {
      const auto row = std::find_if(
          std::begin(kDeliberate), std::end(kDeliberate),
          [&](const Difference& d) { return Matches(each.session + (": " + difference), d.what); });
      CHECK_MESSAGE(row != std::end(kDeliberate), difference);
      if (row != std::end(kDeliberate)) happened.insert(row->what);
    }
  }
  for (const Difference& row : kDeliberate)
    CHECK_MESSAGE(happened.contains(row.what), std::string(row.what));
}

}  // namespace zt::replay
