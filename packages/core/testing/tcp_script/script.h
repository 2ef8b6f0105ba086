// A packet script as text: sequences, tables and repeats are expanded here, so that the runner sees plain lines. The
// language is described in src/netstack/tcp/script/README.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zt::netstack::script {

struct Line {
  std::string file;
  int number = 0;  // from 1
  std::string text;
  std::string Where() const { return file + ":" + std::to_string(number); }
};

struct Scenario {
  std::string name;
  std::vector<Line> lines;
  bool v4 = true, v6 = true;  // runs once per family
};

// `open` gives the text of an included file.
using Opener = std::function<std::optional<std::string>(const std::string& file)>;

struct Loaded {
  std::vector<Scenario> scenarios;
  std::vector<std::string> errors;  // "file:line: sentence"
};
Loaded Load(const std::string& file, const Opener& open);

// Words of a line; what stands in <...> after the first word is one word, the brackets included.
std::vector<std::string> SplitWords(std::string_view text);
std::string Trim(std::string_view text);

}  // namespace zt::netstack::script
