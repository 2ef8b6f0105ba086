// Whom each node of a network knows to be in one multicast group, as vl2.md §12.3 and §12.7 have it: by what it was
// told. And whether nodes choose fairly whom they tell of.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/vl2/share.h"
#include "sim/vl2/wiretap.h"

namespace zt::sim {

class Acquaintance {
 public:
  explicit Acquaintance(Mac group) : group_(group) {}

  // Every message in the order they are sent; none may be lost.
  void See(const Wiretap::Message& message);
  // Subscribers that `who` was told of.
  const std::set<NodeAddress>& Of(NodeAddress who) const;
  // What is wrong with the answers to MULTICAST_GATHER: too few or too many members, strangers, some told of more often
  // than others. For nodes that are told by LIKE alone: `who` is a root or the controller.
  std::vector<std::string> JudgeAnswersOf(NodeAddress who) const;

 private:
  struct Answers {
    std::string fault;
    std::map<NodeAddress, Share> shares;
  };

  void SeeLike(const Wiretap::Message& message);
  void SeeOk(const Wiretap::Message& message);
  void Weigh(NodeAddress from, NodeAddress to, uint32_t limit, const std::vector<NodeAddress>& members);
  void Learn(NodeAddress who, NodeAddress member) {
    if (member != who) known_[who].insert(member);
  }

  const Mac group_;
  std::map<NodeAddress, std::set<NodeAddress>> known_;
  std::map<PacketId, uint32_t> asked_;  // limits of gathers
  std::map<NodeAddress, Answers> answers_;
};

}  // namespace zt::sim
