// One line of a script to a SegmentLine.
#include <charconv>

#include "testing/tcp_script/script.h"
#include "testing/tcp_script/segment.h"

namespace zt::netstack::script {
namespace {

std::optional<int64_t> ParseInteger(std::string_view text) {
  int64_t value = 0;
  int base = 10;
  if (text.substr(0, 2) == "0x") {
    text.remove_prefix(2);
    base = 16;
  }
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr IcmpName kIcmpNames[] = {
    {"net-unreachable", 3, 0, 1, 0},
    {"host-unreachable", 3, 1, 1, 3},
    {"protocol-unreachable", 3, 2, 4, 1},
    {"port-unreachable", 3, 3, 1, 4},
    {"too-big", 3, 4, 2, 0},
    {"source-route-failed", 3, 5, 255, 0},
    {"net-unknown", 3, 6, 255, 0},
    {"host-unknown", 3, 7, 255, 0},
    {"net-prohibited", 3, 9, 255, 0},
    {"host-prohibited", 3, 10, 255, 0},
    {"net-tos", 3, 11, 255, 0},
    {"host-tos", 3, 12, 255, 0},
    {"prohibited", 3, 13, 1, 1},
    {"beyond-scope", 255, 0, 1, 2},
    {"policy-failed", 255, 0, 1, 5},
    {"reject-route", 255, 0, 1, 6},
    {"source-quench", 4, 0, 255, 0},
    {"time-exceeded", 11, 0, 3, 0},
    {"reassembly-time-exceeded", 11, 1, 3, 1},
    {"parameter-problem", 12, 0, 4, 0},
};

std::optional<uint8_t> ParseFlags(const std::string& text) {
  if (text == "-") return uint8_t{0};
  if (text.substr(0, 2) == "0x") {
    const auto value = ParseInteger(text);
    return value ? std::optional<uint8_t>(static_cast<uint8_t>(*value)) : std::nullopt;
  }
  uint8_t flags = 0;
  for (char c : text) {
    static constexpr std::string_view kLetters = "FSRP.UEW";
    const size_t at = kLetters.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    flags = static_cast<uint8_t>(flags | 1u << at);
  }
  return flags;
}

// `L:R`, `L` or `L:+N`.
bool ParseRange(const std::string& text, Number& from, std::optional<Number>& to, bool& relative) {
  const size_t colon = text.find(':');
  const auto left = ParseNumber(text.substr(0, colon));
  if (!left) return false;
  from = *left;
  if (colon == std::string::npos) return true;
  const std::string right = text.substr(colon + 1);
  relative = !right.empty() && right[0] == '+';
  to = ParseNumber(relative ? right.substr(1) : right);
  return to.has_value();
}

std::string ParseSack(const std::vector<std::string>& words, size_t& at, OptionLine& option) {
  option.kind = kOptSack;
  while (at + 1 < words.size() && words[at + 1].find(':') != std::string::npos) {
    Number left;
    std::optional<Number> right;
    bool relative = false;
    if (!ParseRange(words[++at], left, right, relative) || !right) return "a SACK block is L:R, not " + words[at];
    if (relative) right = Number{left.base, left.offset + right->offset};
    option.blocks.emplace_back(left, *right);
  }
  return {};
}

std::string ParseOption(const std::vector<std::string>& words, size_t& at, SegmentLine& line) {
  OptionLine option;
  const std::string& name = words[at];
  const auto number = [&]() -> std::optional<Number> {
    return at + 1 < words.size() ? ParseNumber(words[++at]) : std::nullopt;
  };
  if (name == "...") {
    line.open_options = true;
    return {};
  }
  if (name == "mss" || name == "wscale") {
    option.kind = name == "mss" ? kOptMss : kOptScale;
    const auto value = number();
    if (!value) return name + " needs a number";
    option.a = *value;
  } else if (name == "sackOK") {
    option.kind = kOptSackOk;
  } else if (name == "eol") {
    option.kind = kOptEnd;
  } else if (name == "TS") {
    option.kind = kOptTime;
    std::optional<Number> value, echo;
    if (at + 4 < words.size() && words[at + 1] == "val" && words[at + 3] == "ecr") {
      value = ParseNumber(words[at + 2]);
      echo = ParseNumber(words[at + 4]);
      at += 4;
    }
    if (!value || !echo) return "TS val N ecr N";
    option.a = *value;
    option.b = *echo;
  } else if (name == "sack") {
    if (auto error = ParseSack(words, at, option); !error.empty()) return error;
  } else if (name == "hex") {
    option.raw = Bytes{};
    while (at + 1 < words.size()) {
      const auto value = ParseInteger("0x" + words[++at]);
      if (!value) return "hex bytes";
      option.raw->push_back(static_cast<uint8_t>(*value));
    }
  } else if (name != "nop") {
    return "unknown option " + name;
  }
  line.options.push_back(option);
  return {};
}

std::string ParseOptions(std::string text, SegmentLine& line) {
  line.has_options = true;
  text = text.substr(1, text.size() - 2);
  for (size_t from = 0; from < text.size();) {
    const size_t comma = std::min(text.find(',', from), text.size());
    const auto words = SplitWords(std::string_view(text).substr(from, comma - from));
    for (size_t at = 0; at < words.size(); ++at) {
      if (auto error = ParseOption(words, at, line); !error.empty()) return error;
    }
    from = comma + 1;
  }
  return {};
}

// `0-400,800-1020,400-800!`
std::string ParseFragments(const std::string& text, SegmentLine& line) {
  size_t from = 0;
  while (from < text.size()) {
    const size_t comma = std::min(text.find(',', from), text.size());
    std::string part = text.substr(from, comma - from);
    FragmentLine fragment;
    if (part.back() == '!') {
      fragment.other = true;
      part.pop_back();
    }
    const size_t dash = part.find('-');
    const auto a = ParseInteger(part.substr(0, dash));
    const auto b = dash == std::string::npos ? std::nullopt : ParseInteger(part.substr(dash + 1));
    if (!a || !b) return "fragments FROM-TO,FROM-TO!";
    fragment.from = static_cast<size_t>(*a);
    fragment.to = static_cast<size_t>(*b);
    line.fragments.push_back(fragment);
    from = comma + 1;
  }
  return {};
}

std::string ParseWindow(const std::string& text, SegmentLine& line) {
  const bool compare = text[0] == '>' || text[0] == '<';
  if (compare) line.window_compare = text[0];
  line.window = ParseInteger(std::string_view(text).substr(compare ? 1 : 0));
  return line.window ? "" : "win N, win >N or win <N";
}

// What follows the sequence numbers.
std::string ParseRest(const std::vector<std::string>& words, size_t at, SegmentLine& line) {
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word[0] == '<' && word.back() == '>') {
      if (auto error = ParseOptions(word, line); !error.empty()) return error;
      continue;
    }
    if (word == "bad-checksum") {
      line.bad_checksum = true;
      continue;
    }
    if (word == "other-content") {
      line.other_content = true;
      continue;
    }
    if (at + 1 >= words.size()) return "'" + word + "' is unknown here, or lacks its value";
    const std::string& value = words[++at];
    const auto integer = ParseInteger(value);
    std::string error;
    if (word == "ack") {
      line.ack = ParseNumber(value);
      if (!line.ack) error = "not a number: " + value;
    } else if (word == "win") {
      error = ParseWindow(value, line);
    } else if (word == "fragments") {
      error = ParseFragments(value, line);
    } else if (word == "seq") {
      line.quoted_seq = ParseNumber(value);
      if (!line.quoted_seq) error = "not a number: " + value;
    } else if (!integer) {
      error = "'" + word + " " + value + "' is unknown";
    } else if (word == "urg") {
      line.urgent = integer;
    } else if (word == "data-offset") {
      line.data_offset = static_cast<int>(*integer);
    } else if (word == "reserved") {
      line.reserved = static_cast<int>(*integer);
    } else if (word == "mtu") {
      line.icmp_rest = static_cast<uint32_t>(*integer);
    } else {
      error = "'" + word + "' is unknown";
    }
    if (!error.empty()) return error;
  }
  return {};
}

std::string ParseIcmp(const std::string& name, bool v4, SegmentLine& line) {
  line.kind = SegmentLine::Kind::kIcmp;
  if (const size_t slash = name.find('/'); slash != std::string::npos) {
    const auto type = ParseInteger(name.substr(0, slash)), code = ParseInteger(name.substr(slash + 1));
    if (!type || !code) return "icmp TYPE/CODE";
    line.icmp_type = static_cast<uint8_t>(*type);
    line.icmp_code = static_cast<uint8_t>(*code);
    return {};
  }
  const IcmpName* found = FindIcmp(name);
  if (found == nullptr || (v4 ? found->type4 : found->type6) == 255) return "no ICMP message " + name + " here";
  line.icmp_type = v4 ? found->type4 : found->type6;
  line.icmp_code = v4 ? found->code4 : found->code6;
  return {};
}

}  // namespace

