#include "sim/vl2/acquaintance.h"

#include <algorithm>
#include <cmath>

#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_gather.h"
#include "wire/verb/multicast_like.h"

namespace zt::sim {

void Acquaintance::See(const Wiretap::Message& message) {
  if (message.verb == Verb::kMulticastLike) return SeeLike(message);
  if (message.verb == Verb::kOk) return SeeOk(message);
  if (message.verb != Verb::kMulticastGather) return;
  const auto gather = wire::MulticastGather::Parse(message.payload);
  if (gather && gather->mac == group_) asked_[message.id] = gather->limit;
}

void Acquaintance::SeeLike(const Wiretap::Message& message) {
  const auto like = wire::MulticastLike::Parse(message.payload);
  if (!like) return;
  for (const auto& entry : like->entries) {
    if (entry.mac == group_) Learn(message.to, message.from);
  }
}

void Acquaintance::SeeOk(const Wiretap::Message& message) {
  if (const auto gather = wire::OkMulticastGather::Parse(message.payload); gather && gather->mac == group_) {
    const auto asked = asked_.find(gather->in_re);
    Weigh(message.from, message.to, asked == asked_.end() ? 0 : asked->second, gather->result.members);
    for (const NodeAddress member : gather->result.members) Learn(message.to, member);
  } else if (const auto frame = wire::OkMulticastFrame::Parse(message.payload);
             frame && frame->mac == group_ && frame->result) {
    for (const NodeAddress member : frame->result->members) Learn(message.to, member);
  }
}

// vl2.md §12.7: members in random order without repetition, leaving out the requester, until the limit.
void Acquaintance::Weigh(NodeAddress from, NodeAddress to, uint32_t limit, const std::vector<NodeAddress>& members) {
  Answers& answers = answers_[from];
  std::set<NodeAddress> eligible = Of(from);
  eligible.erase(to);
  const std::set<NodeAddress> told(members.begin(), members.end());
  const bool known = std::includes(eligible.begin(), eligible.end(), told.begin(), told.end());
  const size_t due = std::min<size_t>(limit, eligible.size());
  if (told.size() != members.size() || !known || told.size() != due) {
    answers.fault = "told of " + std::to_string(members.size()) + " members, had to of " + std::to_string(due);
    return;
  }
  for (const NodeAddress member : eligible) {
    answers.shares[member].Add(static_cast<double>(due) / static_cast<double>(eligible.size()), told.count(member));
  }
}

const std::set<NodeAddress>& Acquaintance::Of(NodeAddress who) const {
  static const std::set<NodeAddress> nobody;
  const auto at = known_.find(who);
  return at == known_.end() ? nobody : at->second;
}

std::vector<std::string> Acquaintance::JudgeAnswersOf(NodeAddress who) const {
  const std::string name = who.ToString();
  const auto at = answers_.find(who);
  if (at == answers_.end()) return {name + " answered nobody"};
  std::vector<std::string> faults;
  if (!at->second.fault.empty()) faults.push_back(name + " " + at->second.fault);
  std::vector<Share> all;
  for (const auto& [member, share] : at->second.shares) {
    if (!share.IsFair()) faults.push_back(name + " told of " + member.ToString() + " " + share.ToString());
    all.push_back(share);
  }
  const double unevenness = Unevenness(all);
  if (std::abs(unevenness) > kStriking) {
    faults.push_back(name + " told of some more than of others: " + std::to_string(unevenness) + " deviations");
  }
  return faults;
}

}  // namespace zt::sim
