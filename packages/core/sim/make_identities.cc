// zt_make_identities COUNT SEED: prints a header of new identities for simulated hosts (sim/identities.h).
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/seeded_random.h"
#include "zt/makers.h"

int main(int count, char** values) {
  if (count != 3) {
    std::fputs("usage: zt_make_identities COUNT SEED > identities.h\n", stderr);
    return 2;
  }
  const unsigned long wanted = std::strtoul(values[1], nullptr, 10);
  zt::SeededRandom random(std::strtoull(values[2], nullptr, 10));
  std::puts("// Identities of simulated hosts. Made by zt_make_identities; their secrets are public.\n#pragma once\n");
  std::puts("#include <string_view>\n\nnamespace zt::sim {\n");
  std::printf("inline constexpr std::string_view kIdentities[] = {\n");
  for (unsigned long made = 0; made < wanted; ++made) {
    uint8_t seed[32];
    random.Fill(seed);
    const auto maker = zt::IdentityMaker::Create(seed);
    std::string text;
    while (text.empty()) text = maker->Step();
    for (size_t at = 0; at < text.size(); at += 110) {
      std::printf("    \"%s\"%s\n", text.substr(at, 110).c_str(), at + 110 >= text.size() ? "," : "");
    }
    std::fflush(stdout);
  }
  std::puts("};\n\n}  // namespace zt::sim");
  return 0;
}
