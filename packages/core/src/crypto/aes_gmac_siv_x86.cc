// AES-GMAC-SIV over AES-NI and PCLMULQDQ.
#ifdef __x86_64__

#include <immintrin.h>

#include "crypto/aes_gmac_siv.h"
#include "crypto/secure_memory.h"

#define ZT_AES_TARGET __attribute__((target("aes,pclmul,sse4.1")))
#define ZT_AES_INLINE inline __attribute__((always_inline)) ZT_AES_TARGET

namespace zt::crypto {
namespace {

// Round keys (FIPS 197 §5.2) and powers of the hash key in the domain of POLYVAL (RFC 8452 Appendix
// A).
struct AesGmacSivKeys {
  static constexpr int kRounds = 14;
  static constexpr int kPowers = 9;  // eight blocks, the last one short, and the length
  __m128i gmac[kRounds + 1];
  __m128i encrypt[kRounds + 1];
  __m128i decrypt[kRounds + 1];
  __m128i power[kPowers];  // power[i] = H^(i+1)
};

constexpr int kRounds = AesGmacSivKeys::kRounds;
constexpr size_t kBlock = 16;
constexpr size_t kWide = 8;  // blocks in flight: hides the latency of aesenc

ZT_AES_INLINE __m128i Load(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
ZT_AES_INLINE void Store(uint8_t* p, __m128i v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
}
ZT_AES_INLINE __m128i Reverse(__m128i v) {
  return _mm_shuffle_epi8(v, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}
// A short block, zeros after it.
ZT_AES_INLINE __m128i LoadPartial(const uint8_t* p, size_t size) {
  alignas(16) uint8_t block[kBlock] = {};
  std::memcpy(block, p, size);
  return Load(block);
}

// --- AES-256 (FIPS 197)

// w ⊕ w<<32 ⊕ w<<64 ⊕ w<<96: the running exclusive or of the key expansion's words.
ZT_AES_INLINE __m128i Smear(__m128i w) {
  w = _mm_xor_si128(w, _mm_slli_si128(w, 4));
  return _mm_xor_si128(w, _mm_slli_si128(w, 8));
}
template <int kRoundConstant>
ZT_AES_INLINE void ExpandPair(__m128i* round_keys, int at) {
  const __m128i even =
      _mm_shuffle_epi32(_mm_aeskeygenassist_si128(round_keys[at - 1], kRoundConstant), 0xff);
  round_keys[at] = _mm_xor_si128(Smear(round_keys[at - 2]), even);
  if (at + 1 > kRounds) return;
  const __m128i odd = _mm_shuffle_epi32(_mm_aeskeygenassist_si128(round_keys[at], 0), 0xaa);
  round_keys[at + 1] = _mm_xor_si128(Smear(round_keys[at - 1]), odd);
}
ZT_AES_TARGET void ExpandKey(__m128i* round_keys, const uint8_t* key32) {
  round_keys[0] = Load(key32);
  round_keys[1] = Load(key32 + kBlock);
  ExpandPair<0x01>(round_keys, 2);
  ExpandPair<0x02>(round_keys, 4);
  ExpandPair<0x04>(round_keys, 6);
  ExpandPair<0x08>(round_keys, 8);
  ExpandPair<0x10>(round_keys, 10);
  ExpandPair<0x20>(round_keys, 12);
  ExpandPair<0x40>(round_keys, 14);
}
// The equivalent inverse cipher's keys (FIPS 197 §5.3.5).
ZT_AES_TARGET void InvertKey(__m128i* inverse, const __m128i* round_keys) {
  inverse[0] = round_keys[kRounds];
  for (int i = 1; i < kRounds; ++i) inverse[i] = _mm_aesimc_si128(round_keys[kRounds - i]);
  inverse[kRounds] = round_keys[0];
}
ZT_AES_INLINE __m128i Encrypt(const __m128i* round_keys, __m128i block) {
  block = _mm_xor_si128(block, round_keys[0]);
  for (int i = 1; i < kRounds; ++i) block = _mm_aesenc_si128(block, round_keys[i]);
  return _mm_aesenclast_si128(block, round_keys[kRounds]);
}
ZT_AES_INLINE __m128i Decrypt(const __m128i* inverse, __m128i block) {
  block = _mm_xor_si128(block, inverse[0]);
  for (int i = 1; i < kRounds; ++i) block = _mm_aesdec_si128(block, inverse[i]);
  return _mm_aesdeclast_si128(block, inverse[kRounds]);
}

// Counter blocks: the last 32 bits count, big-endian; held byte-reversed so that they count in lane
// 0.
ZT_AES_INLINE void CounterStream(const __m128i* round_keys, __m128i& counter,
                                 __m128i (&stream)[kWide]) {
  for (__m128i& block : stream) {
    block = _mm_xor_si128(Reverse(counter), round_keys[0]);
    counter = _mm_add_epi32(counter, _mm_set_epi32(0, 0, 0, 1));
  }
  for (int i = 1; i < kRounds; ++i) {
    for (__m128i& block : stream) block = _mm_aesenc_si128(block, round_keys[i]);
  }
  for (__m128i& block : stream) block = _mm_aesenclast_si128(block, round_keys[kRounds]);
}
// The first counter block of a tag: bit 0x80 of byte 12 cleared (vl1.md §4.4).
ZT_AES_INLINE __m128i FirstCounter(__m128i tag) {
  return Reverse(_mm_andnot_si128(_mm_set_epi32(0x80, 0, 0, 0), tag));
}

// --- GHASH as POLYVAL of reversed bytes (RFC 8452 Appendix A)

// An unreduced product of two polynomials.
struct Product {
  __m128i low, middle, high;
};
ZT_AES_INLINE void MultiplyAdd(Product& sum, __m128i a, __m128i b) {
  sum.low = _mm_xor_si128(sum.low, _mm_clmulepi64_si128(a, b, 0x00));
  sum.high = _mm_xor_si128(sum.high, _mm_clmulepi64_si128(a, b, 0x11));
  sum.middle = _mm_xor_si128(sum.middle, _mm_clmulepi64_si128(a, b, 0x01));
  sum.middle = _mm_xor_si128(sum.middle, _mm_clmulepi64_si128(a, b, 0x10));
}
// times x^-128 modulo x^128 + x^127 + x^126 + x^121 + 1 (RFC 8452 §3).
ZT_AES_INLINE __m128i Reduce(const Product& p) {
  const __m128i polynomial = _mm_set_epi64x(0, static_cast<int64_t>(0xc200000000000000));
  __m128i low = _mm_xor_si128(p.low, _mm_slli_si128(p.middle, 8));
  const __m128i high = _mm_xor_si128(p.high, _mm_srli_si128(p.middle, 8));
  low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, polynomial, 0x00));
  low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, polynomial, 0x00));
  return _mm_xor_si128(low, high);
}
ZT_AES_INLINE Product NoProduct() {
  return {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
}
// mulX_POLYVAL: shift by one, the bit that falls out becomes the polynomial.
ZT_AES_INLINE __m128i TimesX(__m128i v) {
  const __m128i carries = _mm_srli_epi64(v, 63);
  const __m128i doubled = _mm_or_si128(_mm_add_epi64(v, v), _mm_slli_si128(carries, 8));
  const __m128i out = _mm_sub_epi64(_mm_setzero_si128(), _mm_unpackhi_epi64(carries, carries));
  const __m128i polynomial = _mm_set_epi64x(static_cast<int64_t>(0xc200000000000000), 1);
  return _mm_xor_si128(doubled, _mm_and_si128(out, polynomial));
}
ZT_AES_TARGET void ExpandPowers(AesGmacSivKeys& keys) {
  keys.power[0] = TimesX(Reverse(Encrypt(keys.gmac, _mm_setzero_si128())));
  for (int i = 1; i < AesGmacSivKeys::kPowers; ++i) {
    Product product = NoProduct();
    MultiplyAdd(product, keys.power[i - 1], keys.power[0]);
    keys.power[i] = Reduce(product);
  }
}
ZT_AES_INLINE __m128i HashOne(const AesGmacSivKeys& keys, __m128i hash, __m128i block) {
  Product product = NoProduct();
  MultiplyAdd(product, _mm_xor_si128(hash, Reverse(block)), keys.power[0]);
  return Reduce(product);
}
// Eight blocks and one reduction.
ZT_AES_INLINE __m128i HashWide(const AesGmacSivKeys& keys, __m128i hash,
                               const __m128i (&blocks)[kWide]) {
  Product product = NoProduct();
  MultiplyAdd(product, _mm_xor_si128(hash, Reverse(blocks[0])), keys.power[kWide - 1]);
  for (size_t i = 1; i < kWide; ++i)
    MultiplyAdd(product, Reverse(blocks[i]), keys.power[kWide - 1 - i]);
  return Reduce(product);
}
// The end of the data, less than eight whole blocks, and the length block: one reduction.
ZT_AES_INLINE __m128i HashEnd(const AesGmacSivKeys& keys, __m128i hash, const uint8_t* data,
                              size_t size, uint64_t total_size) {
  size_t at = 0;
  size_t power = (size + kBlock - 1) / kBlock;
  Product product = NoProduct();
  for (; at < size; at += kBlock, --power) {
    const size_t left = size - at;
    const __m128i block = Reverse(left >= kBlock ? Load(data + at) : LoadPartial(data + at, left));
    MultiplyAdd(product, _mm_xor_si128(hash, block), keys.power[power]);
    hash = _mm_setzero_si128();
  }
  // Everything is additional data, so the length in bits is in the first half; reversed, the upper
  // one.
  const __m128i length = _mm_set_epi64x(static_cast<int64_t>(total_size * 8), 0);
  MultiplyAdd(product, _mm_xor_si128(hash, length), keys.power[0]);
  return Reduce(product);
}
ZT_AES_INLINE __m128i HashData(const AesGmacSivKeys& keys, __m128i hash, const uint8_t* data,
                               size_t size, uint64_t total_size) {
  for (; size >= kWide * kBlock; data += kWide * kBlock, size -= kWide * kBlock) {
    __m128i blocks[kWide];
    for (size_t i = 0; i < kWide; ++i) blocks[i] = Load(data + i * kBlock);
    hash = HashWide(keys, hash, blocks);
  }
  return HashEnd(keys, hash, data, size, total_size);
}

// The GCM tag of what was hashed under a 12-byte iv (SP 800-38D §7.1).
ZT_AES_INLINE __m128i FinishGmac(const AesGmacSivKeys& keys, __m128i hash, const uint8_t* iv,
                                 size_t iv_size) {
  alignas(16) uint8_t first[kBlock] = {};
  std::memcpy(first, iv, iv_size);
  first[15] = 1;
  return _mm_xor_si128(Reverse(hash), Encrypt(keys.gmac, Load(first)));
}
// Both halves of the tag folded into the low one (mac64 of vl1.md §4.4).
ZT_AES_INLINE uint64_t Fold(__m128i tag) {
  return static_cast<uint64_t>(_mm_cvtsi128_si64(tag)) ^
         static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_srli_si128(tag, 8)));
}

