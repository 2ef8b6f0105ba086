#include "wire/verb/remote_trace.h"

#include "wire/limits.h"
#include "wire/verb/reply.h"

namespace zt::wire {

bool RemoteTrace::operator==(const RemoteTrace& o) const {
  if (dictionaries.size() != o.dictionaries.size()) return false;
  for (size_t i = 0; i < dictionaries.size(); ++i) {
    if (!SameBytes(dictionaries[i], o.dictionaries[i])) return false;
  }
  return true;
}

std::optional<RemoteTrace> RemoteTrace::Parse(ByteSpan payload) {
  RemoteTrace trace;
  size_t start = 0;
  for (size_t at = 0; at < payload.size(); ++at) {
    if (payload[at] != 0) continue;
    const size_t length = at - start;
    if (length >= 1 && length <= limits::kMaxTraceLength) {
      trace.dictionaries.push_back(payload.subspan(start, length));
    }
    start = at + 1;
  }
  return trace;
}

void RemoteTrace::SerializeTo(ByteWriter& out) const {
  for (ByteSpan dictionary : dictionaries) {
    out.Put(dictionary);
    out.U8(0);
  }
}

}  // namespace zt::wire
