// Sessions of the reference implementation replayed with a node of ours in the place of each of its
// clients: what ours sends has to be what that one sent, field by field, but for what is random,
// time, or in testing/replay/differences.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "testing/replay/differences.h"
#include "testing/replay/replay.h"

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

// Every answer of the captured node to a packet our node got as it was: ours gave it once, to the
// same endpoint, and says the same. Returns how many there were.
size_t CheckAnswers(const Replay& replay) {
  size_t count = 0;
  for (const Packet& theirs : replay.captured) {
    if (!theirs.IsReply() || !replay.fed.contains(theirs.in_re_id().value)) continue;
    const auto same = [&](const Packet& p) {
      return p.IsReply() && p.in_re_verb() == theirs.in_re_verb() &&
             p.in_re_id() == theirs.in_re_id();
    };
    const Statement said = StatementsOf(theirs)[0];
    INFO(said.subject << " at " << theirs.time);
    CHECK(std::count_if(replay.ours.begin(), replay.ours.end(), same) == 1);
    const auto our = std::find_if(replay.ours.begin(), replay.ours.end(), same);
    if (our == replay.ours.end()) continue;
    ++count;
    CHECK(Compare(said.fields, StatementsOf(*our)[0].fields) == std::vector<std::string>{});
    CHECK(our->to == theirs.to);
    CHECK(our->from == theirs.from);
    CHECK(our->payload == theirs.payload);
  }
  return count;
}

struct Case {
  const char *session, *role;
  size_t answers;  // of the captured node to requests, all of them compared
};
constexpr Case kCases[] = {
    {"h-session1-direct", "3610b6a610", 15}, {"h-session1-direct", "1d0d79b24b", 15},
    {"h-session2-relay", "3610b6a610", 4},   {"h-session2-relay", "1d0d79b24b", 4},
    {"h-session3-config", "3610b6a610", 18}, {"h-session3-config", "1d0d79b24b", 7},
};

}  // namespace

TEST_CASE("in a captured session our node sends what the captured node sent, from either side") {
  std::set<std::string_view> happened;
  for (const Case& each : kCases) {
    INFO(std::string(each.session) << " as " << std::string(each.role));
    Replay replay(each.session, each.role);
    replay.Run();
    CHECK(CheckAnswers(replay) == each.answers);
    for (const std::string& difference :
         DifferencesOf(SaidBy(replay.captured), SaidBy(replay.ours))) {
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
