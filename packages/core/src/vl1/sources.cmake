# Sources of packages/core/src/vl1, read by CMake and by the WebAssembly build.
set(ZT_VL1_SOURCES
  identity_generator.cc
  packet_seal.cc
)
set(ZT_VL1_TESTS
)
