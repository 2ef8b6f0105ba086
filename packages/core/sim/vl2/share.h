// Judging random choices: how often somebody was chosen, and how often it had to be.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace zt::sim {

struct Share {
  uint64_t trials = 0, hits = 0;
  double expected = 0, variance = 0;

  void Add(double chance, uint64_t chosen) {
    ++trials;
    hits += chosen;
    expected += chance;
    variance += chance * (1 - chance);
  }
  bool IsFair() const;
  std::string ToString() const;
};

// Pearson's chi-square over many shares, in standard deviations (by Wilson and Hilferty's transformation): far above
// zero some are chosen more than others, even if no share by itself is striking; far below each gets its share too
// exactly.
double Unevenness(std::span<const Share> shares);

// In either, what does not happen by chance in a million shares.
inline constexpr double kStriking = 5;

}  // namespace zt::sim
