#include "netstack/group/group_reporter.h"

#include <algorithm>

namespace zt::netstack {
namespace {

// In (0, most]: RFC 3376 §5.2, RFC 2236 §3.
Millis RandomDelay(Millis most, RandomSource& random) {
  return most <= 0 ? 0 : 1 + static_cast<Millis>(random.Below(static_cast<uint64_t>(most)));
}

}  // namespace

uint8_t GroupReporter::Version(const Now& now) const {
  if (now.mono < v1_until_) return 1;
  return now.mono < v2_until_ ? 2 : 3;
}

void GroupReporter::SetGroups(const Now& now, std::span<const IpAddress> groups, bool quiet, RandomSource& random) {
  for (auto it = groups_.begin(); it != groups_.end();) {
    auto current = it++;
    const bool wanted = std::binary_search(groups.begin(), groups.end(), current->first);
    if (current->second.joined == wanted) continue;
    current->second.joined = wanted;
    Change(now, current, quiet);
  }
  for (const IpAddress& group : groups) {
    const auto [it, fresh] = groups_.try_emplace(group);
    if (fresh) Change(now, it, quiet);
  }
  TellChanges(now, random);
  UpdateDeadline();
}

// RFC 3376 §5.1: a new change replaces what was still to be told about the old one.
void GroupReporter::Change(const Now& now, Groups::iterator it, bool quiet) {
  Group& group = it->second;
  group.changes_left = quiet ? 0 : kRobustness;
  group.change_at = quiet ? Instant::Never() : now.mono;
  if (group.joined) return;
  group.answer_at = Instant::Never();
  group.asked.clear();
  if (quiet) groups_.erase(it);
}

void GroupReporter::HearOlderQuerier(const Now& now, uint8_t version) {
  const uint8_t before = Version(now);
  if (version == 1) v1_until_ = now.mono + kOlderQuerier;
  if (version == 2) v2_until_ = now.mono + kOlderQuerier;
  if (Version(now) == before) return;
  // RFC 3376 §7.2.1: a change of mode cancels all pending responses and retransmissions.
  answer_all_at_ = Instant::Never();
  for (auto it = groups_.begin(); it != groups_.end();) {
    auto current = it++;
    Group& group = current->second;
    group.answer_at = group.change_at = Instant::Never();
    group.changes_left = 0;
    group.asked.clear();
    if (!group.joined) groups_.erase(current);
  }
}

void GroupReporter::HandleQuery(const Now& now, const GroupQuery& query, RandomSource& random) {
  HearOlderQuerier(now, query.version);
  if (query.group.IsUnspecified()) {
    AskAll(now, query, random);
  } else if (const auto it = groups_.find(query.group); it != groups_.end() && it->second.joined) {
    Ask(it->second, query, AnswerTime(now, query, random));
  }
  UpdateDeadline();
}

Instant GroupReporter::AnswerTime(const Now& now, const GroupQuery& query, RandomSource& random) const {
  return std::max(now.mono + RandomDelay(query.max_response, random), answered_ + kAnswerInterval);
}

void GroupReporter::AskAll(const Now& now, const GroupQuery& query, RandomSource& random) {
  if (Version(now) == 3) {  // RFC 3376 §5.2 rules 1 and 2
    answer_all_at_ = std::min(answer_all_at_, AnswerTime(now, query, random));
    return;
  }
  for (auto& [address, group] : groups_) {  // RFC 2236 §3: a timer for each group
    if (group.joined) group.answer_at = std::min(group.answer_at, AnswerTime(now, query, random));
  }
}

// RFC 3376 §5.2 rules 1 and 3 to 5.
void GroupReporter::Ask(Group& group, const GroupQuery& query, Instant at) {
  if (answer_all_at_ <= at) return;
  const bool pending = group.answer_at != Instant::Never();
  if (query.sources.empty() || (pending && group.asked.empty())) {
    group.asked.clear();
  } else {
    for (const IpAddress& source : query.sources) {
      if (std::find(group.asked.begin(), group.asked.end(), source) == group.asked.end()) group.asked.push_back(source);
    }
    if (group.asked.size() > GroupQuery::kMaxSources) group.asked.clear();
  }
  group.answer_at = std::min(group.answer_at, at);
}

void GroupReporter::HandleReport(const Now& now, const IpAddress& group) {
  const auto it = groups_.find(group);
  if (it == groups_.end() || Version(now) == 3) return;
  it->second.answer_at = Instant::Never();
  it->second.last_reporter = false;
  UpdateDeadline();
}

void GroupReporter::HandleTimeout(const Now& now, RandomSource& random) {
  if (now.mono < deadline_.at) return;
  TellChanges(now, random);
  Answer(now);
  UpdateDeadline();
}

void GroupReporter::TellChanges(const Now& now, RandomSource& random) {
  const uint8_t version = Version(now);
  std::vector<GroupRecord> records;
  for (auto it = groups_.begin(); it != groups_.end();) {
    auto current = it++;
    Group& group = current->second;
    if (now.mono < group.change_at) continue;
    --group.changes_left;
    if (version == 3) {
      const auto type = group.joined ? GroupRecordType::kToExclude : GroupRecordType::kToInclude;
      records.push_back({type, current->first, {}});
    } else if (group.joined) {
      Report(current->first, group, version);
    } else {
      // RFC 2236 §3: once, and only when we were the last to report. Version 1 knows no leave.
      if (version == 2 && group.last_reporter) {
        messages_.push_back({Message::Kind::kLeave, version, current->first, {}});
      }
      group.changes_left = 0;
    }
    const Millis interval = version == 3 ? kUnsolicitedV3 : kUnsolicitedV2;
    group.change_at = group.changes_left > 0 ? now.mono + RandomDelay(interval, random) : Instant::Never();
    if (!group.joined && group.changes_left == 0) groups_.erase(current);
  }
  SendRecords(std::move(records));
}

void GroupReporter::Answer(const Now& now) {
  const bool all = answer_all_at_ <= now.mono;
  const uint8_t version = Version(now);
  std::vector<GroupRecord> records;
  for (auto& [address, group] : groups_) {
    const bool due = group.answer_at <= now.mono;
    if (!group.joined || (!due && !all)) continue;
    if (version != 3) {
      if (due) Report(address, group, version);
    } else if (due && !all && !group.asked.empty()) {
      // RFC 3376 §5.2: the filter is EXCLUDE {}, so all of the asked sources are wanted.
      records.push_back({GroupRecordType::kIsInclude, address, group.asked});
    } else {
      records.push_back({GroupRecordType::kIsExclude, address, {}});
    }
    group.answer_at = Instant::Never();
    group.asked.clear();
    answered_ = now.mono;
  }
  if (all) answer_all_at_ = Instant::Never();
  SendRecords(std::move(records));
}

void GroupReporter::Report(const IpAddress& address, Group& group, uint8_t version) {
  group.last_reporter = true;
  messages_.push_back({Message::Kind::kReport, version, address, {}});
}

void GroupReporter::SendRecords(std::vector<GroupRecord> records) {
  // A report must fit the MTU (RFC 3376 §4.2.16): long lists of sources go alone.
  std::vector<GroupRecord> batch;
  size_t weight = 0;
  for (GroupRecord& record : records) {
    const size_t cost = 1 + record.sources.size();
    if (!batch.empty() && weight + cost > kMaxRecords) {
      messages_.push_back({Message::Kind::kRecords, 3, {}, std::exchange(batch, {})});
      weight = 0;
    }
    weight += cost;
    batch.push_back(std::move(record));
  }
  if (!batch.empty()) messages_.push_back({Message::Kind::kRecords, 3, {}, std::move(batch)});
}

void GroupReporter::UpdateDeadline() {
  deadline_ = {answer_all_at_, family_ == IpFamily::kV4 ? "igmp" : "mld"};
  for (const auto& [address, group] : groups_) {
    deadline_.at = std::min({deadline_.at, group.change_at, group.answer_at});
  }
}

}  // namespace zt::netstack
