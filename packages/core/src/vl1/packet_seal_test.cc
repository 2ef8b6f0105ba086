#include "vl1/packet_seal.h"

#include <doctest/doctest.h>

#include "base/seeded_random.h"

namespace zt::vl1 {
namespace {

constexpr size_t kFlags = 18;

AgreedKey Key(uint64_t seed) {
  AgreedKey key;
  SeededRandom(seed).Fill(key);
  return key;
}

constexpr CipherSuite kSuites[] = {CipherSuite::kPoly1305, CipherSuite::kSalsa2012Poly1305,
                                   CipherSuite::kAesGmacSiv};

Bytes RandomPacket(SeededRandom& random, size_t size) {
  Bytes packet(size);
  random.Fill(packet);
  packet[kFlags] = random.Below(2) == 0 ? 0x40 : 0;
  return packet;
}

Bytes Envelope(const Bytes& packet) { return Bytes(packet.begin() + 27, packet.end()); }

TEST_CASE("what is sealed opens with any hop count, at every length") {
  SeededRandom random(1);
  const PeerKeys keys(Key(1));
  for (CipherSuite suite : kSuites) {
    for (size_t size = 28; size <= 1500; ++size) {
      const Bytes plain = RandomPacket(random, size);
      Bytes packet = plain;
      keys.Seal(suite, packet);
      REQUIRE((packet[kFlags] >> 3 & 7) == static_cast<int>(suite));
      REQUIRE((packet[kFlags] & 0x40) == (plain[kFlags] & 0x40));
      // vl1.md §3.3: the legacy flag goes with suite 1 alone.
      REQUIRE((packet[kFlags] & 0x80) == (suite == CipherSuite::kSalsa2012Poly1305 ? 0x80 : 0));
      if (suite != CipherSuite::kPoly1305 && size > 40)
        REQUIRE(Envelope(packet) != Envelope(plain));
      packet[kFlags] |= static_cast<uint8_t>(random.Below(8));
      REQUIRE(keys.Open(packet));
      REQUIRE(Envelope(packet) == Envelope(plain));
    }
  }
}

TEST_CASE("the largest packet") {
  SeededRandom random(2);
  const PeerKeys keys(Key(2));
  for (CipherSuite suite : kSuites) {
    const Bytes plain = RandomPacket(random, 10024);
    Bytes packet = plain;
    keys.Seal(suite, packet);
    REQUIRE(keys.Open(packet));
    CHECK(Envelope(packet) == Envelope(plain));
  }
}

TEST_CASE(
    "one flipped bit anywhere but in the hops, another length or another key is not authentic") {
  SeededRandom random(3);
  const PeerKeys keys(Key(3));
  const PeerKeys others(Key(4));
  for (CipherSuite suite : kSuites) {
    for (size_t size : {28, 60, 300}) {
      Bytes sealed = RandomPacket(random, size);
      keys.Seal(suite, sealed);
      for (size_t bit = 0; bit < size * 8; ++bit) {
        if (bit / 8 == kFlags && bit % 8 < 3) continue;
        Bytes changed = sealed;
        changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
        REQUIRE_FALSE(keys.Open(changed));
      }
      Bytes shorter(sealed.begin(), sealed.end() - 1);
      CHECK_FALSE(keys.Open(shorter));
      Bytes longer = sealed;
      longer.push_back(0);
      CHECK_FALSE(keys.Open(longer));
      Bytes foreign = sealed;
      CHECK_FALSE(others.Open(foreign));
    }
  }
}

TEST_CASE("trusted path and unassigned suites never open here") {
  const PeerKeys keys(Key(5));
  for (int suite : {2, 4, 5, 6, 7}) {
    Bytes packet(100, 0);
    packet[kFlags] = static_cast<uint8_t>(suite << 3);
    CHECK_FALSE(keys.Open(packet));
  }
  for (size_t size = 0; size < 28; ++size) {
    Bytes packet(size, 0);
    CHECK_FALSE(keys.Open(packet));
  }
}

TEST_CASE("the HELLO tail is its own inverse and ignores the low bits of the packet id") {
  SeededRandom random(6);
  const PeerKeys keys(Key(6));
  const Bytes plain = RandomPacket(random, 300);
  Bytes packet = plain;
  keys.CryptHelloTail(packet, 135);
  CHECK(std::equal(plain.begin(), plain.begin() + 135, packet.begin()));
  CHECK_FALSE(std::equal(plain.begin() + 135, plain.end(), packet.begin() + 135));
  packet[7] ^= 0x07;
  keys.CryptHelloTail(packet, 135);
  CHECK(std::equal(plain.begin() + 135, plain.end(), packet.begin() + 135));
  keys.CryptHelloTail(packet, packet.size());
}

}  // namespace
}  // namespace zt::vl1
