// The two identities of vl1.md Appendix B, whose secrets are public on purpose. For tests only.
#pragma once

#include "base/check.h"
#include "wire/secret_identity.h"

namespace zt::testing {

inline SecretIdentity ParseSecret(std::string_view text) {
  std::optional<SecretIdentity> parsed = SecretIdentity::ParseText(text);
  ZT_CHECK(parsed.has_value());
  return *parsed;
}

inline SecretIdentity Alice() {
  return ParseSecret(
      "176c59253c:0:f4f3c4da1860acd10d73c5fc4901b8401770895f27bad56a6958b8e5c69c1f0ed9678dc61de49"
      "68e338319c6ad31938fae96833108c0ef8840578b515b2825de:d8040cd749361a0e4cd45ff69358bf46777958"
      "c5a8a970310fe1b6efe81260762d463b41d332f386e15299a7c8af1f58a840681eb3f2ea920175ef5124cc82bb");
}

inline SecretIdentity Bob() {
  return ParseSecret(
      "01abd44df2:0:f7936be6f6c23d198d53c66cd01d9c9a7cf1b8876251e51a44546b9832482d6fca8483501ef26"
      "005538643893ce721a549f9c6fe3a5f81c07eb8bfb742e65192:f9d38745926408274dca5413607ba0783b1357"
      "398854f8a3891ac96e6bc1d7605bda2ca095da8ced00e4421c33ef779dd96cdac0fef56ec149d39c05a278d890");
}

}  // namespace zt::testing
