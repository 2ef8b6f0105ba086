// A window of a byte stream, addressed by stream position, in blocks that come from a pool shared by the stack.
// Sent data waits here for acknowledgment, received data for the reader; what lies beyond a gap is kept in place.
#pragma once

#include <memory>
#include <vector>

#include "netstack/socket/buffer_budget.h"
#include "zt/bytes.h"

namespace zt::netstack {

class BlockPool {
 public:
  // One segment spans at most two blocks: no packet is larger (vl2.md §17: MTU up to 10000; loopback 16384).
  static constexpr size_t kBlockBytes = 16384;
  // Blocks kept for the next stream: 4 MiB, one busy connection.
  static constexpr size_t kMaxSpare = 256;

  explicit BlockPool(BufferBudget& budget) : budget_(budget) {}
  std::unique_ptr<uint8_t[]> Take();
  void Give(std::unique_ptr<uint8_t[]> block);
  const BufferBudget& budget() const { return budget_; }

 private:
  BufferBudget& budget_;
  std::vector<std::unique_ptr<uint8_t[]>> spare_;
};

class StreamBuffer {
 public:
  explicit StreamBuffer(BlockPool& pool) : pool_(pool) {}
  ~StreamBuffer() { Clear(); }
  StreamBuffer(const StreamBuffer&) = delete;
  StreamBuffer& operator=(const StreamBuffer&) = delete;

  struct Pieces {
    ByteSpan first, second;
  };
  uint64_t begin() const { return begin_; }
  const BufferBudget& budget() const { return pool_.budget(); }
  // Writing there takes no new block.
  bool HasBlocks(uint64_t position, size_t size) const;
  // Empties the window and puts it at `begin`.
  void Reset(uint64_t begin);
  // Stores bytes at `position`, not before begin().
  void Write(uint64_t position, ByteSpan data);
  // Bytes written before. At most kBlockBytes.
  Pieces Peek(uint64_t position, size_t size) const;
  // What was written from begin() on, up to `end`, as far as the first two blocks hold it.
  Pieces PeekBlocks(uint64_t end) const;
  void Read(uint64_t position, MutableBytes into) const;
  // Forgets everything before `position`.
  void Release(uint64_t position);
  // Gives all blocks back; the window stays where it is.
  void Clear();

 private:
  using Block = std::unique_ptr<uint8_t[]>;
  uint64_t FirstBlock() const { return begin_ / BlockPool::kBlockBytes; }
  size_t block_count() const { return blocks_.size() - released_; }
  Block& BlockAt(size_t index) { return blocks_[released_ + index]; }
  const Block& BlockAt(size_t index) const { return blocks_[released_ + index]; }

  BlockPool& pool_;
  uint64_t begin_ = 0;
  std::vector<Block> blocks_;  // from FirstBlock(), behind the released ones; null where nothing was written
  size_t released_ = 0;        // empty places in front: moving a thousand pointers per block is dear
};

}  // namespace zt::netstack
