// The table of identities whose work function was computed, and who may have whose place in it.
#include "vl1/checked_identities.h"

#include <bit>
#include <cstring>

#include "base/seeded_random.h"
#include "testing/vl1_lab.h"

namespace zt::testing {
namespace {

Identity Known() { return SecretIdentity::ParseText(kTestSecrets[4])->identity(); }

uint64_t Word(const Identity& identity, size_t offset) {
  uint64_t word = 0;
  std::memcpy(&word, identity.public_key.data() + offset, sizeof word);
  return word;
}

void SetWord(Identity& identity, size_t offset, uint64_t word) {
  std::memcpy(identity.public_key.data() + offset, &word, sizeof word);
}

TEST_CASE("what was computed is known, for this identity and no other") {
  SeededRandom random(1);
  vl1::CheckedIdentities checked{SipHash(random)};
  const Identity good = Known();
  CHECK_FALSE(checked.Find(good));
  CHECK(checked.Check(good));
  CHECK(checked.Find(good) == true);
  Identity bad = good;
  bad.public_key[63] ^= 1;
  CHECK_FALSE(checked.Find(bad));
  CHECK_FALSE(checked.Check(bad));
  CHECK(checked.Find(bad) == false);
}

// The half of the key that signs may be anything in a HELLO that is authentic. Whoever could choose it so that two
// identities have one place, whatever the secret, could have every check of a certain node computed anew.
TEST_CASE("nobody chooses an identity for the place of another's") {
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    SeededRandom random(seed);
    vl1::CheckedIdentities checked{SipHash(random)};
    const Identity known = Known();
    checked.Check(known);
    Identity same_sum = SecretIdentity::ParseText(kTestSecrets[3])->identity();
    const uint64_t difference = Word(known, 0) ^ std::rotl(Word(known, 32), 23) ^ known.address.value;
    SetWord(same_sum, 32, std::rotr(difference ^ Word(same_sum, 0) ^ same_sum.address.value, 23));
    Identity same_words = known;
    same_words.public_key[50] ^= 1;
    for (const Identity& aimed : {same_sum, same_words}) {
      CHECK_FALSE(checked.Check(aimed));
      CHECK(checked.Find(known) == true);
    }
  }
}

}  // namespace
}  // namespace zt::testing
