#include "node/frame_queue.h"

#include <doctest/doctest.h>

#include <deque>

#include "base/seeded_random.h"
#include "node/host_codec.h"

namespace zt::node {
namespace {

Bytes Record(const Bytes& frame) {
  Bytes out;
  HostWriter(out).Blob16(frame);
  return out;
}

TEST_CASE("a frame that does not fit leaves the queue as it was") {
  FrameQueue queue(20);
  const Bytes frame(16, 1);
  const ByteSpan piece(frame);
  CHECK(queue.Push({&piece, 1}));
  CHECK_FALSE(queue.Push({&piece, 1}));
  CHECK(queue.size() == 18);
  Bytes into(64);
  CHECK(queue.Take(MutableBytes(into).first(17)) == 0);  // not even the first
  CHECK(queue.Take(into) == 18);
  CHECK(queue.empty());
}

TEST_CASE("records are taken while they fit, and never in part") {
  FrameQueue queue(30);
  Bytes batch;
  for (uint8_t i = 0; i < 3; ++i) {
    const Bytes record = Record(Bytes(10, i));
    batch.insert(batch.end(), record.begin(), record.end());
  }
  CHECK(queue.PushRecords(batch) == 24);
  CHECK(queue.room() == 6);
  CHECK(queue.PushRecords(ByteSpan(batch).first(11)) == 0);
}

// Against a queue of whole frames, with sizes that make the ring wrap inside lengths and inside frames.
TEST_CASE("what goes in comes out in order, whatever the sizes, by batch and one by one") {
  SeededRandom random(7);
  FrameQueue queue(997);
  std::deque<Bytes> model;
  Bytes joined, into(500);
  uint8_t next = 0;
  for (int step = 0; step < 20'000; ++step) {
    switch (random.Below(4)) {
      case 0:
      case 1: {
        const Bytes frame(random.Below(90), ++next);
        const bool as_record = random.Below(2) == 0;
        const Bytes record = Record(frame);
        const size_t cut = frame.size() / 2;
        const ByteSpan pieces[] = {ByteSpan(frame).first(cut), ByteSpan(frame).subspan(cut)};
        const bool fits = queue.room() >= record.size();
        CHECK((as_record ? queue.PushRecords(record) == record.size() : queue.Push(pieces)) == fits);
        if (fits) model.push_back(frame);
        break;
      }
      case 2: {
        if (model.empty()) break;
        const ByteSpan front = queue.Front(joined);
        CHECK(Bytes(front.begin(), front.end()) == model.front());
        queue.PopFront();
        model.pop_front();
        break;
      }
      default: {
        const size_t limit = random.Below(into.size());
        const size_t moved = queue.Take(MutableBytes(into).first(limit));
        size_t at = 0;
        while (at < moved) {
          REQUIRE_FALSE(model.empty());
          const Bytes expected = Record(model.front());
          CHECK(Bytes(into.begin() + static_cast<ptrdiff_t>(at),
                      into.begin() + static_cast<ptrdiff_t>(at + expected.size())) == expected);
          at += expected.size();
          model.pop_front();
        }
        CHECK(at == moved);
        CHECK((model.empty() || moved + 2 + model.front().size() > limit));
      }
    }
    CHECK(queue.empty() == model.empty());
  }
}

}  // namespace
}  // namespace zt::node
