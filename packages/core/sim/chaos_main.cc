// zt_chaos: runs seeds, stops at none, prints each that fails with its plan and a capture file.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "sim/capture.h"
#include "sim/chaos.h"

namespace {

using namespace zt::sim;

struct Arguments {
  uint64_t first = 1, last = 100;
  ChaosSize size;
  std::string pcap;
  std::string directory = ".";
  uint64_t jobs = 1;
  bool trace = false, progress = false;
  bool valid = true;
};

constexpr const char* kUsage =
    "usage: zt_chaos [--seeds A..B | --seed N] [--hosts N] [--faults N] [--pcap FILE] [--pcap-directory DIR]\n"
    "                [--jobs N] [--trace] [--progress]\n"
    "  --seeds A..B         default 1..100\n"
    "  --hosts N            default 50, at most 60; another run than the same seed with another number\n"
    "  --faults N           default 60; likewise\n"
    "  --pcap FILE          capture of the (last) seed, also when it passes\n"
    "  --pcap-directory DIR where captures of failing seeds go, default here\n"
    "  --jobs N             processes that share the seeds, default 1\n"
    "  --trace              every fault as it begins and ends\n"
    "  --progress           a line for each seed\n";

bool ParseRange(const char* text, Arguments& arguments) {
  char* end = nullptr;
  arguments.first = arguments.last = std::strtoull(text, &end, 10);
  if (std::strncmp(end, "..", 2) == 0) arguments.last = std::strtoull(end + 2, &end, 10);
  return *end == 0 && arguments.first <= arguments.last;
}

Arguments Parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    if (name == "--trace") {
      arguments.trace = true;
    } else if (name == "--progress") {
      arguments.progress = true;
    } else if (++i == count) {
      arguments.valid = false;
    } else if (name == "--seed" || name == "--seeds") {
      arguments.valid = arguments.valid && ParseRange(values[i], arguments);
    } else if (name == "--hosts") {
      arguments.size.hosts = std::strtoull(values[i], nullptr, 10);
    } else if (name == "--faults") {
      arguments.size.faults = std::strtoull(values[i], nullptr, 10);
    } else if (name == "--jobs") {
      arguments.jobs = std::strtoull(values[i], nullptr, 10);
    } else if (name == "--pcap") {
      arguments.pcap = values[i];
    } else if (name == "--pcap-directory") {
      arguments.directory = values[i];
    } else {
      arguments.valid = false;
    }
  }
  arguments.valid = arguments.valid && arguments.size.hosts >= 2 && arguments.size.hosts <= 60;
  arguments.valid = arguments.valid && arguments.jobs >= 1 && arguments.jobs <= 256;
  return arguments;
}

// The same seed again, written down.
void Record(const ChaosPlan& plan, const std::string& path, bool trace) {
  Chaos chaos(plan);
  Capture capture(chaos.simulator());
  chaos.Run(path.empty() ? nullptr : &capture, trace);
  if (path.empty()) return;
  if (capture.Save(path)) std::printf("capture: %s\n", path.c_str());
  else std::printf("capture: cannot write %s\n", path.c_str());
}

struct Total {
  uint64_t failed = 0, datagrams = 0, must_talk = 0, cannot_talk = 0;
  zt::Millis slowest = 0;
  size_t heap = 0;
  double rate = 0;

  void Add(const Total& other) {
    failed += other.failed;
    datagrams += other.datagrams;
    must_talk += other.must_talk;
    cannot_talk += other.cannot_talk;
    slowest = std::max(slowest, other.slowest);
    heap = std::max(heap, other.heap);
    rate = std::max(rate, other.rate);
  }
};

void RunSeed(uint64_t seed, const Arguments& arguments, Total& total) {
  const ChaosPlan plan = DrawChaos(seed, arguments.size);
  const ChaosVerdict verdict = Chaos(plan).Run();
  total.Add({!verdict.ok(), verdict.datagrams, verdict.must_talk, verdict.cannot_talk, verdict.slowest, verdict.heap,
             verdict.rate});
  const auto number = static_cast<unsigned long long>(seed);
  if (arguments.progress) {
    std::printf("seed %llu: %s, slowest pair %lld ms, %llu datagrams, %.0f (of %.0f) a minute, flow %.0f (of %.0f), "
                "%zu KiB\n", number,
                verdict.ok() ? "ok" : "FAILED", static_cast<long long>(verdict.slowest),
                static_cast<unsigned long long>(verdict.datagrams), verdict.rate, verdict.allowed, verdict.flow,
                verdict.flow_allowed, verdict.heap >> 10);
  }
  std::string path = arguments.pcap;
  if (!verdict.ok()) {
    std::printf("FAILED seed %llu\n%s%sreplay: zt_chaos --seed %llu --hosts %zu --faults %zu --trace\n", number,
                verdict.fault.c_str(), plan.Describe().c_str(), number, arguments.size.hosts, arguments.size.faults);
    if (path.empty()) path = arguments.directory + "/chaos-" + std::to_string(seed) + ".pcapng";
  }
  if (!path.empty() || arguments.trace) Record(plan, path, arguments.trace);
  std::fflush(stdout);
}

// Every job takes each so many-th seed in a process of its own; the totals come back through a pipe.
bool RunJobs(const Arguments& arguments, Total& total) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  for (uint64_t job = 0; job < arguments.jobs; ++job) {
    const pid_t child = fork();
    if (child < 0) return false;
    if (child > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // stopped with us
    Total mine;
    for (uint64_t seed = arguments.first + job; seed <= arguments.last; seed += arguments.jobs) {
      RunSeed(seed, arguments, mine);
    }
    _exit(write(ends[1], &mine, sizeof mine) == sizeof mine ? 0 : 1);
  }
  bool all = true;
  for (uint64_t job = 0; job < arguments.jobs; ++job) {
    int status = 0;
    all = wait(&status) > 0 && status == 0 && all;  // one that died took its seeds along
    Total its;
    if (all && read(ends[0], &its, sizeof its) == sizeof its) total.Add(its);
  }
  return all;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments = Parse(count, values);
  if (!arguments.valid) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  Total total;
  bool complete = true;
  if (arguments.jobs > 1) {
    complete = RunJobs(arguments, total);
  } else {
    for (uint64_t seed = arguments.first; seed <= arguments.last; ++seed) RunSeed(seed, arguments, total);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%llu seeds, %llu failed; %llu pairs talk, slowest %lld ms, %llu pairs cannot; %llu datagrams, at most "
              "%.0f a minute when quiet; largest node %zu KiB; %.1f s\n",
              static_cast<unsigned long long>(arguments.last - arguments.first + 1),
              static_cast<unsigned long long>(total.failed), static_cast<unsigned long long>(total.must_talk),
              static_cast<long long>(total.slowest), static_cast<unsigned long long>(total.cannot_talk),
              static_cast<unsigned long long>(total.datagrams), total.rate, total.heap >> 10, took.count());
  if (!complete) std::puts("a job ended before its seeds");
  return complete && total.failed == 0 ? 0 : 1;
}
