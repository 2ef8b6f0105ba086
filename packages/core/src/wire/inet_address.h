// The self-describing binary form of socket addresses and prefixes (vl1.md §1.5, vl2.md §2.5).
#pragma once

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "zt/inet.h"

namespace zt::wire {

inline constexpr size_t kMaxInetAddressSize = 19;  // what we write at most; readers skip longer reserved forms

// Types 0..3 read as "none". An unknown type or a short input fails the reader.
Endpoint ReadEndpoint(ByteReader& in);
// Writes type 0, 4 or 6.
void WriteEndpoint(ByteWriter& out, const Endpoint& endpoint);
size_t EndpointSize(const Endpoint& endpoint);  // 1, 7 or 19

// The port field carries the prefix length (vl2.md §2.5); more bits than the family has fail the reader.
IpPrefix ReadPrefix(ByteReader& in);
void WritePrefix(ByteWriter& out, const IpPrefix& prefix);

}  // namespace zt::wire
