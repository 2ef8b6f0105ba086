#include "zt/makers.h"

#include <algorithm>
#include <utility>

#include "crypto/drbg.h"
#include "crypto/provider.h"
#include "crypto/secure_memory.h"
#include "node/host_codec.h"
#include "vl1/identity_generator.h"
#include "wire/limits.h"
#include "wire/world.h"

namespace zt {

namespace {

bool IsSeed(ByteSpan seed) { return seed.size() >= crypto::Drbg::kMinSeed && seed.size() <= crypto::Drbg::kMaxSeed; }

bool IsZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

struct SigningKey {
  ByteArray<kPublicKeySize> public_key{};
  ByteArray<kPrivateKeySize> private_key{};
  ~SigningKey() { crypto::SecureWipe(private_key.data(), private_key.size()); }
};

// X25519 ‖ Ed25519, as in an identity (vl1.md §2.2).
void MakeKey(RandomSource& random, SigningKey& key) {
  random.Fill(key.private_key);
  crypto::Key32 agreement, seed;
  std::copy_n(key.private_key.begin(), 32, agreement.begin());
  std::copy_n(key.private_key.begin() + 32, 32, seed.begin());
  const crypto::Key32 public_agreement = crypto::X25519Base(agreement);
  const crypto::Key32 public_signing = crypto::Ed25519PublicFromSeed(seed);
  std::copy(public_agreement.begin(), public_agreement.end(), key.public_key.begin());
  std::copy(public_signing.begin(), public_signing.end(), key.public_key.begin() + 32);
  crypto::SecureWipe(agreement.data(), agreement.size());
  crypto::SecureWipe(seed.data(), seed.size());
}

void ReadKey(node::HostReader& in, RandomSource& random, SigningKey& key) {
  key.public_key = in.Array<kPublicKeySize>();
  key.private_key = in.Array<kPrivateKeySize>();
  if (IsZero(key.private_key)) MakeKey(random, key);
}

Status ReadRoot(node::HostReader& in, WorldRoot& root) {
  const auto identity = Identity::ParseText(in.Str16());
  const size_t endpoints = in.U16();
  if (!in.ok() || endpoints > limits::kMaxRootEndpoints) return Status::kInvalidArgument;
  // Nodes would never answer a root whose address does not follow from its key (vl1.md §2.5).
  if (!identity.has_value() || !identity->Validate()) return Status::kInvalidIdentity;
  root.identity = *identity;
  for (size_t i = 0; i < endpoints; ++i) root.endpoints.push_back(in.Ep());
  return in.ok() ? Status::kOk : Status::kInvalidArgument;
}

}  // namespace

struct IdentityMaker::Impl {
  explicit Impl(ByteSpan seed) : random(seed), generator(random) {}
  crypto::Drbg random;
  vl1::IdentityGenerator generator;
};

std::unique_ptr<IdentityMaker> IdentityMaker::Create(ByteSpan seed) {
  if (!IsSeed(seed)) return nullptr;
  return std::unique_ptr<IdentityMaker>(new IdentityMaker(std::make_unique<Impl>(seed)));
}

IdentityMaker::IdentityMaker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IdentityMaker::~IdentityMaker() = default;

std::string IdentityMaker::Step() {
  const auto made = impl_->generator.Step();
  return made.has_value() ? made->ToSecretText() : std::string();
}

Status MakeWorld(ByteSpan seed, ByteSpan spec, Bytes& out) {
  out.clear();
  if (!IsSeed(seed)) return Status::kInvalidArgument;
  crypto::Drbg random(seed);
  node::HostReader in(spec);
  World world;
  world.type = static_cast<WorldType>(in.U8());
  if (world.type != WorldType::kPlanet && world.type != WorldType::kMoon) return Status::kInvalidArgument;
  world.id = in.U64();
  world.timestamp = in.U64();
  world.next_key = in.Array<kPublicKeySize>();
  SigningKey key;
  ReadKey(in, random, key);
  const size_t roots = in.U16();
  if (!in.ok() || world.id == 0 || roots == 0 || roots > limits::kMaxWorldRoots) return Status::kInvalidArgument;
  for (size_t i = 0; i < roots; ++i) {
    if (const Status s = ReadRoot(in, world.roots.emplace_back()); s != Status::kOk) return s;
  }
  if (!in.AtEnd()) return Status::kInvalidArgument;
  if (IsZero(world.next_key)) world.next_key = key.public_key;
  world.Sign(key.public_key, key.private_key);
  if (!world.Verify(key.public_key)) return Status::kInvalidArgument;  // two halves of different keys
  out = world.Serialize();
  out.insert(out.end(), key.public_key.begin(), key.public_key.end());
  out.insert(out.end(), key.private_key.begin(), key.private_key.end());
  return Status::kOk;
}

Status MakePlanet(ByteSpan seed, ByteSpan spec, Bytes& out) {
  constexpr size_t kIdAndTimestamp = 16;
  if (spec.size() < kIdAndTimestamp) return Status::kInvalidArgument;
  Bytes whole{static_cast<uint8_t>(WorldType::kPlanet)};
  whole.insert(whole.end(), spec.begin(), spec.begin() + kIdAndTimestamp);
  whole.resize(whole.size() + kPublicKeySize);  // the signing key is the next one as well
  whole.insert(whole.end(), spec.begin() + kIdAndTimestamp, spec.end());
  const Status status = MakeWorld(seed, whole, out);
  if (status == Status::kOk) out.resize(out.size() - kPublicKeySize - kPrivateKeySize);
  crypto::SecureWipe(whole.data(), whole.size());
  return status;
}

}  // namespace zt
