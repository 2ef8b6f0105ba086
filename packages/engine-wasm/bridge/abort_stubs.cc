// How the C++ library ends the program: by a trap, not by printing. Without these it would import WASI's files, and
// the module may import nothing but what allowed-imports.txt names.
#include <cstddef>

namespace std {
inline namespace _LIBCPP_ABI_NAMESPACE {
[[noreturn]] void __libcpp_verbose_abort(char const*, ...) noexcept { __builtin_trap(); }
}  // namespace _LIBCPP_ABI_NAMESPACE
}  // namespace std

extern "C" [[noreturn]] void __abort_message(const char*, ...) { __builtin_trap(); }
extern "C" [[noreturn]] void __cxa_pure_virtual() { __builtin_trap(); }
