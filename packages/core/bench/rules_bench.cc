// Judges one frame by rules, many times, for a count of instructions (rule-cost.mjs).
//   zt_rules_bench <frames>
#include <cstdio>
#include <cstdlib>

#include "vl2/decision.h"

namespace {

class NoRandom final : public zt::RandomSource {
 public:
  void Fill(zt::MutableBytes out) override {
    for (uint8_t& b : out) b = 0;
  }
};

// The usual first rules (only IPv4, ARP and IPv6), three services by port, TCP set-up refused, else accept: a TCP
// segment passes them all.
constexpr uint8_t kRules[] = {
    0xa5, 2, 0x08, 0x00, 0xa5, 2, 0x08, 0x06, 0xa5, 2, 0x86, 0xdd, 0x00, 0,        // not these: drop
    0x28, 4, 0, 22, 0, 22, 0x01, 0,                                                  // port 22: accept
    0x28, 4, 0, 80, 0, 80, 0x01, 0,                                                  // port 80: accept
    0x28, 4, 1, 187, 1, 187, 0x01, 0,                                                // port 443: accept
    0x29, 8, 0, 0, 0, 0, 0, 0, 0, 2, 0xa9, 8, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x00, 0,   // SYN without ACK: drop
    0x01, 0,
};

}  // namespace

int main(int argc, char** argv) {
  const long frames = argc > 1 ? std::atol(argv[1]) : 100'000;
  zt::NetworkConfig config;
  config.rules = *zt::ParseRules(kRules, 100);
  zt::Bytes payload(1'440);
  payload[0] = 0x45;
  payload[9] = 6;
  payload[22] = 0x1f;  // to port 8080
  payload[23] = 0x90;
  payload[33] = 0x10;  // ACK
  const zt::ByteSpan piece = payload;
  const zt::vl2::Frame frame{{1}, {2}, zt::vl2::kEtherIpv4, payload.size(), piece, {&piece, 1}};
  NoRandom random;
  const zt::vl2::RuleContext context{config, nullptr, {1}, {1}, {2}, false, random};
  zt::vl2::RuleHits hits;
  hits.Restart(config);
  long accepted = 0;
  for (long i = 0; i < frames; ++i) accepted += zt::vl2::Decide(context, frame, hits).Accepted() ? 1 : 0;
  std::printf("%ld of %ld frames accepted\n", accepted, frames);
  return accepted == frames ? 0 : 1;
}
