#include "host/datagram_groups.h"

namespace zt::host {

namespace {

constexpr size_t kMaxSegments = 64;        // the kernel's UDP_MAX_SEGMENTS
constexpr size_t kMaxGroupBytes = 65'000;  // below the largest UDP payload of either family

bool Joins(const DatagramGroup& group, const Transmit& next) {
  return group.count < kMaxSegments && next.to == group.to && next.ttl == group.ttl &&
         group.bytes.size() == group.count * group.segment &&  // no shorter one yet
         next.bytes.size() <= group.segment && group.bytes.size() + next.bytes.size() <= kMaxGroupBytes &&
         next.bytes.data() == group.bytes.data() + group.bytes.size();
}

}  // namespace

size_t GroupDatagrams(std::span<const Transmit> batch, bool offload, std::span<DatagramGroup> out) {
  size_t groups = 0;
  for (const Transmit& datagram : batch) {
    if (offload && groups != 0 && Joins(out[groups - 1], datagram)) {
      DatagramGroup& group = out[groups - 1];
      group.bytes = {group.bytes.data(), group.bytes.size() + datagram.bytes.size()};
      ++group.count;
      continue;
    }
    if (groups == out.size()) break;
    out[groups++] = {datagram.bytes, 1, datagram.bytes.size(), datagram.to, datagram.ttl};
  }
  return groups;
}

}  // namespace zt::host
