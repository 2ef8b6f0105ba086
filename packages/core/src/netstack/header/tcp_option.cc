#include "netstack/header/tcp_option.h"

#include <algorithm>

#include "netstack/header/protocol.h"

namespace zt::netstack {
namespace {

enum Kind : uint8_t { kEnd = 0, kNop = 1, kMss = 2, kScale = 3, kSackOk = 4, kSack = 5, kTime = 8 };

void ReadOne(uint8_t kind, ByteSpan value, TcpOptions& out) {
  if (kind == kMss && value.size() == 2) {
    out.mss = LoadU16(value.data());
  } else if (kind == kScale && value.size() == 1) {
    out.window_scale = std::min(value[0], TcpOptions::kMaxWindowScale);
  } else if (kind == kSackOk && value.empty()) {
    out.sack_permitted = true;
  } else if (kind == kTime && value.size() == 8) {
    out.has_timestamps = true;
    out.timestamp = LoadU32(&value[0]);
    out.timestamp_echo = LoadU32(&value[4]);
  } else if (kind == kSack && value.size() % 8 == 0) {
    out.sack_count =
        static_cast<uint8_t>(std::min(value.size() / 8, TcpOptions::kMaxSackBlocks));
    for (size_t i = 0; i < out.sack_count; ++i) {
      out.sack[i] = {LoadU32(&value[8 * i]), LoadU32(&value[8 * i + 4])};
    }
  }
}

}  // namespace

TcpOptions TcpOptions::Parse(ByteSpan bytes) {
  TcpOptions out;
  for (size_t at = 0; at < bytes.size();) {
    const uint8_t kind = bytes[at];
    if (kind == kEnd) break;
    if (kind == kNop) {
      ++at;
      continue;
    }
    if (bytes.size() - at < 2) break;
    const size_t size = bytes[at + 1];
    if (size < 2 || size > bytes.size() - at) break;
    ReadOne(kind, bytes.subspan(at + 2, size - 2), out);
    at += size;
  }
  return out;
}

size_t TcpOptions::Write(uint8_t* out) const {
  size_t at = 0;
  if (mss) {
    StoreU32(out, uint32_t{kMss} << 24 | 4 << 16 | *mss);
    at += 4;
  }
  if (window_scale) {
    StoreU32(out + at, uint32_t{kNop} << 24 | kScale << 16 | 3 << 8 | *window_scale);
    at += 4;
  }
  if (sack_permitted) {
    StoreU32(out + at, uint32_t{kNop} << 24 | kNop << 16 | kSackOk << 8 | 2);
    at += 4;
  }
  if (has_timestamps) {
    StoreU32(out + at, uint32_t{kNop} << 24 | kNop << 16 | kTime << 8 | 10);
    StoreU32(out + at + 4, timestamp);
    StoreU32(out + at + 8, timestamp_echo);
    at += kTimestampsSize;
  }
  const size_t blocks = kMaxSize - at < 12 ? 0 : std::min<size_t>(sack_count, (kMaxSize - at - 4) / 8);
  if (blocks != 0) {
    StoreU32(out + at, static_cast<uint32_t>(uint32_t{kNop} << 24 | kNop << 16 | kSack << 8 |
                                             (2 + 8 * blocks)));
    at += 4;
    for (size_t i = 0; i < blocks; ++i, at += 8) {
      StoreU32(out + at, sack[i].left);
      StoreU32(out + at + 4, sack[i].right);
    }
  }
  return at;
}

}  // namespace zt::netstack
