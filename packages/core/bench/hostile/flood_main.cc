// An attacker on the loopback (npm run bench -- hostile), in a network namespace where what a node answers to made-up
// sources has no way out: overhears what goes to a node, then obeys lines of standard
// input, `KIND RATE IP/PORT MILLISECONDS`, with a kind of sim/flood/attacker.h or -1 for all in turn, and datagrams per
// second, or 0 for as many as it can. Answers `ready`, and `sent N` to each line.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <thread>

#include "bench/hostile/raw_wire.h"

namespace zt::hostile {
namespace {

using Clock = std::chrono::steady_clock;
using sim::Attack;
using sim::Attacker;

constexpr size_t kOverheard = 2'000;  // messages; the attacker keeps what it needs
constexpr int kPatience = 20;         // seconds
constexpr size_t kPool = 4'096;       // different datagrams of a kind, made before the flood

struct Order {
  int kind = 0;
  double rate = 0;
  std::string target;
  int64_t milliseconds = 0;
};

std::vector<Bytes> Pool(Attacker& attacker, int kind, const Endpoint& to) {
  std::vector<Bytes> out;
  for (size_t i = 0; i < kPool; ++i) {
    const auto attack = static_cast<Attack>(kind >= 0 ? static_cast<size_t>(kind) : i % sim::kAttacks);
    out.push_back(Framed(attacker.Make(attack), to));
  }
  return out;
}

uint64_t Flood(std::vector<Bytes> pool, double rate, std::chrono::milliseconds duration) {
  RawSender sender;
  uint64_t sent = 0, tried = 0;
  std::array<Bytes*, RawSender::kBatch> batch;
  const auto begin = Clock::now(), end = begin + duration;
  for (auto now = begin; now < end; now = Clock::now()) {
    const std::chrono::duration<double> passed = now - begin;
    if (rate > 0 && static_cast<double>(tried) > passed.count() * rate) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      continue;
    }
    for (Bytes*& each : batch) each = &pool[tried++ % pool.size()];
    sent += sender.Send(batch);
  }
  return sent;
}

int Run(const Endpoint& victim, const Identity& identity) {
  Attacker attacker(identity, 1);
  if (!RawSender().ok() || Overhear(attacker, victim, identity.address, kOverheard, kPatience) == 0) {
    std::cerr << "nothing overheard: is there traffic, and the right to open raw sockets (CAP_NET_RAW)?\n";
    return 1;
  }
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    Order order;
    words >> order.kind >> order.rate >> order.target >> order.milliseconds;
    const auto target = Endpoint::Parse(order.target);
    if (!words || !target || order.kind >= static_cast<int>(sim::kAttacks)) return 2;
    auto pool = Pool(attacker, order.kind, *target);
    std::cout << "sent " << Flood(std::move(pool), order.rate, std::chrono::milliseconds(order.milliseconds))
              << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace zt::hostile

int main(int count, char** words) {
  const auto victim = count == 3 ? zt::Endpoint::Parse(words[1]) : std::nullopt;
  const auto identity = count == 3 ? zt::Identity::ParseText(words[2]) : std::nullopt;
  if (victim && identity && victim->ip.IsV4()) return zt::hostile::Run(*victim, *identity);
  std::cerr << "usage: zt_flood_bench IP/PORT PUBLIC_IDENTITY\n";
  return 2;
}
