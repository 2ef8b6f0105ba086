// Byte sequences as the whole core passes them. Nothing here owns memory except Bytes.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace zt {

using ByteSpan = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;
using Bytes = std::vector<uint8_t>;

template <size_t N>
using ByteArray = std::array<uint8_t, N>;

}  // namespace zt