const IcmpName* FindIcmp(const std::string& name) {
  for (const IcmpName& one : kIcmpNames) {
    if (name == one.name) return &one;
  }
  return nullptr;
}

std::string NameOfIcmp(uint8_t type, uint8_t code, bool v4) {
  for (const IcmpName& one : kIcmpNames) {
    if ((v4 ? one.type4 : one.type6) == type && (v4 ? one.code4 : one.code6) == code) return one.name;
  }
  return std::to_string(type) + "/" + std::to_string(code);
}

std::optional<Number> ParseNumber(const std::string& text) {
  using Base = Number::Base;
  if (text == "*") return Number{Base::kAny, 0};
  static constexpr std::pair<std::string_view, Base> kNames[] = {{"next", Base::kNext}, {"edge", Base::kEdge},
                                                                 {"sent", Base::kSent}, {"acked", Base::kAcked},
                                                                 {"mine", Base::kMine}, {"mss", Base::kMss}};
  for (const auto& [name, base] : kNames) {
    if (text.compare(0, name.size(), name) != 0) continue;
    if (text.size() == name.size()) return Number{base, 0};
    const auto offset = ParseInteger(std::string_view(text).substr(name.size()));
    if (!offset) return std::nullopt;
    return Number{base, *offset};
  }
  const auto value = ParseInteger(text);
  if (!value) return std::nullopt;
  return Number{Base::kLiteral, *value};
}

