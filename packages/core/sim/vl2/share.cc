#include "sim/vl2/share.h"

#include <cmath>

namespace zt::sim {

bool Share::IsFair() const {
  return std::abs(static_cast<double>(hits) - expected) <= kStriking * std::sqrt(variance) + 1e-9;
}

std::string Share::ToString() const {
  return std::to_string(hits) + " times of " + std::to_string(trials) + ", by chance " + std::to_string(expected) +
         " +- " + std::to_string(std::sqrt(variance));
}

double Unevenness(std::span<const Share> shares) {
  double statistic = 0, mean = 0, variance = 0;
  for (const Share& share : shares) {
    if (share.variance == 0) continue;  // no choice
    const double off = static_cast<double>(share.hits) - share.expected;
    statistic += off * off / share.variance;
    mean += 1;
    variance += 2 + 1 / share.variance - 6 / static_cast<double>(share.trials);  // of the square of a binomial
  }
  if (mean == 0) return 0;
  const double freedom = 2 * mean * mean / variance;  // of the chi-square with this mean and variance, but for scale
  const double spread = 2 / (9 * freedom);
  return (std::cbrt(statistic / mean) - (1 - spread)) / std::sqrt(spread);
}

}  // namespace zt::sim
