// zt_netstack_bench [--bytes N] [--mtu N] [--v6] [--in-place]: one transfer, its speed, and for callgrind nothing else.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/netstack_transfer.h"

namespace {

int Usage() {
  std::fprintf(stderr, "usage: zt_netstack_bench [--bytes N] [--mtu 1280..10000] [--v6] [--in-place]\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  zt::bench::TransferPlan plan;
  plan.bytes = uint64_t{4} << 30;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--v6") == 0) {
      plan.v6 = true;
    } else if (std::strcmp(argv[i], "--in-place") == 0) {
      plan.in_place = true;
    } else if (std::strcmp(argv[i], "--bytes") == 0 && has_value) {
      plan.bytes = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "--mtu") == 0 && has_value) {
      plan.mtu = static_cast<uint32_t>(std::strtoul(argv[++i], nullptr, 10));
    } else {
      return Usage();
    }
  }
  if (plan.bytes == 0 || plan.mtu < 1280 || plan.mtu > 10000) return Usage();
  const auto start = std::chrono::steady_clock::now();
  const zt::bench::TransferResult result = zt::bench::RunTransfer(plan);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%llu bytes, %llu data segments, %llu frames, %.3f s, %.2f Gbit/s, %.0f ns per data segment\n",
              static_cast<unsigned long long>(result.bytes), static_cast<unsigned long long>(result.segments),
              static_cast<unsigned long long>(result.frames), seconds,
              static_cast<double>(result.bytes) * 8e-9 / seconds,
              seconds * 1e9 / static_cast<double>(result.segments == 0 ? 1 : result.segments));
  return result.bytes == plan.bytes ? 0 : 1;
}
