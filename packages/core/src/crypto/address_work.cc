#include "crypto/address_work.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/little_endian.h"
#include "crypto/provider.h"

namespace zt::crypto {

AddressWork::AddressWork() : memory_(new uint8_t[kMemory]) {}
AddressWork::~AddressWork() = default;

void AddressWork::Start(ByteSpan public_key64) {
  ZT_CHECK(public_key64.size() == 64);
  digest_ = Sha512(public_key64);
  // The cipher is keyed once; later changes of the digest do not reach it (vl1.md §2.3).
  cipher_.emplace(SalsaRounds::k20, digest_.data(), digest_.data() + 32);
  done_ = 0;
}

const uint8_t* AddressWork::NextStreamBlock() {
  const size_t slot = done_ % kStreamBlocks;
  if (slot == 0) cipher_->Keystream(done_, stream_);
  return stream_ + slot * kSalsaBlockSize;
}

// buf block i := buf block i-1 ⊕ stream; block 0 is the stream.
void AddressWork::FillBlock(const uint8_t* stream) {
  uint8_t* const block = memory_.get() + done_ * kSalsaBlockSize;
  if (done_ == 0) {
    std::memcpy(block, stream, kSalsaBlockSize);
    return;
  }
  const uint8_t* const previous = block - kSalsaBlockSize;
  for (size_t i = 0; i < kSalsaBlockSize; i += 8) {
    StoreLe64(block + i, LoadLe64(previous + i) ^ LoadLe64(stream + i));
  }
}

// Swaps one word of the digest with one of the memory, both chosen by the memory, then moves the
// digest on.
void AddressWork::MixRound(const uint8_t* stream) {
  const uint8_t* const words = memory_.get() + (done_ - kFillBlocks) * 16;
  // Words are big-endian; a power-of-two modulus keeps the low bits, which stand last.
  const size_t a = words[7] & 7;
  const size_t b =
      (static_cast<size_t>(words[13]) << 16 | static_cast<size_t>(words[14]) << 8 | words[15]) &
      262143;
  uint8_t* const in_digest = digest_.data() + 8 * a;
  uint8_t* const in_memory = memory_.get() + 8 * b;
  const uint64_t word = LoadLe64(in_digest);
  StoreLe64(in_digest, LoadLe64(in_memory));
  StoreLe64(in_memory, word);
  for (size_t i = 0; i < kSalsaBlockSize; i += 8) {
    StoreLe64(digest_.data() + i, LoadLe64(digest_.data() + i) ^ LoadLe64(stream + i));
  }
}

bool AddressWork::Step(size_t blocks) {
  ZT_CHECK(cipher_.has_value());
  const size_t stop = done_ + std::min(blocks, kTotalBlocks - done_);
  for (; done_ < std::min(stop, kFillBlocks); ++done_) FillBlock(NextStreamBlock());
  for (; done_ < stop; ++done_) MixRound(NextStreamBlock());
  return done_ == kTotalBlocks;
}

uint64_t AddressWork::Address() const {
  uint64_t address = 0;
  for (size_t i = 59; i < 64; ++i) address = address << 8 | digest_[i];
  return address;
}

}  // namespace zt::crypto
