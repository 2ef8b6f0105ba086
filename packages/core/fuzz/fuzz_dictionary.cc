// Dictionary lookups: first byte the length of the key, then key, then dictionary (vl2.md §4).
#include "fuzz/round_trip.h"
#include "wire/dictionary.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size - 1 < data[0]) return 0;
  const std::string_view key(reinterpret_cast<const char*>(data + 1), data[0]);
  const zt::wire::DictionaryReader in(zt::ByteSpan(data + 1 + key.size(), size - 1 - key.size()));
  const auto value = in.Binary(key);
  ZT_CHECK(value.has_value() == in.Has(key));
  ZT_CHECK(in.Text(key, 16).size() <= 16);
  const int64_t number = in.I64(key);
  const uint64_t positive = in.U64(key);
  (void)in.Bool(key);
  if (!value) return 0;
  // Whatever it is, it survives being written and read under a key of its own.
  zt::wire::DictionaryWriter out(2 * size + 64);
  out.Binary("b", *value);
  out.I64("i", number);
  out.U64("u", positive);
  ZT_CHECK(out.ok());
  const zt::wire::DictionaryReader again(out.bytes());
  ZT_CHECK(again.Binary("b") == value);
  ZT_CHECK(again.I64("i") == number);
  ZT_CHECK(again.U64("u") == positive);
  return 0;
}
