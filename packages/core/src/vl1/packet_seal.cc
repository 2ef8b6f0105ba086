#include "vl1/packet_seal.h"

#include "base/check.h"
#include "crypto/aes_gmac_siv.h"
#include "crypto/kdf.h"
#include "crypto/poly1305.h"
#include "crypto/salsa20.h"
#include "crypto/secure_memory.h"

namespace zt::vl1 {
namespace {

// Offsets of the header (vl1.md §3.2).
constexpr size_t kDestination = 8;
constexpr size_t kFlags = 18;
constexpr size_t kMac = 19;
constexpr size_t kVerb = 27;
constexpr size_t kMinPacket = 28;
constexpr size_t kMacSize = 8;

// Byte 18 (vl1.md §3.3).
constexpr uint8_t kLegacyEncrypted = 0x80;
constexpr uint8_t kSuiteMask = 0x38;
constexpr uint8_t kHopsMask = 0x07;

CipherSuite SuiteOf(ByteSpan packet) {
  return static_cast<CipherSuite>((packet[kFlags] & kSuiteMask) >> 3);
}

// The stream of one packet under suites 0 and 1: block 0 gives the MAC key, the blocks after it the
// cipher. The first blocks are computed in one batch with block 0.
class PacketStream {
 public:
  PacketStream(const uint8_t* salsa_key, ByteSpan packet, bool encrypted)
      : cipher_(crypto::SalsaRounds::k12, PacketKey(key_, salsa_key, packet), packet.data()) {
    const size_t wanted = crypto::kSalsaBlockSize + (encrypted ? packet.size() - kVerb : 0);
    batch_size_ = wanted < sizeof batch_ ? wanted : sizeof batch_;
    cipher_.Keystream(0, MutableBytes(batch_).first(encrypted ? batch_size_ : kMacKeySize));
  }
  ~PacketStream() {
    crypto::SecureWipe(key_);
    crypto::SecureWipe(batch_);
  }

  ByteArray<16> Tag(ByteSpan envelope) const { return crypto::Poly1305(batch_, envelope); }
  // Encrypts or decrypts.
  void Xor(MutableBytes envelope) const {
    const size_t first = batch_size_ - crypto::kSalsaBlockSize;
    for (size_t i = 0; i < first; ++i) envelope[i] ^= batch_[crypto::kSalsaBlockSize + i];
    if (first < envelope.size())
      cipher_.Xor(sizeof batch_ / crypto::kSalsaBlockSize, envelope.subspan(first));
  }

 private:
  static constexpr size_t kMacKeySize = 32;
  // One batch of the widest implementation.
  static constexpr size_t kBatchBlocks = 8;

  // The base key mixed with the header, hops masked, and the length, low byte first (vl1.md §4.3).
  static const uint8_t* PacketKey(uint8_t (&key)[32], const uint8_t* salsa_key, ByteSpan packet) {
    std::memcpy(key, salsa_key, sizeof key);
    for (size_t i = 0; i < kFlags; ++i) key[i] ^= packet[i];
    key[kFlags] ^= packet[kFlags] & static_cast<uint8_t>(~kHopsMask);
    key[19] ^= static_cast<uint8_t>(packet.size());
    key[20] ^= static_cast<uint8_t>(packet.size() >> 8);
    return key;
  }

