// AES-GMAC-SIV from the bitsliced AES and the portable GHASH (vl1.md §4.4).
#include <cstring>

#include "crypto/aes_bitsliced.h"
#include "crypto/aes_gmac_siv.h"
#include "crypto/ghash_portable.h"
#include "crypto/little_endian.h"
#include "crypto/secure_memory.h"

namespace zt::crypto {
namespace {

class PortableAesGmacSiv final : public AesGmacSiv {
 public:
  PortableAesGmacSiv(const uint8_t* k0, const uint8_t* k1)
      : gmac_(k0), cipher_(k1), hash_key_(gmac_.Encrypt({})) {}

  ByteArray<16> Seal(const uint8_t* iv8, const uint8_t* aad11, MutableBytes data) const override {
    const uint64_t mac = Mac(iv8, aad11, data);
    ByteArray<16> iv_and_mac;
    std::memcpy(iv_and_mac.data(), iv8, 8);
    StoreLe64(iv_and_mac.data() + 8, mac);
    const ByteArray<16> tag = cipher_.Encrypt(iv_and_mac);
    cipher_.XorCounterStream(FirstCounter(tag), data);
    return tag;
  }

  bool Open(const ByteArray<16>& tag, const uint8_t* aad11, MutableBytes data) const override {
    const ByteArray<16> iv_and_mac = cipher_.Decrypt(tag);
    cipher_.XorCounterStream(FirstCounter(tag), data);
    uint8_t expected[8];
    StoreLe64(expected, Mac(iv_and_mac.data(), aad11, data));
    return ConstantTimeEqual(expected, ByteSpan(iv_and_mac).last(8));
  }

  ByteArray<16> Gmac(const uint8_t* iv12, ByteSpan data) const override {
    Ghash hash(hash_key_);
    hash.Add(data);
    return FinishGmac(hash, data.size(), iv12, 12);
  }

 private:
  // The counter block of a tag: bit 0x80 of byte 12 cleared.
  static ByteArray<16> FirstCounter(ByteArray<16> tag) {
    tag[12] &= 0x7f;
    return tag;
  }

  // The GCM tag of additional data alone (NIST SP 800-38D §7.1); an iv shorter than 12 bytes ends
  // in zeros.
  ByteArray<16> FinishGmac(Ghash& hash, uint64_t size, const uint8_t* iv, size_t iv_size) const {
    ByteArray<16> first{};
    std::memcpy(first.data(), iv, iv_size);
    first[15] = 1;
    ByteArray<16> out = hash.Finish(size, 0);
    const ByteArray<16> mask = gmac_.Encrypt(first);
    for (size_t i = 0; i < out.size(); ++i) out[i] ^= mask[i];
    return out;
  }

  // mac64: both halves of the GMAC of aad ‖ zeros to 16 bytes ‖ plaintext, as the words in memory.
  uint64_t Mac(const uint8_t* iv8, const uint8_t* aad11, ByteSpan data) const {
    Ghash hash(hash_key_);
    hash.Add({aad11, kAadSize});
    hash.Add(data);
    const ByteArray<16> tag = FinishGmac(hash, BitslicedAes256::kBlock + data.size(), iv8, 8);
    return LoadLe64(tag.data()) ^ LoadLe64(tag.data() + 8);
  }

  BitslicedAes256 gmac_;
  BitslicedAes256 cipher_;
  GhashKey hash_key_;
};

}  // namespace

std::unique_ptr<AesGmacSiv> AesGmacSiv::CreatePortable(const uint8_t* k0, const uint8_t* k1) {
  return std::make_unique<PortableAesGmacSiv>(k0, k1);
}

}  // namespace zt::crypto
