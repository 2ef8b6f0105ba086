// The memory-hard function that ties a node's address to its public key (vl1.md §2.3), done in
// slices.
#pragma once

#include <memory>
#include <optional>

#include "crypto/salsa20.h"
#include "zt/bytes.h"

namespace zt::crypto {

class AddressWork {
 public:
  static constexpr size_t kMemory = 2097152;  // bytes
  static constexpr size_t kFillBlocks = kMemory / kSalsaBlockSize;
  static constexpr size_t kMixRounds = kMemory / 16;
  // Blocks of stream in one evaluation: the unit in which Step counts.
  static constexpr size_t kTotalBlocks = kFillBlocks + kMixRounds;

  // Allocates the two megabytes; one object serves any number of evaluations.
  AddressWork();
  ~AddressWork();

  // Begins the evaluation for a 64-byte public key.
  void Start(ByteSpan public_key64);
  // Goes on for at most `blocks` blocks. True when the digest is there.
  bool Step(size_t blocks);

  // Meaningful once Step has returned true.
  const ByteArray<64>& digest() const { return digest_; }
  bool MeetsCondition() const { return digest_[0] < 17; }
  // digest[59..64) as the 40-bit number it is; it may be a reserved address.
  uint64_t Address() const;
  // The memory as it stands, for tests against published intermediate values.
  ByteSpan memory() const { return {memory_.get(), kMemory}; }

 private:
  // Stream computed at a time: several batches of the widest implementation, and small beside the
  // L1 cache.
  static constexpr size_t kStreamBlocks = 64;

  const uint8_t* NextStreamBlock();
  void FillBlock(const uint8_t* stream);
  void MixRound(const uint8_t* stream);

  std::unique_ptr<uint8_t[]> memory_;
  std::optional<Salsa20> cipher_;
  ByteArray<64> digest_{};
  size_t done_ = 0;  // blocks of stream consumed
  alignas(32) uint8_t stream_[kStreamBlocks * kSalsaBlockSize];
};

}  // namespace zt::crypto
