#include "sim/simulator.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

namespace zt::sim {

// The functions of Simulator::At.
class Simulator::Script final : public Actor {
 public:
  using Actor::Actor;
  void Add(Instant at, std::function<void()> act) {
    lines_.emplace(at, std::move(act));
    Schedule(lines_.begin()->first);
  }

 private:
  void Act() override {
    const std::function<void()> act = std::move(lines_.begin()->second);
    lines_.erase(lines_.begin());
    if (!lines_.empty()) Schedule(lines_.begin()->first);
    act();
  }

  std::multimap<Instant, std::function<void()>> lines_;
};

void Actor::Schedule(Instant at) {
  Unschedule();
  if (at == Instant::Never()) return;
  at_ = std::max(at, simulator_.now());
  order_ = simulator_.next_order_++;
  simulator_.appointments_.Put(*this);
}

void Actor::Unschedule() { simulator_.appointments_.Remove(*this); }

Simulator::Simulator(uint64_t seed) : seed_(seed), script_(std::make_unique<Script>(*this)) {}
Simulator::~Simulator() = default;

// FNV-1a over the name, then the finalizer of splitmix64 with the seed.
uint64_t Simulator::SeedOf(std::string_view part) const {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (char c : part) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  hash ^= seed_ * 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111ebULL;
  return hash ^ hash >> 31;
}

void Simulator::At(Instant time, std::function<void()> act) { script_->Add(time, std::move(act)); }

bool Simulator::Step(Instant until) {
  Actor* const actor = appointments_.top();
  if (actor == nullptr || actor->at_ > until) return false;
  now_ = actor->at_;
  appointments_.Remove(*actor);
  actor->Act();
  return true;
}

void Simulator::RunFor(Millis duration) {
  const Instant end = now_ + duration;
  while (Step(end)) {}
  now_ = end;
}

bool Simulator::RunUntilOrTimeout(const std::function<bool()>& predicate, Millis timeout) {
  const Instant end = now_ + timeout;
  while (!predicate()) {
    if (Step(end)) continue;
    now_ = end;
    return predicate();
  }
  return true;
}

void Simulator::Note(const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  uint64_t hash = digest_ ^ size;
  for (size_t at = 0; at < size; at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes + at, std::min<size_t>(8, size - at));
    hash = (hash ^ word) * 0x9fb21c651e98df25ULL;
    hash ^= hash >> 29;
  }
  digest_ = hash;
}

}  // namespace zt::sim