ZT_AES_INLINE void CryptEnd(const __m128i* round_keys, __m128i counter, uint8_t* data,
                            size_t size) {
  for (size_t at = 0; at < size; at += kBlock) {
    const __m128i stream = Encrypt(round_keys, Reverse(counter));
    counter = _mm_add_epi32(counter, _mm_set_epi32(0, 0, 0, 1));
    const size_t left = size - at;
    if (left >= kBlock) {
      Store(data + at, _mm_xor_si128(Load(data + at), stream));
      continue;
    }
    alignas(16) uint8_t block[kBlock];
    Store(block, _mm_xor_si128(LoadPartial(data + at, left), stream));
    std::memcpy(data + at, block, left);
  }
}

ZT_AES_TARGET ByteArray<16> SealWith(const AesGmacSivKeys& keys, const uint8_t* iv8,
                                     const uint8_t* aad11, uint8_t* data, size_t size) {
  __m128i hash = HashOne(keys, _mm_setzero_si128(), LoadPartial(aad11, AesGmacSiv::kAadSize));
  hash = HashData(keys, hash, data, size, kBlock + size);
  const uint64_t mac = Fold(FinishGmac(keys, hash, iv8, 8));
  uint64_t iv;
  std::memcpy(&iv, iv8, sizeof iv);
  const __m128i tag =
      Encrypt(keys.encrypt, _mm_set_epi64x(static_cast<int64_t>(mac), static_cast<int64_t>(iv)));

  __m128i counter = FirstCounter(tag);
  for (; size >= kWide * kBlock; data += kWide * kBlock, size -= kWide * kBlock) {
    __m128i stream[kWide];
    CounterStream(keys.encrypt, counter, stream);
    for (size_t i = 0; i < kWide; ++i) {
      Store(data + i * kBlock, _mm_xor_si128(Load(data + i * kBlock), stream[i]));
    }
  }
  CryptEnd(keys.encrypt, counter, data, size);
  ByteArray<16> out;
  Store(out.data(), tag);
  return out;
}

