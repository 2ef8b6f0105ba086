#include "testing/linux/settings.h"

#include <cstdlib>

namespace zt::linux_lab {

namespace {

struct Fact {
  const char* name;
  uint64_t value;
};

std::string Join(const std::string& prefix, const std::vector<Fact>& facts) {
  std::string out;
  for (const Fact& fact : facts) out += " " + prefix + fact.name + "=" + std::to_string(fact.value);
  return out;
}

}  // namespace

std::vector<std::string> SplitWords(const std::string& text, char separator) {
  std::vector<std::string> words;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find(separator, start), text.size());
    if (end > start) words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

bool ApplySetting(const std::string& word, Impairment& impairment) {
  const size_t equals = word.find('=');
  if (equals == std::string::npos) return false;
  const std::string name = word.substr(0, equals);
  const double value = std::strtod(word.c_str() + equals + 1, nullptr);
  if (name == "loss") impairment.loss = value;
  else if (name == "duplicate") impairment.duplicate = value;
  else if (name == "reorder") impairment.reorder = value;
  else if (name == "delay-us") impairment.delay_ns = static_cast<int64_t>(value * 1000);
  else if (name == "rate") impairment.rate = static_cast<uint64_t>(value);
  else if (name == "queue") impairment.queue_bytes = static_cast<size_t>(value);
  else if (name == "deaf") impairment.deaf = value != 0;
  else return false;
  return true;
}

std::string FactsOf(const TcpInfo& i) {
  return Join("", {{"state", i.state},
                   {"timestamps", i.timestamps},
                   {"sack", i.sack},
                   {"scaling", i.scaling},
                   {"in-recovery", i.in_recovery},
                   {"rtt-us", i.rtt_us},
                   {"min-rtt-us", i.min_rtt_us},
                   {"rto-us", i.rto_us},
                   {"send-mss", i.send_mss},
                   {"path-mtu", i.path_mtu},
                   {"cwnd", i.congestion_window},
                   {"ssthresh", i.slow_start_threshold},
                   {"send-window", i.send_window},
                   {"receive-window", i.receive_window},
                   {"in-flight", i.bytes_in_flight},
                   {"not-sent", i.bytes_not_sent},
                   {"to-read", i.bytes_to_read},
                   {"bytes-sent", i.bytes_sent},
                   {"bytes-acked", i.bytes_acknowledged},
                   {"bytes-retransmitted", i.bytes_retransmitted},
                   {"segments-sent", i.segments_sent},
                   {"segments-received", i.segments_received},
                   {"segments-retransmitted", i.segments_retransmitted},
                   {"fast-recoveries", i.fast_recoveries},
                   {"timeouts", i.timeouts},
                   {"undone", i.undone_recoveries},
                   {"tail-loss-probes", i.tail_loss_probes},
                   {"out-of-order", i.out_of_order_received}});
}

std::string FactsOf(const std::string& lane, const ImpairedLane::Counters& c) {
  return Join(lane + "-", {{"entered", c.entered},
                           {"lost", c.lost},
                           {"duplicated", c.duplicated},
                           {"reordered", c.reordered},
                           {"overflowed", c.overflowed},
                           {"delivered", c.delivered}});
}

}  // namespace zt::linux_lab
