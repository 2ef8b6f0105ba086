// Counts the heap by owner in the program that links heap_account.cc: what is allocated while an account is current
// belongs to it until it is freed. Sizes are what the allocator really sets aside.
#pragma once

#include <cstddef>

namespace zt::sim {

inline constexpr size_t kHeapAccounts = 2048;  // 0: everybody else

class HeapAccount {
 public:
  explicit HeapAccount(size_t account);
  ~HeapAccount();
  HeapAccount(const HeapAccount&) = delete;
  HeapAccount& operator=(const HeapAccount&) = delete;
  static size_t Bytes(size_t account);

 private:
  size_t before_;
};

}  // namespace zt::sim
