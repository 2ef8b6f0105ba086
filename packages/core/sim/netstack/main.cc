// zt_netstack_sim: runs seeds, stops at none, prints each that fails with its parameters and a capture file.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "sim/netstack/capture.h"

namespace {

using namespace zt::netstack::sim;

struct Arguments {
  uint64_t first = 1, last = 300;
  Size size = Size::kFull;
  std::string pcap;
  std::string directory = ".";
  bool trace = false;
  bool valid = true;
};

constexpr const char* kUsage =
    "usage: zt_netstack_sim [--seeds A..B | --seed N] [--small] [--pcap FILE] [--pcap-directory DIR] [--trace]\n"
    "  --seeds A..B         default 1..300\n"
    "  --small              a tenth of the bytes (for sanitizers); another run than the same seed without it\n"
    "  --pcap FILE          capture of the (last) seed, also when it passes\n"
    "  --pcap-directory DIR where captures of failing seeds go, default here\n"
    "  --trace              every event of the applications\n";

Arguments Parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    const char* value = i + 1 < count ? values[i + 1] : nullptr;
    if (name == "--small") {
      arguments.size = Size::kSmall;
      continue;
    }
    if (name == "--trace") {
      arguments.trace = true;
      continue;
    }
    char* end = nullptr;
    if (value == nullptr) arguments.valid = false;
    else if (name == "--seed") arguments.first = arguments.last = std::strtoull(value, &end, 10);
    else if (name == "--seeds") {
      arguments.first = std::strtoull(value, &end, 10);
      arguments.valid = arguments.valid && std::strncmp(end, "..", 2) == 0;
      if (arguments.valid) arguments.last = std::strtoull(end + 2, &end, 10);
    } else if (name == "--pcap") arguments.pcap = value;
    else if (name == "--pcap-directory") arguments.directory = value;
    else arguments.valid = false;
    if (end != nullptr && *end != 0) arguments.valid = false;
    ++i;
  }
  return arguments;
}

// The same seed again, written down.
void Record(const Scenario& scenario, const std::string& path, bool trace) {
  Capture capture(!path.empty(), trace);
  Simulation(scenario, &capture).Run();
  if (path.empty()) return;
  if (capture.Save(path)) std::printf("capture: %s\n", path.c_str());
  else std::printf("capture: cannot write %s\n", path.c_str());
}

bool RunSeed(uint64_t seed, const Arguments& arguments, Verdict& total) {
  const Scenario scenario = DrawScenario(seed, arguments.size);
  const Verdict verdict = Simulation(scenario).Run();
  total.bytes += verdict.bytes;
  total.frames += verdict.frames;
  total.wakes += verdict.wakes;
  total.took += verdict.took;
  if (!verdict.ok()) {
    std::printf("FAILED seed %llu%s: %s\n%s%s", static_cast<unsigned long long>(seed),
                arguments.size == Size::kSmall ? " --small" : "", verdict.fault.c_str(), verdict.state.c_str(),
                scenario.Describe().c_str());
  }
  std::string path = arguments.pcap;
  if (path.empty() && !verdict.ok()) path = arguments.directory + "/netstack-sim-" + std::to_string(seed) + ".pcapng";
  if (!path.empty() || arguments.trace) Record(scenario, path, arguments.trace);
  std::fflush(stdout);
  return verdict.ok();
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments = Parse(count, values);
  if (!arguments.valid || arguments.last < arguments.first) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  Verdict total;
  uint64_t failed = 0;
  for (uint64_t seed = arguments.first; seed <= arguments.last; ++seed) {
    if (!RunSeed(seed, arguments, total)) ++failed;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%llu seeds, %llu failed; %.1f MB, %llu frames, %llu wake-ups, %.1f h of virtual time in %.1f s\n",
              static_cast<unsigned long long>(arguments.last - arguments.first + 1),
              static_cast<unsigned long long>(failed), static_cast<double>(total.bytes) / 1e6,
              static_cast<unsigned long long>(total.frames), static_cast<unsigned long long>(total.wakes),
              static_cast<double>(total.took) / 3.6e6, took.count());
  return failed == 0 ? 0 : 1;
}
