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
  simulator_.Insert(*this);
}

void Actor::Unschedule() {
  if (place_ != kNone) simulator_.Remove(*this);
}

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
  if (heap_.empty() || heap_.front()->at_ > until) return false;
  Actor& actor = *heap_.front();
  now_ = actor.at_;
  Remove(actor);
  actor.Act();
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

void Simulator::Insert(Actor& actor) {
  heap_.push_back(&actor);
  actor.place_ = heap_.size() - 1;
  SiftUp(actor.place_);
}

void Simulator::Remove(Actor& actor) {
  const size_t place = actor.place_;
  Actor* last = heap_.back();
  heap_.pop_back();
  actor.place_ = Actor::kNone;
  if (last == &actor) return;
  Put(last, place);
  SiftUp(place);
  SiftDown(last->place_);
}

void Simulator::Put(Actor* actor, size_t place) {
  heap_[place] = actor;
  actor->place_ = place;
}

void Simulator::SiftUp(size_t place) {
  Actor* actor = heap_[place];
  while (place > 0) {
    Actor* parent = heap_[(place - 1) / 2];
    if (!(std::pair(actor->at_, actor->order_) < std::pair(parent->at_, parent->order_))) break;
    Put(parent, place);
    place = (place - 1) / 2;
  }
  Put(actor, place);
}

void Simulator::SiftDown(size_t place) {
  Actor* actor = heap_[place];
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    const auto key = [this](size_t at) { return std::pair(heap_[at]->at_, heap_[at]->order_); };
    if (child + 1 < heap_.size() && key(child + 1) < key(child)) ++child;
    if (!(key(child) < std::pair(actor->at_, actor->order_))) break;
    Put(heap_[child], place);
    place = child;
  }
  Put(actor, place);
}

}  // namespace zt::sim