ZT_AES_TARGET bool OpenWith(const AesGmacSivKeys& keys, const uint8_t* tag16, const uint8_t* aad11,
                            uint8_t* data, size_t size) {
  const __m128i tag = Load(tag16);
  const uint64_t total = kBlock + size;
  __m128i hash = HashOne(keys, _mm_setzero_si128(), LoadPartial(aad11, AesGmacSiv::kAadSize));
  __m128i counter = FirstCounter(tag);
  for (; size >= kWide * kBlock; data += kWide * kBlock, size -= kWide * kBlock) {
    __m128i blocks[kWide];
    CounterStream(keys.encrypt, counter, blocks);
    for (size_t i = 0; i < kWide; ++i) {
      blocks[i] = _mm_xor_si128(Load(data + i * kBlock), blocks[i]);
      Store(data + i * kBlock, blocks[i]);
    }
    hash = HashWide(keys, hash, blocks);
  }
  CryptEnd(keys.encrypt, counter, data, size);
  hash = HashEnd(keys, hash, data, size, total);

  alignas(16) uint8_t iv_and_mac[kBlock];
  Store(iv_and_mac, Decrypt(keys.decrypt, tag));
  const uint64_t mac = Fold(FinishGmac(keys, hash, iv_and_mac, 8));
  uint8_t expected[8];
  std::memcpy(expected, &mac, sizeof expected);
  return ConstantTimeEqual(expected, ByteSpan(iv_and_mac).last(8));
}

