# Sources of packages/core/src/crypto, read by CMake and by the WebAssembly build. Files for one target are empty on
# the others.
set(ZT_CRYPTO_SOURCES
  address_work.cc
  aes_gmac_siv_none.cc
  aes_gmac_siv_x86.cc
  drbg.cc
  hmac_sha384.cc
  kdf.cc
  poly1305.cc
  poly1305_avx2.cc
  provider_sodium.cc
  provider_wasm.cc
  salsa20.cc
  salsa20_avx2.cc
  salsa20_avx512.cc
  salsa20_vector4.cc
  secure_memory.cc
)
set(ZT_CRYPTO_TESTS
  address_work_test.cc
  aes_gmac_siv_test.cc
  drbg_test.cc
  poly1305_test.cc
  provider_test.cc
  salsa20_test.cc
)
