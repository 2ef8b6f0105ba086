#include "vl1/identity_generator.h"

#include <doctest/doctest.h>

#include "base/seeded_random.h"

namespace zt::vl1 {
namespace {

SecretIdentity Generate(IdentityGenerator& generator, int& steps) {
  std::optional<SecretIdentity> found;
  for (; !found; ++steps) found = generator.Step();
  return *found;
}

TEST_CASE("generated identities are valid, own their keys, and take many slices") {
  SeededRandom random(1);
  IdentityGenerator generator(random);
  int steps = 0;
  const SecretIdentity first = Generate(generator, steps);
  CHECK(steps >= 20);
  CHECK(first.identity().Validate());
  CHECK(SecretIdentity::ParseText(first.ToSecretText()).has_value());
  const Bytes message(3, 7);
  CHECK(first.identity().Verify(message, first.Sign(message)));

  const SecretIdentity second = Generate(generator, steps);
  CHECK(second.identity().Validate());
  CHECK(second.identity().public_key != first.identity().public_key);
  CHECK(*first.Agree(second.identity()) == *second.Agree(first.identity()));
}

}  // namespace
}  // namespace zt::vl1
