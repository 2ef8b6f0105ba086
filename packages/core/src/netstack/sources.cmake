# Sources of packages/core/src/netstack, read by CMake and by the WebAssembly build.
set(ZT_NETSTACK_SOURCES
)
set(ZT_NETSTACK_TESTS
)