  uint8_t key_[32];
  crypto::Salsa20 cipher_;
  size_t batch_size_;
  alignas(32) uint8_t batch_[kBatchBlocks * crypto::kSalsaBlockSize];
};

bool OpenSalsa(const uint8_t* salsa_key, MutableBytes packet, bool encrypted) {
  const PacketStream stream(salsa_key, packet, encrypted);
  const MutableBytes envelope = packet.subspan(kVerb);
  const ByteArray<16> tag = stream.Tag(envelope);
  if (!crypto::ConstantTimeEqual(ByteSpan(tag).first(kMacSize), packet.subspan(kMac, kMacSize)))
    return false;
  if (encrypted) stream.Xor(envelope);
  return true;
}

// vl1.md §4.4. The wire's packet id stays: the drawn one is not restored (§3.4).
bool OpenAes(const crypto::AesGmacSiv& aes, MutableBytes packet) {
  ByteArray<16> tag;
  std::memcpy(tag.data(), packet.data(), 8);
  std::memcpy(tag.data() + 8, packet.data() + kMac, kMacSize);
  uint8_t aad[crypto::AesGmacSiv::kAadSize];
  std::memcpy(aad, packet.data() + kDestination, sizeof aad);
  aad[10] &= static_cast<uint8_t>(~kHopsMask);
  return aes.Open(tag, aad, packet.subspan(kVerb));
}

}  // namespace

bool AesInHardware() { return crypto::AesInHardware(); }

PeerKeys::PeerKeys(const AgreedKey& agreed) {
  std::memcpy(salsa_key_, agreed.data(), sizeof salsa_key_);
  ByteArray<48> k0 = crypto::Kbkdf(agreed, crypto::kLabelGmacKey);
  ByteArray<48> k1 = crypto::Kbkdf(agreed, crypto::kLabelCipherKey);
  aes_ = crypto::AesGmacSiv::Create(k0.data(), k1.data());
  crypto::SecureWipe(k0);
  crypto::SecureWipe(k1);
}

PeerKeys::~PeerKeys() { crypto::SecureWipe(salsa_key_); }

void PeerKeys::Seal(CipherSuite suite, MutableBytes packet) const {
  ZT_CHECK(packet.size() >= kMinPacket && (packet[kFlags] & kHopsMask) == 0);
  ZT_CHECK(suite != CipherSuite::kTrustedPath);
  const bool salsa = suite == CipherSuite::kSalsa2012Poly1305;
  packet[kFlags] &= static_cast<uint8_t>(~(kSuiteMask | kLegacyEncrypted));
  packet[kFlags] |=
      static_cast<uint8_t>(static_cast<unsigned>(suite) << 3 | (salsa ? kLegacyEncrypted : 0));
  const MutableBytes envelope = packet.subspan(kVerb);
  if (suite == CipherSuite::kAesGmacSiv) {
    const ByteArray<16> tag = aes_->Seal(packet.data(), packet.data() + kDestination, envelope);
    std::memcpy(packet.data(), tag.data(), 8);
    std::memcpy(packet.data() + kMac, tag.data() + 8, kMacSize);
    return;
  }
  const PacketStream stream(salsa_key_, packet, salsa);
  if (salsa) stream.Xor(envelope);
  const ByteArray<16> tag = stream.Tag(envelope);
  std::memcpy(packet.data() + kMac, tag.data(), kMacSize);
}

bool PeerKeys::Open(MutableBytes packet) const {
  if (packet.size() < kMinPacket) return false;
  switch (SuiteOf(packet)) {
    case CipherSuite::kPoly1305:
      return OpenSalsa(salsa_key_, packet, false);
    case CipherSuite::kSalsa2012Poly1305:
      return OpenSalsa(salsa_key_, packet, true);
    case CipherSuite::kAesGmacSiv:
      return OpenAes(*aes_, packet);
    case CipherSuite::kTrustedPath:
      break;  // Decided by path and id, not by keys (vl1.md §3.11).
  }
  return false;
}

void PeerKeys::CryptHelloTail(MutableBytes packet, size_t tail_offset) const {
  ZT_CHECK(packet.size() >= kMinPacket && tail_offset <= packet.size());
  uint8_t nonce[8];
  std::memcpy(nonce, packet.data(), sizeof nonce);
  nonce[7] &= 0xf8;  // vl1.md §4.6
  const crypto::Salsa20 cipher(crypto::SalsaRounds::k12, salsa_key_, nonce);
  cipher.Xor(0, packet.subspan(tail_offset));
}

}  // namespace zt::vl1
