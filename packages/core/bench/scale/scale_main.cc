// zt_scale_bench root|joined|idle: what many peers, many nodes, and nothing at all cost. Prints Markdown tables; the
// exit code is 1 when a cost that has to be linear is not.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/scale/root_load.h"

namespace {

using zt::bench::RootCost;

constexpr zt::Millis kHelloRound = 60'000, kSteady = 60'000;
// A larger table misses the caches more often; a cost that grows with the table would pass this by far (tenfold).
constexpr double kMaxCpuRatio = 2.0;
constexpr double kMaxBytesRatio = 1.3;

int Roots(std::vector<size_t> sizes) {
  std::printf("| leaves | CPU of a first HELLO (us) | packets/s | us/packet | CPU per 1,000 leaves (ms per s) | "
              "bytes per leaf | introductions | answered | wake-ups/s |\n");
  std::printf("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  std::vector<RootCost> costs;
  for (size_t leaves : sizes) {
    const RootCost c = zt::bench::RootLoad(leaves).Run(kHelloRound, kSteady);
    std::printf("| %zu | %.1f | %.0f | %.2f | %.3f | %.0f | %llu | %.3f | %.1f |\n", c.leaves, c.hello_us,
                c.packets_per_second, c.us_per_packet, c.steady_ms_per_1000, c.bytes_per_leaf,
                static_cast<unsigned long long>(c.introductions), c.answered,
                static_cast<double>(c.wake_ups) * 1000 / static_cast<double>(kSteady));
    std::fflush(stdout);
    costs.push_back(c);
  }
  const RootCost &first = costs.front(), &last = costs.back();
  const double cpu = last.steady_ms_per_1000 / first.steady_ms_per_1000;
  const double bytes = last.bytes_per_leaf / first.bytes_per_leaf;
  std::printf("\n%zu leaves against %zu: CPU per leaf x%.2f (at most %.1f), bytes per leaf x%.2f (at most %.1f)\n",
              last.leaves, first.leaves, cpu, kMaxCpuRatio, bytes, kMaxBytesRatio);
  const bool answered = std::all_of(costs.begin(), costs.end(), [](const RootCost& c) { return c.answered > 0.99; });
  if (!answered) std::printf("FAILED: not every packet was answered\n");
  return cpu <= kMaxCpuRatio && bytes <= kMaxBytesRatio && answered ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 2 && std::strcmp(argv[1], "root") == 0) {
    std::vector<size_t> sizes;
    for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    if (sizes.empty()) sizes = {10'000, 25'000, 50'000, 100'000};
    return Roots(sizes);
  }
  std::fprintf(stderr, "usage: zt_scale_bench root [LEAVES ...]\n");
  return 2;
}
