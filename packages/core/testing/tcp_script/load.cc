#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "testing/tcp_script/script.h"

namespace zt::netstack::script {

std::string Trim(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r") - from + 1));
}

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool bracket = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    // A bracket that stands alone is a direction, not the start of options.
    if (c == '<' && word.empty() && at + 1 < text.size() && text[at + 1] != ' ') bracket = true;
    if (!bracket && (c == ' ' || c == '\t')) {
      if (!word.empty()) words.push_back(std::exchange(word, {}));
      continue;
    }
    word += c;
    if (bracket && c == '>') bracket = false;
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

namespace {

using Lines = std::vector<Line>;
using Row = std::map<std::string, std::string>;

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  size_t from = 0;
  for (;;) {
    const size_t at = text.find(separator, from);
    parts.push_back(Trim(text.substr(from, at == std::string_view::npos ? at : at - from)));
    if (at == std::string_view::npos) return parts;
    from = at + 1;
  }
}

std::string First(const std::string& text) { return text.substr(0, text.find_first_of(" \t")); }
std::string Rest(const std::string& text) { return Trim(std::string_view(text).substr(First(text).size())); }

// $name and ${name}; longer names first, so that $state is not taken for $s.
std::string Substitute(std::string text, const Row& row) {
  for (auto it = row.rbegin(); it != row.rend(); ++it) {
    const std::string key = "$" + it->first;
    for (size_t at = 0; (at = text.find(key, at)) != std::string::npos;) {
      const size_t end = at + key.size();
      if (end < text.size() && (isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
        at = end;
        continue;
      }
      text.replace(at, key.size(), it->second);
      at += it->second.size();
    }
  }
  return text;
}

class Loader {
 public:
  explicit Loader(const Opener& open) : open_(open) {}

  void Read(const std::string& file) {
    if (!seen_.insert(file).second) return;
    const auto text = open_(file);
    if (!text) return Error({file, 1, {}}, "cannot be opened");
    std::istringstream in(*text);
    Lines lines;
    std::string raw;
    for (int number = 1; std::getline(in, raw); ++number) {
      const size_t comment = raw.find('#');
      const std::string line = Trim(std::string_view(raw).substr(0, comment));
      if (!line.empty()) lines.push_back({file, number, line});
    }
    for (size_t at = 0; at < lines.size();) at = TopLevel(lines, at);
  }

  Loaded result;

 private:
  void Error(const Line& line, const std::string& what) { result.errors.push_back(line.Where() + ": " + what); }

  size_t TopLevel(const Lines& lines, size_t at) {
    const std::string word = First(lines[at].text);
    if (word == "include") {
      Read(Rest(lines[at].text));
      return at + 1;
    }
    if (word == "sequence") {
      const size_t end = FindEnd(lines, at);
      sequences_[Rest(lines[at].text)] = Lines(lines.begin() + static_cast<ptrdiff_t>(at) + 1,
                                               lines.begin() + static_cast<ptrdiff_t>(end));
      return end + 1;
    }
    if (word != "scenario") {
      Error(lines[at], "outside of a scenario: " + lines[at].text);
      return at + 1;
    }
    size_t end = at + 1;
    while (end < lines.size() && !IsTopLevel(lines[end])) ++end;
    AddScenario(lines[at], Lines(lines.begin() + static_cast<ptrdiff_t>(at) + 1,
                                 lines.begin() + static_cast<ptrdiff_t>(end)));
    return end;
  }

  static bool IsTopLevel(const Line& line) {
    const std::string word = First(line.text);
    return word == "scenario" || word == "sequence" || word == "include";
  }

  size_t FindEnd(const Lines& lines, size_t at) {
    int depth = 0;
    for (size_t i = at; i < lines.size(); ++i) {
      const std::string word = First(lines[i].text);
      if (word == "sequence" || word == "table" || word == "repeat") ++depth;
      if (word == "end" && --depth == 0) return i;
    }
    Error(lines[at], "has no end");
    return lines.size() - 1;
  }

  struct Table {
    Lines body;
    std::vector<std::pair<Line, Row>> rows;
    std::map<std::string, std::vector<std::string>> complete;
    bool there = false;
  };

  static void SetFamily(const std::string& family, Scenario& scenario) {
    scenario.v4 = family != "v6";
    scenario.v6 = family != "v4";
  }

  void AddScenario(const Line& title, const Lines& lines) {
    Scenario scenario;
    scenario.name = Rest(title.text);
    Table table;
    std::string family;
    for (size_t at = 0; at < lines.size(); ++at) {
      const std::string word = First(lines[at].text);
      if (word == "family") {
        family = Rest(lines[at].text);
        SetFamily(family, scenario);
      } else if (word == "complete") {
        const auto parts = Split(Rest(lines[at].text), ':');
        if (parts.size() != 2) return Error(lines[at], "complete COLUMN: values");
        for (const auto& value : SplitWords(parts[1])) table.complete[parts[0]].push_back(value);
      } else if (word == "table") {
        const size_t end = FindEnd(lines, at);
        ReadTable(Lines(lines.begin() + static_cast<ptrdiff_t>(at), lines.begin() + static_cast<ptrdiff_t>(end)),
                  table);
        at = end;
      } else {
        table.body.push_back(lines[at]);
      }
    }
    if (!table.there) {
      Expand(table.body, {}, scenario.lines, 0);
      result.scenarios.push_back(std::move(scenario));
      return;
    }
    CheckComplete(title, table);
    for (const auto& [line, row] : table.rows) {
      Scenario one = scenario;
      one.name = Substitute(scenario.name, row);
      one.lines = {{line.file, line.number, "row " + line.text}};
      if (!family.empty()) SetFamily(Substitute(family, row), one);
      Expand(table.body, row, one.lines, 0);
      result.scenarios.push_back(std::move(one));
    }
  }

  // `table each state | each kind | reply`, then one row a line. A cell of an `each` column may list several values.
  void ReadTable(const Lines& lines, Table& table) {
    table.there = true;
    std::vector<std::string> columns = Split(Rest(lines[0].text), '|');
    std::vector<bool> each;
    for (std::string& column : columns) {
      each.push_back(First(column) == "each");
      if (each.back()) column = Rest(column);
    }
    for (size_t i = 1; i < lines.size(); ++i) {
      const auto cells = Split(lines[i].text, '|');
      if (cells.size() != columns.size()) {
        Error(lines[i], std::to_string(columns.size()) + " cells wanted, " + std::to_string(cells.size()) + " there");
        continue;
      }
      std::vector<Row> rows(1);
      for (size_t c = 0; c < columns.size(); ++c) {
        if (cells[c].empty()) Error(lines[i], "the cell of " + columns[c] + " is empty");
        const auto values = each[c] ? SplitWords(cells[c]) : std::vector<std::string>{cells[c]};
        std::vector<Row> more;
        for (const Row& row : rows) {
          for (const std::string& value : values) {
            more.push_back(row);
            more.back()[columns[c]] = value;
          }
        }
        rows = std::move(more);
      }
      for (Row& row : rows) {
        const Row plain = row;  // a cell may name another column
        for (auto& [column, cell] : row) cell = Substitute(cell, plain);
        table.rows.emplace_back(lines[i], row);
      }
    }
  }

  // Every combination of the values declared complete has one row, and no other value appears.
  void CheckComplete(const Line& title, const Table& table) {
    if (table.complete.empty()) return;
    std::set<std::string> wanted = {""};
    for (const auto& [column, values] : table.complete) {
      std::set<std::string> more;
      for (const std::string& prefix : wanted) {
        for (const std::string& value : values) more.insert(prefix + " " + column + "=" + value);
      }
      wanted = std::move(more);
    }
    std::map<std::string, Line> found;
    for (const auto& [line, row] : table.rows) {
      std::string key;
      for (const auto& [column, values] : table.complete) {
        auto cell = row.find(column);
        if (cell == row.end()) return Error(title, "the table has no column " + column);
        key += " " + column + "=" + cell->second;
      }
      if (wanted.count(key) == 0) Error(line, "not among the values declared complete:" + key);
      const auto [before, inserted] = found.emplace(key, line);
      if (!inserted) Error(line, "a second row for" + key + ", the first is at " + before->second.Where());
    }
    for (const std::string& key : wanted) {
      if (found.count(key) == 0) Error(title, "no row for" + key);
    }
  }

  void Expand(const Lines& lines, const Row& row, Lines& out, int depth) {
    if (depth > 8) return Error(lines.front(), "sequences call each other without end");
    for (size_t at = 0; at < lines.size(); ++at) {
      const std::string text = Substitute(lines[at].text, row);
      const std::string word = First(text);
      if (word == "repeat") {
        const size_t end = FindEnd(lines, at);
        const Lines body(lines.begin() + static_cast<ptrdiff_t>(at) + 1, lines.begin() + static_cast<ptrdiff_t>(end));
        const long times = atol(Rest(text).c_str());
        for (long i = 0; i < times; ++i) {
          Row inner = row;
          inner["i"] = std::to_string(i);
          Expand(body, inner, out, depth + 1);
        }
        at = end;
        continue;
      }
      for (const std::string& part : Split(text, ';')) {
        if (part.empty()) continue;
        if (First(part) == "do") {
          ExpandSequence(lines[at], Rest(part), row, out, depth);
        } else {
          out.push_back({lines[at].file, lines[at].number, part});
        }
      }
    }
  }

  void ExpandSequence(const Line& line, const std::string& name, const Row& row, Lines& out, int depth) {
    const auto it = sequences_.find(name);
    if (it == sequences_.end()) return Error(line, "no sequence " + name);
    Expand(it->second, row, out, depth + 1);
  }

  const Opener& open_;
  std::set<std::string> seen_;
  std::map<std::string, Lines> sequences_;
};

}  // namespace

Loaded Load(const std::string& file, const Opener& open) {
  Loader loader(open);
  loader.Read(file);
  return std::move(loader.result);
}

}  // namespace zt::netstack::script
