// Our own bugs abort; they are never a peer's or a caller's fault (ARCHITECTURE.md, three kinds of failure).
#pragma once

#define ZT_CHECK(condition)               \
  do {                                    \
    if (!(condition)) __builtin_trap();   \
  } while (false)

#ifdef NDEBUG
#define ZT_DCHECK(condition) \
  do {                       \
  } while (false)
#else
#define ZT_DCHECK(condition) ZT_CHECK(condition)
#endif
