// A binary min-heap of things that belong to others and know their place in it: each is in it at most once, moves in
// O(log n), and the first is read for nothing.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.h"

namespace zt {

// Order says how: `static bool Before(const T&, const T&)`, a strict weak order, and `static Index& Place(T&)`, a number
// of the thing that is kNowhere while it is in no heap. The heap owns nothing; who destroys a thing removes it first.
template <class T, class Order>
class IndexedHeap {
 public:
  using Index = std::remove_reference_t<decltype(Order::Place(std::declval<T&>()))>;
  static constexpr Index kNowhere = static_cast<Index>(-1);

  static bool Has(T& thing) { return Order::Place(thing) != kNowhere; }
  // The first, null when empty.
  T* top() const { return things_.empty() ? nullptr : things_.front(); }
  size_t size() const { return things_.size(); }

  // Gives the thing the place its key asks for, whether it is in the heap or not.
  void Put(T& thing) {
    if (!Has(thing)) {
      things_.push_back(&thing);
      Order::Place(thing) = static_cast<Index>(things_.size() - 1);
    }
    Settle(Order::Place(thing));
  }

  // Nothing when it is not in the heap.
  void Remove(T& thing) {
    if (!Has(thing)) return;
    const size_t at = Order::Place(thing);
    ZT_CHECK(at < things_.size() && things_[at] == &thing);
    T* const last = things_.back();
    things_.pop_back();
    Order::Place(thing) = kNowhere;
    if (last == &thing) return;
    things_[at] = last;
    Settle(at);
  }

 private:
  void Set(size_t at, T* thing) {
    things_[at] = thing;
    Order::Place(*thing) = static_cast<Index>(at);
  }

  // Moves the thing at this place up or down to where it belongs.
  void Settle(size_t at) {
    T* const thing = things_[at];
    while (at > 0) {
      const size_t parent = (at - 1) / 2;
      if (!Order::Before(*thing, *things_[parent])) break;
      Set(at, things_[parent]);
      at = parent;
    }
    for (size_t child = 2 * at + 1; child < things_.size(); child = 2 * at + 1) {
      if (child + 1 < things_.size() && Order::Before(*things_[child + 1], *things_[child])) ++child;
      if (!Order::Before(*things_[child], *thing)) break;
      Set(at, things_[child]);
      at = child;
    }
    Set(at, thing);
  }

  std::vector<T*> things_;
};

}  // namespace zt
