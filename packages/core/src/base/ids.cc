#include "zt/ids.h"

#include "base/hex.h"

namespace zt {

std::string NodeAddress::ToString() const { return HexNumber(value, 10); }

std::optional<NodeAddress> NodeAddress::Parse(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const std::optional<uint64_t> number = ParseHexNumber(text);
  if (!number) return std::nullopt;
  const NodeAddress address{*number};
  if (!address.IsValid()) return std::nullopt;
  return address;
}

std::string NetworkId::ToString() const { return HexNumber(value, 16); }

std::optional<NetworkId> NetworkId::Parse(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  const std::optional<uint64_t> number = ParseHexNumber(text);
  if (!number || *number == 0) return std::nullopt;
  return NetworkId{*number};
}

std::array<uint8_t, 6> Mac::ToBytes() const {
  std::array<uint8_t, 6> out;
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(value >> (40 - 8 * i));
  return out;
}

Mac Mac::FromBytes(const uint8_t* six) {
  uint64_t value = 0;
  for (int i = 0; i < 6; ++i) value = value << 8 | six[i];
  return {value};
}

std::string Mac::ToString() const {
  std::string out;
  for (uint8_t b : ToBytes()) {
    if (!out.empty()) out.push_back(':');
    out += HexNumber(b, 2);
  }
  return out;
}

}  // namespace zt
