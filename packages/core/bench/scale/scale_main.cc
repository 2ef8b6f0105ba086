// zt_scale_bench root|joined|idle: what many peers, many nodes, and nothing at all cost. Prints Markdown tables; the
// exit code is 1 when a cost that has to be linear is not.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/scale/crowd.h"
#include "bench/scale/root_load.h"
#include "bench/scale/stranger_cost.h"
#include "sim/heap_account.h"

namespace {

using zt::Millis;
using zt::bench::Crowd;
using zt::bench::RootCost;

constexpr Millis kHelloRound = 60'000, kSteady = 60'000;
// A larger table misses the caches more often; a cost that grows with the table would pass this by far (tenfold).
constexpr double kMaxCpuRatio = 2.0;
constexpr double kMaxBytesRatio = 1.3;

int Roots(std::vector<size_t> sizes) {
  std::printf("| leaves | HELLO of a cached leaf (us) | packets/s | us/packet | CPU per 1,000 leaves (ms per s) | "
              "bytes per leaf | introductions | answered | wake-ups/s |\n");
  std::printf("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  // What a root holds that has next to no leaves.
  const double fixed = zt::bench::RootLoad(2).Run(1'000, 1'000).heap_bytes;
  const auto bytes_per_leaf = [fixed](const RootCost& c) {
    return (c.heap_bytes - fixed) / static_cast<double>(c.leaves);
  };
  std::vector<RootCost> costs;
  for (size_t leaves : sizes) {
    const RootCost c = zt::bench::RootLoad(leaves).Run(kHelloRound, kSteady);
    std::printf("| %zu | %.1f | %.0f | %.2f | %.3f | %.0f | %llu | %.3f | %.1f |\n", c.leaves, c.hello_us,
                c.packets_per_second, c.us_per_packet, c.steady_ms_per_1000, bytes_per_leaf(c),
                static_cast<unsigned long long>(c.introductions), c.answered,
                static_cast<double>(c.wake_ups) * 1000 / static_cast<double>(kSteady));
    std::fflush(stdout);
    costs.push_back(c);
  }
  const RootCost &first = costs.front(), &last = costs.back();
  const double cpu = last.steady_ms_per_1000 / first.steady_ms_per_1000;
  const double bytes = bytes_per_leaf(last) / bytes_per_leaf(first);
  std::printf("\nfirst HELLO of a stranger, with its work function: %.0f us\n", zt::bench::StrangerUs());
  std::printf("a root without leaves: %.0f KiB, most of it the transmit queues\n", fixed / 1024);
  std::printf("%zu leaves against %zu: CPU per leaf x%.2f (at most %.1f), bytes per leaf x%.2f (at most %.1f)\n",
              last.leaves, first.leaves, cpu, kMaxCpuRatio, bytes, kMaxBytesRatio);
  const bool answered = std::all_of(costs.begin(), costs.end(), [](const RootCost& c) { return c.answered > 0.99; });
  if (!answered) std::printf("FAILED: not every packet was answered\n");
  return cpu <= kMaxCpuRatio && bytes <= kMaxBytesRatio && answered ? 0 : 1;
}

// Resident memory of the process, bytes (Linux).
size_t Resident() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  unsigned long size = 0, resident = 0;
  const bool read = std::fscanf(file, "%lu %lu", &size, &resident) == 2;
  std::fclose(file);
  return read ? resident * 4096 : 0;
}

constexpr double kMaxIdleCore = 0.02;
constexpr Millis kSettle = 900'000, kWatch = 600'000;

// A crowd of joined members left alone, after the contacts of joining have gone to sleep (500 s, vl1.md §7.1).
int Joined(size_t members) {
  const size_t before = Resident();
  Crowd crowd(members);
  const size_t others = Resident() - before;
  crowd.Join(100);
  crowd.Run(kSettle);
  crowd.Reset();
  crowd.Run(kWatch);
  double cpu = 0;
  uint64_t wake_ups = 0, packets = 0;
  for (size_t i = 0; i < members; ++i) {
    cpu += crowd.member(i).cpu.seconds();
    wake_ups += crowd.member(i).wake_ups;
    packets += crowd.member(i).sent + crowd.member(i).received;
  }
  const double seconds = static_cast<double>(kWatch) / 1000, n = static_cast<double>(members);
  const double heap = static_cast<double>(zt::sim::HeapAccount::Bytes(Crowd::kMembersAccount));
  std::printf("| nodes | joined | %% of a core, all | wake-ups/s each | packets/min each | heap each (KiB) | "
              "resident each (KiB) |\n"
              "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  std::printf("| %zu | %zu | %.3f | %.3f | %.1f | %.0f | %.0f |\n", members, crowd.joined(), 100 * cpu / seconds,
              static_cast<double>(wake_ups) / seconds / n, static_cast<double>(packets) * 60 / seconds / n,
              heap / n / 1024, static_cast<double>(Resident() - before - others) / n / 1024);
  std::printf("\nroot: %.3f %% of a core, controller: %.3f %%; strangers refused: %llu\n",
              100 * crowd.root().cpu.seconds() / seconds, 100 * crowd.controller().cpu.seconds() / seconds,
              static_cast<unsigned long long>(crowd.dropped(zt::DropReason::kIdentityInvalid)));
  const bool all = crowd.joined() >= members;
  if (!all) std::printf("FAILED: not everybody joined\n");
  return all && cpu / seconds < kMaxIdleCore ? 0 : 1;
}

// One node with a root and three direct peers (the controller and two members).
int Idle() {
  std::printf("| an idle node, one root, three direct peers | wake-ups/s | of them timers/s | packets out/min | "
              "in/min | CPU (us per s) | direct peers |\n"
              "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  std::string lines;
  Crowd crowd(3);
  crowd.Join(1'000);
  crowd.Run(10'000);
  for (size_t peer : {1, 2}) crowd.Ping(0, peer);
  crowd.LookAt(0);
  const auto watch = [&crowd, &lines](const char* name, Millis settle, Millis duration) {
    crowd.Run(settle);
    crowd.Reset();
    crowd.Run(duration);
    const double seconds = static_cast<double>(duration) / 1000;
    const zt::bench::Activity& a = crowd.member(0);
    std::printf("| %s | %.3f | %.3f | %.1f | %.1f | %.1f | %zu |\n", name,
                static_cast<double>(a.wake_ups) / seconds,
                static_cast<double>(a.timeouts) / seconds, static_cast<double>(a.sent) * 60 / seconds,
                static_cast<double>(a.received) * 60 / seconds, a.cpu.seconds() * 1e6 / seconds,
                crowd.DirectPeersOf(0));
    lines += std::string("\n") + name + ", per minute:\n";
    for (const auto* counts : {&a.kinds, &a.reasons}) {
      for (const auto& [what, count] : *counts) {
        char line[160];
        std::snprintf(line, sizeof line, "  %6.2f %s%s\n", static_cast<double>(count) * 60 / seconds,
                      counts == &a.reasons ? "timer: " : "", what.c_str());
        lines += line;
      }
    }
  };
  watch("frames with all three within the last 500 s", 60'000, 360'000);
  watch("no frames for 500 s", 400'000, 3'600'000);
  std::printf("%s", lines.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 2 && std::strcmp(argv[1], "root") == 0) {
    std::vector<size_t> sizes;
    for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    if (sizes.empty()) sizes = {10'000, 25'000, 50'000, 100'000};
    return Roots(sizes);
  }
  if (argc >= 2 && std::strcmp(argv[1], "joined") == 0) {
    const size_t members = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 1000;
    if (members > 0) return Joined(members);
  }
  if (argc == 2 && std::strcmp(argv[1], "idle") == 0) return Idle();
  std::fprintf(stderr, "usage: zt_scale_bench root [LEAVES ...] | joined [NODES] | idle\n");
  return 2;
}