std::optional<Millis> ParseTime(const std::string& text) {
  static constexpr std::pair<std::string_view, Millis> kUnits[] = {
      {"ms", 1}, {"min", 60'000}, {"s", 1000}, {"h", 3'600'000}, {"d", 86'400'000}};
  for (const auto& [unit, factor] : kUnits) {
    if (text.size() <= unit.size() || text.compare(text.size() - unit.size(), unit.size(), unit) != 0) continue;
    const auto value = ParseInteger(std::string_view(text).substr(0, text.size() - unit.size()));
    if (value) return *value * factor;
  }
  return std::nullopt;
}

ParsedLine ParseSegment(const std::vector<std::string>& words, bool v4) {
  ParsedLine out;
  if (words.empty()) return {{}, "a segment is missing"};
  if (words[0] == "nothing") {
    out.line.kind = SegmentLine::Kind::kNothing;
    return out;
  }
  if (words[0] == "icmp" || words[0] == "udp") {
    if (words.size() < 2) return {{}, words[0] + " what?"};
    if (words[0] == "icmp") {
      out.error = ParseIcmp(words[1], v4, out.line);
    } else {
      out.line.kind = SegmentLine::Kind::kUdp;
      const auto size = ParseInteger(words[1]);
      if (!size) out.error = "udp SIZE";
      out.line.size = static_cast<size_t>(size.value_or(0));
    }
    if (out.error.empty()) out.error = ParseRest(words, 2, out.line);
    return out;
  }
  if (words[0] != "*") {
    out.line.flags = ParseFlags(words[0]);
    if (!out.line.flags) return {{}, "flags are letters of FSRP.UEW, - or 0xNN, not " + words[0]};
  }
  if (words.size() < 2 || !ParseRange(words[1], out.line.seq, out.line.end, out.line.relative_end)) {
    return {{}, "SEQ, SEQ:END or SEQ:+SIZE after the flags"};
  }
  out.error = ParseRest(words, 2, out.line);
  return out;
}

}  // namespace zt::netstack::script
