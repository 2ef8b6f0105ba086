// Text of reports, from whatever can be written to a stream.
#pragma once

#include <sstream>
#include <string>

namespace zt::sim {

// What is given, one after the other.
template <typename... Parts>
std::string Text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace zt::sim
