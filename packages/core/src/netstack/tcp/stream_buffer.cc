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
    if (i >= blocks_.size() || blocks_[i] == nullptr) return false;
  }
  return true;
}

void StreamBuffer::Write(uint64_t position, ByteSpan data) {
  ZT_CHECK(position >= begin_);
  while (!data.empty()) {
    const size_t index = static_cast<size_t>(position / BlockPool::kBlockBytes - FirstBlock());
    const size_t offset = static_cast<size_t>(position % BlockPool::kBlockBytes);
    const size_t take = std::min(data.size(), BlockPool::kBlockBytes - offset);
    if (index >= blocks_.size()) blocks_.resize(index + 1);
    if (blocks_[index] == nullptr) blocks_[index] = pool_.Take();
    std::memcpy(blocks_[index].get() + offset, data.data(), take);
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
  pieces.first = {blocks_[index].get() + offset, head};
  if (head < size) pieces.second = {blocks_[index + 1].get(), size - head};
  return pieces;
}

StreamBuffer::Pieces StreamBuffer::PeekBlocks(uint64_t end) const {
  if (end <= begin_) return {};
  const size_t offset = static_cast<size_t>(begin_ % BlockPool::kBlockBytes);
  const size_t size = static_cast<size_t>(std::min<uint64_t>(end - begin_, 2 * BlockPool::kBlockBytes - offset));
  const size_t head = std::min(size, BlockPool::kBlockBytes - offset);
  Pieces pieces;
  pieces.first = {blocks_[0].get() + offset, head};
  if (head < size) pieces.second = {blocks_[1].get(), size - head};
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
  const size_t whole = std::min<size_t>(
      blocks_.size(), static_cast<size_t>(position / BlockPool::kBlockBytes - FirstBlock()));
  for (size_t i = 0; i < whole; ++i) {
    if (blocks_[i] != nullptr) pool_.Give(std::move(blocks_[i]));
  }
  blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<ptrdiff_t>(whole));
  begin_ = position;
}

void StreamBuffer::Clear() {
  for (auto& block : blocks_) {
    if (block != nullptr) pool_.Give(std::move(block));
  }
  blocks_.clear();
}

}  // namespace zt::netstack
