#include "sim/heap_account.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

// In front of every block; keeps the alignment malloc gives.
struct alignas(alignof(std::max_align_t)) Header {
  size_t account;
};

size_t current = 0;
size_t bytes[zt::sim::kHeapAccounts];

// What glibc needs for a block beside what it gives, less what our header takes.
size_t Cost(Header* header) { return malloc_usable_size(header) + sizeof(size_t) - sizeof(Header); }

void* Allocate(size_t size) {
  Header* header = static_cast<Header*>(std::malloc(sizeof(Header) + size));
  if (header == nullptr) std::abort();
  header->account = current;
  bytes[current] += Cost(header);
  return header + 1;
}

void Free(void* block) {
  if (block == nullptr) return;
  Header* header = static_cast<Header*>(block) - 1;
  bytes[header->account] -= Cost(header);
  std::free(header);
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
// The library's own call the ones above; those of the sanitizers do not.
void* operator new(size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void operator delete(void* block, const std::nothrow_t&) noexcept { Free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { Free(block); }
void operator delete(void* block) noexcept { Free(block); }
void operator delete[](void* block) noexcept { Free(block); }
void operator delete(void* block, size_t) noexcept { Free(block); }
void operator delete[](void* block, size_t) noexcept { Free(block); }

namespace zt::sim {

HeapAccount::HeapAccount(size_t account) : before_(current) { current = account; }
HeapAccount::~HeapAccount() { current = before_; }
size_t HeapAccount::Bytes(size_t account) { return bytes[account]; }

}  // namespace zt::sim
