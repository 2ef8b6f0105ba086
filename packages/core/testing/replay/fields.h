// What a packet says, field by field, without what is random or time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "testing/replay/session.h"

namespace zt::replay {

// One thing said: `subject` is the same whenever the same is said again, and in both
// implementations; `fields` are all the rest. A packet that lists several things says each of them.
struct Statement {
  std::string subject;
  std::map<std::string, std::string> fields;
};

std::vector<Statement> StatementsOf(const Packet& packet);

// The same for a request of ours and the captured one it stands for, whatever path each took.
std::string RequestSubject(const Packet& packet);

}  // namespace zt::replay
