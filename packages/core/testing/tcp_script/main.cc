// Runs every script of a directory: zt_tcp_scripts DIRECTORY [part of a file or scenario name].
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "testing/tcp_script/stage.h"

namespace {

using namespace zt::netstack::script;

std::optional<std::string> ReadText(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Tally {
  size_t run = 0, failed = 0;
};

void RunFile(const std::filesystem::path& path, const std::string& filter, Tally& tally) {
  const std::string name = path.filename().string();
  const Loaded loaded = Load(name, [&](const std::string& file) { return ReadText(path.parent_path() / file); });
  for (const std::string& error : loaded.errors) {
    std::printf("FAIL %s\n", error.c_str());
    ++tally.failed;
  }
  for (const Scenario& scenario : loaded.scenarios) {
    if ((name + " " + scenario.name).find(filter) == std::string::npos) continue;
    for (const bool v4 : {true, false}) {
      if (!(v4 ? scenario.v4 : scenario.v6)) continue;
      const Verdict verdict = RunScenario(scenario, v4);
      ++tally.run;
      if (verdict.passed) continue;
      ++tally.failed;
      std::printf("FAIL %s\n", verdict.report.c_str());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY [FILTER]\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() == ".pkt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Tally tally;
  for (const auto& file : files) RunFile(file, argc > 2 ? argv[2] : "", tally);
  std::printf("%zu scenarios, %zu failed\n", tally.run, tally.failed);
  return tally.run == 0 || tally.failed != 0 ? 1 : 0;
}
