# Sources of packages/core/src/base, read by CMake and by the WebAssembly build.
set(ZT_BASE_SOURCES
)
set(ZT_BASE_TESTS
)
