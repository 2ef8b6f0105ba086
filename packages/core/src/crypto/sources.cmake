# Sources of packages/core/src/crypto, read by CMake and by the WebAssembly build.
set(ZT_CRYPTO_SOURCES
)
set(ZT_CRYPTO_TESTS
)
