# Sources of packages/core/src/base, read by CMake and by the WebAssembly build.
set(ZT_BASE_SOURCES
  hex.cc
  ids.cc
  inet.cc
  inet_scope.cc
  pcapng.cc
  sip_hash.cc
)
set(ZT_BASE_TESTS
  ids_test.cc
  inet_test.cc
  pcapng_test.cc
  sip_hash_test.cc
)
