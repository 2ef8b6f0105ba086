// Running a scenario, with or without a capture of all its datagrams.
#pragma once

#include <string>

#include "sim/capture.h"
#include "sim/vl2/network_lab.h"

namespace zt::sim {

// `Run` has lab() and Do(), whose verdict has a `fault`. `pcap`: where the datagrams are written, if anywhere.
template <typename Run>
auto RunScenario(Run& run, const std::string& pcap) {
  Capture capture(run.lab().internet.simulator);
  if (!pcap.empty()) run.lab().wiretap.SetNext(&capture);
  auto verdict = run.Do();
  run.lab().wiretap.SetNext(nullptr);
  if (!pcap.empty() && !capture.Save(pcap)) verdict.fault += "cannot write " + pcap + "\n";
  return verdict;
}

}  // namespace zt::sim
