// The field encodings of the host protocol (HOST_PROTOCOL.md §1): big-endian, lengths first.
#pragma once

#include <string_view>

#include "base/byte_reader.h"
#include "zt/bytes.h"
#include "zt/generated/enums.h"
#include "zt/inet.h"

namespace zt::node {

// Appends fields to a growing buffer; used where the size is not known beforehand (events, replies).
class HostWriter {
 public:
  explicit HostWriter(Bytes& out) : out_(out) {}

  void U8(uint8_t v) { out_.push_back(v); }
  void U16(uint16_t v) { Number(v, 2); }
  void U32(uint32_t v) { Number(v, 4); }
  void U64(uint64_t v) { Number(v, 8); }
  void I32(int32_t v) { U32(static_cast<uint32_t>(v)); }
  void I64(int64_t v) { U64(static_cast<uint64_t>(v)); }
  void Bool(bool v) { U8(v ? 1 : 0); }
  void Address(NodeAddress a) { Number(a.value, 5); }
  void MacAddress(Mac m) { Number(m.value, 6); }
  void Put(ByteSpan bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void Ip(const IpAddress& ip);
  void Ep(const Endpoint& ep);
  void Prefix(const IpPrefix& prefix);
  void Str16(std::string_view text);  // cut at 65535 bytes
  void Blob16(ByteSpan bytes);        // at most 65535 bytes: a longer one is our bug
  void Blob32(ByteSpan bytes);
  // The u16 count of a list; at most 65535 items: more are our bug, every table is smaller.
  void Count(size_t items);

 private:
  void Number(uint64_t v, int n) {
    for (int shift = 8 * (n - 1); shift >= 0; shift -= 8) out_.push_back(static_cast<uint8_t>(v >> shift));
  }

  Bytes& out_;
};

// Reads fields with a sticky failure, like ByteReader.
class HostReader : public ByteReader {
 public:
  using ByteReader::ByteReader;

  int64_t I64() { return static_cast<int64_t>(U64()); }
  bool Bool();  // 0 or 1, everything else fails
  IpAddress Ip();
  Endpoint Ep();
  IpPrefix Prefix();  // bits within the family's width
  std::string_view Str16();
  ByteSpan Blob16() { return Take(U16()); }
  ByteSpan Blob32() { return Take(U32()); }
};

}  // namespace zt::node
