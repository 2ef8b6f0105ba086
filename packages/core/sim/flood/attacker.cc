#include "sim/flood/attacker.h"

#include "testing/vl1_packets.h"
#include "wire/fragment.h"

namespace zt::sim {

const std::array<const char*, kAttacks> kAttackNames = {
    "replayed",          "replayed, other source", "truncated",     "bit-flipped", "bit-flipped, made-up sources",
    "wrong destination", "fragment bomb",          "HELLO flood", "junk"};

Attacker::Attacker(const Identity& victim, uint64_t seed) : random_(seed), victim_(victim.address) {
  const SecretIdentity eve = *SecretIdentity::ParseText(testing::kTestSecrets[5]);
  Identity claimed = eve.identity();
  claimed.address = {claimed.address.value ^ 1};
  hello_ = testing::MakeHello(eve, victim, {.claimed = claimed});
}

void Attacker::Overhear(const Endpoint& from, ByteSpan bytes) {
  Shot shot{from, Bytes(bytes.begin(), bytes.end())};
  if (heard_.size() < kHeard) {
    heard_.push_back(std::move(shot));
  } else {
    heard_[next_++ % kHeard] = std::move(shot);
  }
}

const Attacker::Shot& Attacker::Heard() { return heard_[random_.Below(heard_.size())]; }

Endpoint Attacker::MadeUp() {
  return {IpAddress::V4(0x32000000 + static_cast<uint32_t>(random_.Below(1 << 24))),
          static_cast<uint16_t>(1024 + random_.Below(60000))};
}

Attacker::Shot Attacker::Make(Attack kind) {
  Shot shot = Heard();
  const auto at = [&](size_t from) {
    return from + static_cast<size_t>(random_.Below(shot.bytes.size() - from));
  };
  switch (kind) {
    case Attack::kReplay: break;
    case Attack::kReplayElsewhere: shot.from = {IpAddress::V4(66, 1, 1, 1), 6666}; break;
    case Attack::kTruncated: shot.bytes.resize(1 + at(1) - 1); break;
    case Attack::kFlippedElsewhere: shot.from = MadeUp(); [[fallthrough]];
    case Attack::kFlipped: {
      // Not the hops, which are no part of what is authenticated; nor the destination, which is another kind.
      size_t place = at(wire::kSourceOffset);
      if (place == wire::kFlagsOffset) ++place;
      shot.bytes[place] ^= static_cast<uint8_t>(1u << random_.Below(8));
      break;
    }
    case Attack::kWrongDestination:
      shot.bytes[wire::kDestinationOffset + 4] ^= static_cast<uint8_t>(1 + random_.Below(255));
      shot.from = MadeUp();
      break;
    case Attack::kFragmentBomb: {
      const Bytes data(1400, 7);
      shot.bytes.resize(wire::kFragmentHeaderSize + data.size());
      ByteWriter out(shot.bytes);
      wire::Fragment{{random_.Below(uint64_t{1} << 62)}, victim_, 7, static_cast<uint8_t>(1 + random_.Below(6)), 0,
                     data}
          .SerializeTo(out);
      shot.from = MadeUp();
      break;
    }
    case Attack::kHelloFlood:
      shot.bytes = hello_;
      shot.from = MadeUp();
      break;
    case Attack::kJunk:
      for (uint8_t& byte : shot.bytes) byte = static_cast<uint8_t>(random_.Below(256));
      shot.from = MadeUp();
      break;
  }
  return shot;
}

}  // namespace zt::sim
