// Armor: authentication and encryption of whole packets, in place (vl1.md §4).
#pragma once

#include <memory>

#include "wire/identity.h"
#include "zt/bytes.h"

namespace zt::crypto {
class AesGmacSiv;
}

namespace zt::vl1 {

enum class CipherSuite : uint8_t {
  kPoly1305 = 0,
  kSalsa2012Poly1305 = 1,
  kTrustedPath = 2,
  kAesGmacSiv = 3
};

// True iff this machine runs suite 3 at the speed of its AES instructions; never on WebAssembly.
// What a node announces hangs on it (vl1.md §4.8). Suite 3 is sealed and opened everywhere, in
// constant time.
bool AesInHardware();

// The keys shared with one peer, expanded once (vl1.md §4.2). Wiped when dropped.
class PeerKeys {
 public:
  explicit PeerKeys(const AgreedKey& agreed);
  ~PeerKeys();
  PeerKeys(const PeerKeys&) = delete;
  PeerKeys& operator=(const PeerKeys&) = delete;

  // Seals a complete packet of >= 28 bytes: sets the suite bits and the legacy 0x80 flag, requires
  // hop bits 0, fills the MAC. Under suite 3 the packet id changes (vl1.md §3.4, §4.4).
  // kTrustedPath is not sealed here. FRAGMENTED (0x40) must already be in place.
  void Seal(CipherSuite suite, MutableBytes packet) const;
  // Verifies and decrypts in place by the suite in the header; hops are ignored. False: not
  // authentic (bytes undefined).
  bool Open(MutableBytes packet) const;
  // HELLO tail (vl1.md §4.6): encrypts or decrypts packet[tail_offset..) with the packet id's low
  // three bits cleared.
  void CryptHelloTail(MutableBytes packet, size_t tail_offset) const;

 private:
  uint8_t salsa_key_[32];
  std::unique_ptr<crypto::AesGmacSiv> aes_;
};

}  // namespace zt::vl1
