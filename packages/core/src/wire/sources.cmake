# Sources of packages/core/src/wire, read by CMake and by the WebAssembly build.
set(ZT_WIRE_SOURCES
)
set(ZT_WIRE_TESTS
)
