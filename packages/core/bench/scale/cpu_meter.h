// CPU time of this thread between Start and Stop, summed up.
#pragma once

#include <time.h>

#include <cstdint>

namespace zt::bench {

class CpuMeter {
 public:
  void Start() { started_ = Nanoseconds(); }
  void Stop() { total_ += Nanoseconds() - started_; }
  void Reset() { total_ = 0; }
  double seconds() const { return static_cast<double>(total_) * 1e-9; }

 private:
  static int64_t Nanoseconds() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
  }
  int64_t started_ = 0, total_ = 0;
};

}  // namespace zt::bench