ZT_AES_TARGET ByteArray<16> GmacWith(const AesGmacSivKeys& keys, const uint8_t* iv12,
                                     ByteSpan data) {
  const __m128i hash = HashData(keys, _mm_setzero_si128(), data.data(), data.size(), data.size());
  ByteArray<16> out;
  Store(out.data(), FinishGmac(keys, hash, iv12, 12));
  return out;
}

ZT_AES_TARGET void Expand(AesGmacSivKeys& keys, const uint8_t* k0, const uint8_t* k1) {
  ExpandKey(keys.gmac, k0);
  ExpandKey(keys.encrypt, k1);
  InvertKey(keys.decrypt, keys.encrypt);
  ExpandPowers(keys);
}

class HardwareAesGmacSiv final : public AesGmacSiv {
 public:
  HardwareAesGmacSiv(const uint8_t* k0, const uint8_t* k1) { Expand(keys_, k0, k1); }
  ~HardwareAesGmacSiv() override { SecureWipe(keys_); }

  ByteArray<16> Seal(const uint8_t* iv8, const uint8_t* aad11, MutableBytes data) const override {
    return SealWith(keys_, iv8, aad11, data.data(), data.size());
  }
  bool Open(const ByteArray<16>& tag, const uint8_t* aad11, MutableBytes data) const override {
    return OpenWith(keys_, tag.data(), aad11, data.data(), data.size());
  }
  ByteArray<16> Gmac(const uint8_t* iv12, ByteSpan data) const override {
    return GmacWith(keys_, iv12, data);
  }

 private:
  AesGmacSivKeys keys_;
};

}  // namespace

bool AesInHardware() {
  return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul") &&
         __builtin_cpu_supports("sse4.1");
}

std::unique_ptr<AesGmacSiv> AesGmacSiv::CreateHardware(const uint8_t* k0, const uint8_t* k1) {
  if (!AesInHardware()) return nullptr;
  return std::make_unique<HardwareAesGmacSiv>(k0, k1);
}

}  // namespace zt::crypto

#endif  // __x86_64__
