// LZ4 blocks, bounded and strict (vl1.md §4.7).
#pragma once

#include <optional>

#include "zt/bytes.h"

namespace zt::wire {

// Decompresses one raw LZ4 block into `out`; the number of bytes written. Nothing if the block is malformed, breaks the
// end-of-block rules, gives no bytes at all, or needs more room than `out` has. `out` must not overlap `block`.
std::optional<size_t> Lz4Decompress(ByteSpan block, MutableBytes out);

// Compresses `data` into one raw LZ4 block that obeys the end-of-block rules; its size. Nothing if it does not fit `out`:
// whoever wants it smaller than the original gives less room than that. At most limits::kMaxPayloadSize bytes.
std::optional<size_t> Lz4Compress(ByteSpan data, MutableBytes out);

}  // namespace zt::wire
