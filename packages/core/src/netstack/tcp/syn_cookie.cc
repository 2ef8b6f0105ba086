#include "netstack/tcp/syn_cookie.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "netstack/header/protocol.h"

namespace zt::netstack {
namespace {

// IPv4 and IPv6 over common links, ours (vl2.md §17: 2800) and jumbo frames. Three bits' worth: each entry makes
// guessing easier.
constexpr uint16_t kMss[] = {88, 536, 1220, 1340, 1440, 1460, 2740, 8960};
constexpr uint32_t kLow24 = 0xffffff;
constexpr uint32_t kOptionBits = 5;
constexpr uint32_t kSackBit = 16;
constexpr uint32_t kNoScale = 15;

uint32_t PeriodOf(const Now& now) { return static_cast<uint32_t>(now.mono.ms / SynCookies::kPeriod); }

uint32_t HashOf(const SipHash& key, const SynCookies::Name& name, uint32_t salt) {
  ByteArray<52> bytes{};
  StoreU32(&bytes[0], static_cast<uint32_t>(name.interface.value >> 32));
  StoreU32(&bytes[4], static_cast<uint32_t>(name.interface.value));
  std::memcpy(&bytes[8], name.local.ip.bytes.data(), 16);
  std::memcpy(&bytes[24], name.remote.ip.bytes.data(), 16);
  StoreU16(&bytes[40], name.local.port);
  StoreU16(&bytes[42], name.remote.port);
  StoreU32(&bytes[44], name.peer_seq);
  StoreU32(&bytes[48], salt);
  return static_cast<uint32_t>(key(bytes));
}

constexpr uint32_t kNoPeriod = 0xffffffff;  // the salt of the part that must be known to learn the period

std::optional<uint16_t> CheckWith(const SipHash& key, uint32_t period, const SynCookies::Name& name,
                                  uint32_t cookie) {
  const uint32_t inner = cookie - HashOf(key, name, kNoPeriod);
  const uint32_t age = (period - (inner >> 24)) & 0xff;
  if (age >= SynCookies::kLifePeriods) return std::nullopt;
  const uint32_t index = (inner - HashOf(key, name, period - age)) & kLow24;
  if (index >= std::size(kMss)) return std::nullopt;
  return kMss[index];
}

}  // namespace

void SynCookies::Rotate(uint32_t period) {
  if (has_key_ && period - key_since_ < kKeyPeriods) return;
  previous_ = std::exchange(key_, SipHash(random_));
  key_since_ = period;
  has_key_ = true;
}

uint32_t SynCookies::Make(const Now& now, const Name& name, uint16_t mss) {
  const uint32_t period = PeriodOf(now);
  Rotate(period);
  const auto above = std::upper_bound(std::begin(kMss), std::end(kMss), std::max(mss, kMss[0]));
  const uint32_t index = static_cast<uint32_t>(above - std::begin(kMss)) - 1;
  ++made;
  return HashOf(key_, name, kNoPeriod) + (period << 24 | ((HashOf(key_, name, period) + index) & kLow24));
}

std::optional<uint16_t> SynCookies::Check(const Now& now, const Name& name, uint32_t cookie) {
  const uint32_t period = PeriodOf(now);
  std::optional<uint16_t> mss = CheckWith(key_, period, name, cookie);
  if (!mss && period - key_since_ < kLifePeriods) mss = CheckWith(previous_, period, name, cookie);
  ++(mss ? accepted : refused);
  return mss;
}

uint32_t SynCookies::PutOptions(uint32_t clock, const TcpOptions& syn) {
  const uint32_t scale = syn.window_scale ? *syn.window_scale : kNoScale;
  const uint32_t bits = scale | (syn.sack_permitted ? kSackBit : 0);
  const uint32_t value = (clock >> kOptionBits << kOptionBits) | bits;
  return static_cast<int32_t>(clock - value) < 0 ? value - (1u << kOptionBits) : value;
}

void SynCookies::TakeOptions(uint32_t timestamp, TcpOptions& syn) {
  syn.sack_permitted = (timestamp & kSackBit) != 0;
  const uint32_t scale = timestamp & 15;
  if (scale != kNoScale) syn.window_scale = static_cast<uint8_t>(scale);
}

}  // namespace zt::netstack
