// Hexadecimal text, strict: exactly two digits a byte, no separators.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "zt/bytes.h"

namespace zt {

// Lower-case digits.
std::string ToHex(ByteSpan bytes);
// Fills `out` from exactly 2 * out.size() digits of either case. False, with `out` undefined, for
// anything else.
bool FromHex(std::string_view text, MutableBytes out);
// Any even number of digits of either case.
std::optional<Bytes> FromHex(std::string_view text);
// `digits` lower-case digits of the low bits of a number, most significant first; digits is 1..16.
std::string HexNumber(uint64_t value, int digits);
// The number written by exactly text.size() digits of either case; text has 1..16 of them.
std::optional<uint64_t> ParseHexNumber(std::string_view text);

}  // namespace zt
