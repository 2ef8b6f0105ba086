// Nanoseconds for one 1,400-byte packet, by suite and by implementation; one core, data in cache.
#include <chrono>
#include <cstdio>
#include <functional>

#include "base/seeded_random.h"
#include "crypto/address_work.h"
#include "crypto/aes_gmac_siv.h"
#include "crypto/poly1305.h"
#include "crypto/salsa20.h"
#include "vl1/packet_seal.h"

namespace {

constexpr size_t kPacket = 1400;

// The best of several rounds: the machine is shared.
double NanosecondsEach(int repeat, const std::function<void()>& work) {
  double best = 1e18;
  for (int round = 0; round < 7; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < repeat; ++i) work();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / repeat);
  }
  return best;
}

void Print(const char* what, double nanoseconds, size_t bytes) {
  std::printf("%-34s %10.0f ns  %6.2f GB/s\n", what, nanoseconds,
              static_cast<double>(bytes) / nanoseconds);
}

void Primitives(zt::Bytes& packet) {
  char name[64];
  alignas(16) uint32_t state[16] = {1, 2, 3};
  for (const auto& each : zt::crypto::SalsaImplementations()) {
    std::snprintf(name, sizeof name, "Salsa20/12 %s", each.name);
    Print(name,
          NanosecondsEach(20000,
                          [&] { each.run(state, 12, 0, packet.data(), packet.data(), kPacket); }),
          kPacket);
  }
  uint8_t key[32] = {1, 2, 3};
  for (const auto& each : zt::crypto::Poly1305Implementations()) {
    std::snprintf(name, sizeof name, "Poly1305 %s", each.name);
    Print(name, NanosecondsEach(20000, [&] { key[16] ^= each.run(key, packet)[0]; }), kPacket);
  }
}

void PortableAes(zt::Bytes& packet) {
  zt::ByteArray<32> key{1, 2, 3};
  const auto aes = zt::crypto::AesGmacSiv::CreatePortable(key.data(), key.data());
  const zt::MutableBytes envelope = zt::MutableBytes(packet).subspan(27);
  zt::ByteArray<16> tag;
  Print("AES-GMAC-SIV portable seal",
        NanosecondsEach(2000, [&] { tag = aes->Seal(key.data(), key.data(), envelope); }), kPacket);
  const zt::Bytes sealed = packet;
  Print("AES-GMAC-SIV portable open",
        NanosecondsEach(2000,
                        [&] {
                          packet = sealed;
                          if (!aes->Open(tag, key.data(), envelope)) __builtin_trap();
                        }),
        kPacket);
}

void Suites(zt::Bytes& packet) {
  using zt::vl1::CipherSuite;
  zt::SeededRandom random(1);
  zt::AgreedKey key;
  random.Fill(key);
  const zt::vl1::PeerKeys keys(key);
  struct Case {
    const char* name;
    CipherSuite suite;
  };
  for (const Case& each :
       {Case{"suite 0", CipherSuite::kPoly1305}, Case{"suite 1", CipherSuite::kSalsa2012Poly1305},
        Case{"suite 3", CipherSuite::kAesGmacSiv}}) {
    char name[64];
    std::snprintf(name, sizeof name, "%s seal", each.name);
    Print(name, NanosecondsEach(20000, [&] { keys.Seal(each.suite, packet); }), kPacket);
    const zt::Bytes sealed = packet;
    std::snprintf(name, sizeof name, "%s open (and one copy)", each.name);
    Print(name,
          NanosecondsEach(20000,
                          [&] {
                            packet = sealed;
                            if (!keys.Open(packet)) __builtin_trap();
                          }),
          kPacket);
  }
}

}  // namespace

int main() {
  zt::Bytes packet(kPacket);
  zt::SeededRandom(2).Fill(packet);
  packet[18] = 0;
  Primitives(packet);
  PortableAes(packet);
  packet[18] = 0;
  Suites(packet);
  zt::Bytes small(100);
  packet = small;
  zt::AgreedKey key{};
  const zt::vl1::PeerKeys keys(key);
  Print("suite 1 seal, 100 bytes",
        NanosecondsEach(20000, [&] { keys.Seal(zt::vl1::CipherSuite::kSalsa2012Poly1305, small); }),
        100);
  zt::crypto::AddressWork work;
  const zt::Bytes public_key(64, 7);
  const double each = NanosecondsEach(3, [&] {
    work.Start(public_key);
    work.Step(zt::crypto::AddressWork::kTotalBlocks);
  });
  Print("address work", each, zt::crypto::AddressWork::kTotalBlocks * 64);
}
