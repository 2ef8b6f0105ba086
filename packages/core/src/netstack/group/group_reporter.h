// The host side of IGMP and MLD on one interface (RFC 2236, RFC 3376 §5, RFC 2710, RFC 3810 §6), one instance per
// family. Bookkeeping only: the owner sends the messages. All memberships are of any source, so a group's filter is
// EXCLUDE {} while somebody is in it. Nothing is sent but on a change and in answer to a query.
#pragma once

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "netstack/header/group_message.h"
#include "zt/random.h"

namespace zt::netstack {

class GroupReporter {
 public:
  static constexpr int kRobustness = 2;  // RFC 3376 §8.1: a change is told this often
  // RFC 3376 §8.12 with the default query interval of 125 s and response interval of 10 s.
  static constexpr Millis kOlderQuerier = kRobustness * 125'000 + 10'000;
  static constexpr Millis kUnsolicitedV3 = 1'000;   // RFC 3376 §8.11
  static constexpr Millis kUnsolicitedV2 = 10'000;  // RFC 2236 §8.10
  // Between two answers. The least response time of a query (RFC 3376 §4.1.1), so that an answer comes in time to who
  // asks no more often, and who asks all the time does not have us send all the time: each message goes to all members.
  static constexpr Millis kAnswerInterval = 100;
  static constexpr size_t kMaxRecords = 60;         // of one report, so that it fits the least MTU: 20 bytes each

  // What to send. Version 3 is IGMPv3 or MLDv2: `records`; below: a report or a leave about `group`.
  struct Message {
    enum class Kind : uint8_t { kRecords, kReport, kLeave };
    Kind kind = Kind::kRecords;
    uint8_t version = 3;
    IpAddress group;
    std::vector<GroupRecord> records;
  };

  explicit GroupReporter(IpFamily family) : family_(family) {}

  // The groups the interface is in now, sorted. `quiet`: the differences are not told.
  void SetGroups(const Now& now, std::span<const IpAddress> groups, bool quiet, RandomSource& random);
  void HandleQuery(const Now& now, const GroupQuery& query, RandomSource& random);
  // Another host reported the group in an older version: ours would say nothing new (RFC 2236 §3).
  void HandleReport(const Now& now, const IpAddress& group);
  void HandleTimeout(const Now& now, RandomSource& random);
  Deadline NextTimeout() const { return deadline_; }
  std::vector<Message> TakeMessages() { return std::exchange(messages_, {}); }
  bool HasMessages() const { return !messages_.empty(); }
  // What the oldest querier heard of late understands: 1, 2 or 3 (RFC 3376 §7.2.1).
  uint8_t Version(const Now& now) const;

 private:
  struct Group {
    bool joined = true;        // false: left, kept until that was told often enough
    bool last_reporter = false;
    int changes_left = 0;
    Instant change_at = Instant::Never();
    Instant answer_at = Instant::Never();
    std::vector<IpAddress> asked;  // sources of the pending answer; empty: about the whole group
  };
  using Groups = std::map<IpAddress, Group>;

  void Change(const Now& now, Groups::iterator it, bool quiet);
  void HearOlderQuerier(const Now& now, uint8_t version);
  Instant AnswerTime(const Now& now, const GroupQuery& query, RandomSource& random) const;
  void Ask(Group& group, const GroupQuery& query, Instant at);
  void AskAll(const Now& now, const GroupQuery& query, RandomSource& random);
  void TellChanges(const Now& now, RandomSource& random);
  void Answer(const Now& now);
  void Report(const IpAddress& group, Group& state, uint8_t version);
  void SendRecords(std::vector<GroupRecord> records);
  void UpdateDeadline();

  IpFamily family_;
  Groups groups_;  // bounded by GroupTable::kMaxGroups and the addresses of the interface
  Instant answer_all_at_ = Instant::Never();
  Instant answered_ = Instant::LongAgo();  // the last answer to a query
  Instant v1_until_ = Instant::LongAgo(), v2_until_ = Instant::LongAgo();
  std::vector<Message> messages_;
  Deadline deadline_;
};

}  // namespace zt::netstack
