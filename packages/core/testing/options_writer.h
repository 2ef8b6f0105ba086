// Options of a node as bytes (HOST_PROTOCOL.md §2).
#pragma once

#include <string_view>

#include "node/host_codec.h"

namespace zt::testing {

class OptionsWriter {
 public:
  OptionsWriter& Add(CreateOption tag, ByteSpan value) {
    node::HostWriter out(bytes);
    out.U16(static_cast<uint16_t>(tag));
    out.Blob32(value);
    return *this;
  }
  OptionsWriter& Text(CreateOption tag, std::string_view text) {
    return Add(tag, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }
  OptionsWriter& Blacklist(const IpPrefix& prefix) {
    Bytes value;
    node::HostWriter(value).Prefix(prefix);
    return Add(CreateOption::kBlacklist, value);
  }
  OptionsWriter& Impairment(uint32_t loss, uint32_t duplicate, uint32_t reorder, uint64_t seed) {
    Bytes value;
    node::HostWriter out(value);
    for (uint32_t parts : {loss, duplicate, reorder}) out.U32(parts);
    out.U64(seed);
    return Add(CreateOption::kImpairment, value);
  }
  Bytes bytes;
};

}  // namespace zt::testing
