// Virtual time: a clock that jumps from one appointment to the next, and the actors that have appointments.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/indexed_heap.h"
#include "zt/time.h"

namespace zt::sim {

class Simulator;

// Something that acts at times of its own choosing.
//  1. An actor has at most one appointment; Schedule moves it.
//  2. A time that has passed means now: Act is called before the clock moves on, but never from inside Schedule.
//  3. Appointments at the same time are kept in the order in which they were made.
//  4. An actor that is destroyed keeps no appointment.
class Actor {
 public:
  explicit Actor(Simulator& simulator) : simulator_(simulator) {}
  virtual ~Actor() { Unschedule(); }
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

 protected:
  virtual void Act() = 0;
  void Schedule(Instant at);  // Never: no appointment
  void Unschedule();
  Simulator& simulator() const { return simulator_; }

 private:
  friend class Simulator;
  friend struct AppointmentOrder;

  Simulator& simulator_;
  Instant at_ = Instant::Never();
  uint64_t order_ = 0;
  size_t place_ = static_cast<size_t>(-1);  // in the simulator's heap
};

struct AppointmentOrder {
  static bool Before(const Actor& a, const Actor& b) { return a.at_ != b.at_ ? a.at_ < b.at_ : a.order_ < b.order_; }
  static size_t& Place(Actor& actor) { return actor.place_; }
};

// The clock starts at 0 ms. One seed gives one run, whatever else the process does.
class Simulator {
 public:
  // What the wall clocks of hosts show at 0 ms, in ms since 1970.
  static constexpr int64_t kEpoch = 1'800'000'000'000;

  explicit Simulator(uint64_t seed);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  Instant now() const { return now_; }
  uint64_t seed() const { return seed_; }
  // The seed of a part. Parts that are added later leave the random numbers of the others as they are.
  uint64_t SeedOf(std::string_view part) const;

  // Calls `act` at that time: for scripts.
  void At(Instant time, std::function<void()> act);
  // The next appointment, if it is not after `until`.
  bool Step(Instant until = Instant::Never());
  // Lets virtual time pass, all of it even if nothing happens.
  void RunFor(Millis duration);
  // Until the predicate holds, which is asked after every appointment, or the time is over. Whether it held.
  bool RunUntilOrTimeout(const std::function<bool()>& predicate, Millis timeout);

  // A number that depends on every Note so far: equal for equal runs.
  void Note(const void* data, size_t size);
  uint64_t digest() const { return digest_; }

 private:
  friend class Actor;
  class Script;

  uint64_t seed_;
  Instant now_{0};
  uint64_t next_order_ = 0, digest_ = 0;
  IndexedHeap<Actor, AppointmentOrder> appointments_;
  std::unique_ptr<Script> script_;
};

}  // namespace zt::sim
