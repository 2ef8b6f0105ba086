// The words of the line protocol and of the command line.
#pragma once

#include <string>
#include <vector>

#include "testing/linux/impairment.h"
#include "testing/linux/sockets.h"

namespace zt::linux_lab {

std::vector<std::string> SplitWords(const std::string& text, char separator = ' ');
// "loss=0.01", "duplicate=", "reorder=" (probabilities), "delay-us=" (of each direction), "rate=" (bit/s),
// "queue=" (bytes), "deaf=" (0, 1). False: not one of these.
bool ApplySetting(const std::string& word, Impairment& impairment);
// NAME=VALUE for every fact, each after a space.
std::string FactsOf(const TcpInfo& info);
std::string FactsOf(const std::string& lane, const ImpairedLane::Counters& counters);

}  // namespace zt::linux_lab
