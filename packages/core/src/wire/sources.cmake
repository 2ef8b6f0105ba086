# Sources of packages/core/src/wire, read by CMake and by the WebAssembly build.
set(ZT_WIRE_SOURCES
  identity.cc
  secret_identity.cc
)
set(ZT_WIRE_TESTS
)
