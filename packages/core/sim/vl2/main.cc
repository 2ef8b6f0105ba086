// zt_vl2_sim: multicast and revocation on a simulated internet; prints what each seed cost, stops at none.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

#include "sim/vl2/multicast.h"
#include "sim/vl2/revocation.h"

namespace {

using namespace zt::sim;

struct Arguments {
  uint64_t first = 1, last = 1;
  size_t members = 64, minutes = 4;
  std::string scenario = "all";
  std::string directory = ".";
  bool valid = true;
};

constexpr const char* kUsage =
    "usage: zt_vl2_sim [--scenario multicast|revocation|all] [--seeds A..B] [--members N] [--minutes N]\n"
    "                  [--pcap-directory DIR]\n"
    "  --seeds A..B          default 1..1\n"
    "  --members N           of the multicast scenarios, 12 to 64, default 64\n"
    "  --minutes N           that are counted, default 4, at least 3\n"
    "  --pcap-directory DIR  where captures of failing seeds go, default here\n";

Arguments Parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = values[i];
    char* end = nullptr;
    if (name == "--seeds") {
      arguments.first = arguments.last = std::strtoull(values[i + 1], &end, 10);
      if (std::strncmp(end, "..", 2) == 0) arguments.last = std::strtoull(end + 2, &end, 10);
      arguments.valid = arguments.valid && *end == 0 && arguments.first <= arguments.last;
    } else if (name == "--members") {
      arguments.members = std::strtoull(values[i + 1], nullptr, 10);
    } else if (name == "--minutes") {
      arguments.minutes = std::strtoull(values[i + 1], nullptr, 10);
    } else if (name == "--scenario") {
      arguments.scenario = values[i + 1];
    } else if (name == "--pcap-directory") {
      arguments.directory = values[i + 1];
    } else {
      arguments.valid = false;
    }
  }
  const std::string& s = arguments.scenario;
  arguments.valid = arguments.valid && count % 2 == 1 && (s == "all" || s == "multicast" || s == "revocation");
  arguments.valid = arguments.valid && arguments.members >= 12 && arguments.members <= 64 && arguments.minutes >= 3;
  return arguments;
}

// Prints, and writes a capture of the same run when it failed. Whether all was well.
template <typename Verdict>
bool Tell(const std::string& what, const Arguments& arguments, const Verdict& verdict, const std::string& numbers,
          const std::function<void(const std::string&)>& again) {
  std::printf("%s: %s; %s\n", what.c_str(), verdict.ok() ? "ok" : "FAILED", numbers.c_str());
  if (!verdict.ok()) {
    std::printf("%s", verdict.fault.c_str());
    std::string path = arguments.directory + "/vl2-" + what + ".pcapng";
    for (char& c : path) c = c == ' ' ? '-' : c;
    again(path);
    std::printf("capture: %s\n", path.c_str());
  }
  std::fflush(stdout);
  return verdict.ok();
}

bool RunMulticastSeed(uint64_t seed, const Arguments& arguments) {
  const size_t members = arguments.members, minutes = arguments.minutes;
  const auto small = static_cast<uint32_t>(members / 4);
  const struct {
    const char* name;
    MulticastPlan plan;
  } scenarios[] = {
      {"all", {.seed = seed, .members = members, .limit = 64, .minutes = minutes}},
      {"limit", {.seed = seed, .members = members, .limit = small, .minutes = minutes}},
      {"replicator", {.seed = seed, .members = members, .limit = 64, .minutes = minutes, .replicator = true}},
      {"change", {.seed = seed, .members = members, .limit = 64, .minutes = minutes, .late = 4, .leave = 4}},
      {"loss", {.seed = seed, .members = members, .limit = 64, .minutes = minutes, .loss = 20'000}},
  };
  bool ok = true;
  for (const auto& [name, plan] : scenarios) {
    const MulticastVerdict verdict = RunMulticast(plan);
    const std::string numbers =
        std::to_string(members) + " members, limit " + std::to_string(plan.limit) + ": " +
        std::to_string(verdict.said) + " said, " + std::to_string(verdict.heard) + " of " +
        std::to_string(verdict.owed) + " heard (at first " + std::to_string(verdict.first_heard) + " of " +
        std::to_string(verdict.first_owed) + "); " + verdict.paid.ToString() +
        (verdict.due.frames == 0 ? "" : "; by vl2.md §12: " + verdict.due.ToString());
    const std::string what = "multicast " + std::string(name) + " " + std::to_string(seed);
    ok = Tell(what, arguments, verdict, numbers, [&plan = plan](const std::string& p) { RunMulticast(plan, p); }) && ok;
  }
  return ok;
}

bool RunRevocationSeed(uint64_t seed, const Arguments& arguments) {
  const RevocationPlan plan{.seed = seed};
  const RevocationVerdict verdict = RunRevocation(plan);
  const std::string numbers = "flood: " + std::to_string(verdict.slowest) + " ms; certificate alone: " +
                              std::to_string(verdict.certificate) + " ms, at most " +
                              std::to_string(verdict.allowed);
  return Tell("revocation " + std::to_string(seed), arguments, verdict, numbers,
              [&plan](const std::string& p) { RunRevocation(plan, p); });
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments = Parse(count, values);
  if (!arguments.valid) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  uint64_t failed = 0;
  for (uint64_t seed = arguments.first; seed <= arguments.last; ++seed) {
    bool ok = true;
    if (arguments.scenario != "revocation") ok = RunMulticastSeed(seed, arguments);
    if (arguments.scenario != "multicast") ok = RunRevocationSeed(seed, arguments) && ok;
    failed += ok ? 0 : 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%llu seeds, %llu failed; %.1f s\n",
              static_cast<unsigned long long>(arguments.last - arguments.first + 1),
              static_cast<unsigned long long>(failed), took.count());
  return failed == 0 ? 0 : 1;
}
