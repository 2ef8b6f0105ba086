#include "crypto/poly1305.h"

#include <doctest/doctest.h>
#include <sodium.h>

#include "base/hex.h"
#include "base/seeded_random.h"

namespace zt::crypto {
namespace {

struct Vector {
  const char* key;
  const char* message;
  const char* tag;
};

// RFC 8439 §2.5.2 and those of Appendix A.3 that reach the edges of the arithmetic.
constexpr Vector kRfc8439[] = {
    {"85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b",
     "43727970746f6772617068696320466f72756d2052657365617263682047726f7570",
     "a8061dc1305136c6c22b8baf0c0127a9"},
    {"0200000000000000000000000000000000000000000000000000000000000000",
     "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000"},
    {"02000000000000000000000000000000ffffffffffffffffffffffffffffffff",
     "02000000000000000000000000000000", "03000000000000000000000000000000"},
    {"0100000000000000000000000000000000000000000000000000000000000000",
     "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000"
     "000",
     "05000000000000000000000000000000"},
    {"0100000000000000000000000000000000000000000000000000000000000000",
     "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010"
     "101",
     "00000000000000000000000000000000"},
    {"0200000000000000000000000000000000000000000000000000000000000000",
     "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff"},
    {"0100000000000000040000000000000000000000000000000000000000000000",
     "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000"
     "000"
     "01000000000000000000000000000000",
     "14000000000000005500000000000000"},
    {"0100000000000000040000000000000000000000000000000000000000000000",
     "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000"
     "000",
     "13000000000000000000000000000000"},
};

TEST_CASE("RFC 8439 vectors, every implementation") {
  for (const Poly1305Implementation& each : Poly1305Implementations()) {
    CAPTURE(each.name);
    for (const Vector& v : kRfc8439) {
      CHECK(ToHex(each.run(FromHex(v.key)->data(), *FromHex(v.message))) == v.tag);
    }
  }
}

TEST_CASE("every implementation agrees with libsodium for all lengths") {
  SeededRandom random(4);
  for (const Poly1305Implementation& each : Poly1305Implementations()) {
    CAPTURE(each.name);
    for (size_t size = 0; size <= 1500; ++size) {
      ByteArray<32> key;
      random.Fill(key);
      Bytes message(size);
      random.Fill(message);
      ByteArray<16> expected;
      crypto_onetimeauth_poly1305(expected.data(), message.data(), size, key.data());
      REQUIRE(each.run(key.data(), message) == expected);
    }
  }
}

TEST_CASE("messages and keys of ones and zeros, where carries are longest") {
  SeededRandom random(5);
  for (const Poly1305Implementation& each : Poly1305Implementations()) {
    CAPTURE(each.name);
    for (int i = 0; i < 4000; ++i) {
      ByteArray<32> key;
      for (uint8_t& b : key) b = random.Below(4) == 0 ? static_cast<uint8_t>(random.U32()) : 0xff;
      Bytes message(random.Below(700));
      for (uint8_t& b : message)
        b = random.Below(16) == 0 ? static_cast<uint8_t>(random.U32()) : 0xff;
      ByteArray<16> expected;
      crypto_onetimeauth_poly1305(expected.data(), message.data(), message.size(), key.data());
      REQUIRE(each.run(key.data(), message) == expected);
    }
  }
}

}  // namespace
}  // namespace zt::crypto
