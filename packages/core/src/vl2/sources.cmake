# Sources of packages/core/src/vl2, read by CMake and by the WebAssembly build.
set(ZT_VL2_SOURCES
)
set(ZT_VL2_TESTS
)
