#include "netstack/tcp/stream_buffer.h"

#include <algorithm>

#include "base/check.h"

namespace zt::netstack {

std::unique_ptr<uint8_t[]> BlockPool::Take() {
  budget_.Charge(kBlockBytes);
  if (spare_.empty()) return std::unique_ptr<uint8_t[]>(new uint8_t[kBlockBytes]);
  auto block = std::move(spare_.back());
  spare_.pop_back();
  return block;
}

void BlockPool::Give(std::unique_ptr<uint8_t[]> block) {
  budget_.Return(kBlockBytes);
  if (spare_.size() < kMaxSpare) spare_.push_back(std::move(block));
}

void StreamBuffer::Reset(uint64_t begin) {
  Clear();
  begin_ = begin;
}

bool StreamBuffer::HasBlocks(uint64_t position, size_t size) const {
  if (size == 0) return true;
  const size_t first = static_cast<size_t>(position / BlockPool::kBlockBytes - FirstBlock());
  const size_t last = static_cast<size_t>((position + size - 1) / BlockPool::kBlockBytes - FirstBlock());
  for (size_t i = first; i <= last; ++i) {
    if (i >= block_count() || BlockAt(i) == nullptr) return false;
  }
  return true;
}

void StreamBuffer::Write(uint64_t position, ByteSpan data) {
  ZT_CHECK(position >= begin_);
  while (!data.empty()) {
    const size_t index = static_cast<size_t>(position / BlockPool::kBlockBytes - FirstBlock());
    const size_t offset = static_cast<size_t>(position % BlockPool::kBlockBytes);
    const size_t take = std::min(data.size(), BlockPool::kBlockBytes - offset);
    if (index >= block_count()) blocks_.resize(released_ + index + 1);
    if (BlockAt(index) == nullptr) BlockAt(index) = pool_.Take();
    std::memcpy(BlockAt(index).get() + offset, data.data(), take);
    data = data.subspan(take);
    position += take;
  }
}

StreamBuffer::Pieces StreamBuffer::Peek(uint64_t position, size_t size) const {
  ZT_CHECK(position >= begin_ && size <= BlockPool::kBlockBytes);
  if (size == 0) return {};
  const size_t index = static_cast<size_t>(position / BlockPool::kBlockBytes - FirstBlock());
  const size_t offset = static_cast<size_t>(position % BlockPool::kBlockBytes);
  const size_t head = std::min(size, BlockPool::kBlockBytes - offset);
  Pieces pieces;
  pieces.first = {BlockAt(index).get() + offset, head};
  if (head < size) pieces.second = {BlockAt(index + 1).get(), size - head};
  return pieces;
}

StreamBuffer::Pieces StreamBuffer::PeekBlocks(uint64_t end) const {
  if (end <= begin_) return {};
  const size_t offset = static_cast<size_t>(begin_ % BlockPool::kBlockBytes);
  const size_t size = static_cast<size_t>(std::min<uint64_t>(end - begin_, 2 * BlockPool::kBlockBytes - offset));
  const size_t head = std::min(size, BlockPool::kBlockBytes - offset);
  Pieces pieces;
  pieces.first = {BlockAt(0).get() + offset, head};
  if (head < size) pieces.second = {BlockAt(1).get(), size - head};
  return pieces;
}

void StreamBuffer::Read(uint64_t position, MutableBytes into) const {
  while (!into.empty()) {
    const size_t take = std::min(into.size(), BlockPool::kBlockBytes);
    const Pieces pieces = Peek(position, take);
    std::memcpy(into.data(), pieces.first.data(), pieces.first.size());
    if (!pieces.second.empty()) {
      std::memcpy(into.data() + pieces.first.size(), pieces.second.data(), pieces.second.size());
    }
    into = into.subspan(take);
    position += take;
  }
}

void StreamBuffer::Release(uint64_t position) {
  ZT_CHECK(position >= begin_);
  const size_t whole =
      std::min<size_t>(block_count(), static_cast<size_t>(position / BlockPool::kBlockBytes - FirstBlock()));
  for (size_t i = 0; i < whole; ++i) {
    if (BlockAt(i) != nullptr) pool_.Give(std::move(BlockAt(i)));
  }
  released_ += whole;
  begin_ = position;
  if (released_ <= blocks_.size() / 2) return;
  blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<ptrdiff_t>(released_));
  released_ = 0;
}

void StreamBuffer::Clear() {
  for (auto& block : blocks_) {
    if (block != nullptr) pool_.Give(std::move(block));
  }
  blocks_.clear();
  released_ = 0;
}

}  // namespace zt::netstack
