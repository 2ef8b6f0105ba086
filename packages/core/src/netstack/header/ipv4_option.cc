#include "netstack/header/ipv4_option.h"

#include "netstack/header/ipv4.h"

namespace zt::netstack {
namespace {

constexpr uint8_t kEnd = 0, kNoOperation = 1;
constexpr uint8_t kLooseSourceRoute = 131, kStrictSourceRoute = 137, kRouterAlert = 148;

}  // namespace

Ipv4Options Ipv4Options::Parse(ByteSpan options) {
  Ipv4Options out;
  for (size_t at = 0; at < options.size() && options[at] != kEnd;) {
    const uint8_t type = options[at];
    if (type == kNoOperation) {
      ++at;
      continue;
    }
    const bool has_size = at + 1 < options.size();
    const size_t size = has_size ? options[at + 1] : 0;
    if (size < 2 || at + size > options.size()) {
      out.malformed = true;
      out.pointer = static_cast<uint8_t>(Ipv4Header::kSize + at + (has_size ? 1 : 0));
      return out;
    }
    out.source_route |= type == kLooseSourceRoute || type == kStrictSourceRoute;
    out.router_alert |= type == kRouterAlert && size == 4;
    at += size;
  }
  return out;
}

}  // namespace zt::netstack
