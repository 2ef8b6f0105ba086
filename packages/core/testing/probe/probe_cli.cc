// The probe on stdin, for development: a line "name hex" is answered with "ok hex", "rejected" or "unknown".
#include <iostream>
#include <string>

#include "testing/probe/probe.h"

namespace {

zt::Bytes FromHex(const std::string& hex) {
  zt::Bytes out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

std::string ToHex(zt::ByteSpan bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (uint8_t b : bytes) {
    out.push_back(kDigits[b >> 4]);
    out.push_back(kDigits[b & 15]);
  }
  return out;
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t space = line.find(' ');
    const std::string name = line.substr(0, space);
    const std::string hex = space == std::string::npos ? "" : line.substr(space + 1);
    zt::Bytes out;
    switch (zt::probe::Run(name, FromHex(hex), out)) {
      case zt::probe::Outcome::kOk: std::cout << "ok " << ToHex(out) << std::endl; break;
      case zt::probe::Outcome::kRejected: std::cout << "rejected" << std::endl; break;
      case zt::probe::Outcome::kUnknownName: std::cout << "unknown" << std::endl; break;
    }
  }
}
