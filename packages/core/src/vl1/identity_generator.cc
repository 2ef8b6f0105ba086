#include "vl1/identity_generator.h"

#include "crypto/address_work.h"
#include "crypto/provider.h"

namespace zt::vl1 {
namespace {

// A few milliseconds on slow machines, about one on fast ones.
constexpr size_t kBlocksPerStep = 8192;

}  // namespace

struct IdentityGenerator::Work {
  explicit Work(RandomSource& source) : random(source) {}
  ~Work() {
    crypto::SecureWipe(scalar);
    crypto::SecureWipe(seed);
  }

  // vl1.md §2.4 step 1: a new key pair for signatures.
  void BeginIdentity() {
    random.Fill(seed);
    const crypto::Key32 ed = crypto::Ed25519PublicFromSeed(seed);
    std::memcpy(public_key.data() + 32, ed.data(), 32);
  }
  // Step 2: another key pair for agreement, tried against the work condition.
  void BeginAttempt() {
    random.Fill(scalar);
    const crypto::Key32 x = crypto::X25519Base(scalar);
    std::memcpy(public_key.data(), x.data(), 32);
    work.Start(public_key);
  }

  RandomSource& random;
  crypto::AddressWork work;
  crypto::Key32 scalar{};
  crypto::Key32 seed{};
  ByteArray<kPublicKeySize> public_key{};
};

IdentityGenerator::IdentityGenerator(RandomSource& random) : work_(new Work(random)) {
  work_->BeginIdentity();
  work_->BeginAttempt();
}

IdentityGenerator::~IdentityGenerator() = default;

std::optional<SecretIdentity> IdentityGenerator::Step() {
  if (!work_->work.Step(kBlocksPerStep)) return std::nullopt;
  const NodeAddress address{work_->work.Address()};
  std::optional<SecretIdentity> found;
  if (work_->work.MeetsCondition() && address.IsValid()) {
    ByteArray<kPrivateKeySize> private_key;
    std::memcpy(private_key.data(), work_->scalar.data(), 32);
    std::memcpy(private_key.data() + 32, work_->seed.data(), 32);
    found.emplace(Identity{address, work_->public_key}, private_key);
    crypto::SecureWipe(private_key);
    // Another call begins another identity, which shares nothing with this one.
    work_->BeginIdentity();
  }
  work_->BeginAttempt();
  return found;
}

}  // namespace zt::vl1
