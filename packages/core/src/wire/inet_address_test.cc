#include "wire/inet_address.h"

#include <doctest/doctest.h>

namespace zt::wire {
namespace {

Endpoint Read(const Bytes& bytes, bool& ok) {
  ByteReader in(bytes);
  const Endpoint e = ReadEndpoint(in);
  ok = in.AtEnd();
  return e;
}

TEST_CASE("an endpoint is written in the form it is read in") {
  for (const char* text : {"203.0.113.7/9993", "2001:db8::1/65535", "0.0.0.0/0"}) {
    const Endpoint e = *Endpoint::Parse(text);
    Bytes buffer(kMaxInetAddressSize);
    ByteWriter out(buffer);
    WriteEndpoint(out, e);
    CHECK(out.size() == EndpointSize(e));
    ByteReader in(out.written());
    CHECK(ReadEndpoint(in) == e);
    CHECK(in.AtEnd());
  }
}

TEST_CASE("reserved address types are skipped and read as none") {
  bool ok = false;
  CHECK(Read({0}, ok).IsNone());
  CHECK(ok);
  CHECK(Read({1, 1, 2, 3, 4, 5, 6}, ok).IsNone());
  CHECK(ok);
  CHECK(Read({3, 0, 2, 9, 9}, ok).IsNone());
  CHECK(ok);
}

TEST_CASE("an unknown type or a short address is malformed") {
  bool ok = true;
  for (const Bytes& bad : {Bytes{}, Bytes{5}, Bytes{4, 1, 2, 3, 4, 0}, Bytes{3, 0, 2, 9}, Bytes{6, 0}}) {
    Read(bad, ok);
    CHECK_FALSE(ok);
  }
}

TEST_CASE("a prefix has at most as many bits as its family") {
  const Bytes good{4, 10, 0, 0, 0, 0, 32};
  ByteReader in(good);
  CHECK(ReadPrefix(in).bits == 32);
  CHECK(in.AtEnd());
  for (const Bytes& bad : {Bytes{4, 10, 0, 0, 0, 0, 33}, Bytes{4, 10, 0, 0, 0, 1, 0}}) {
    ByteReader broken(bad);
    ReadPrefix(broken);
    CHECK_FALSE(broken.ok());
  }
}

}  // namespace
}  // namespace zt::wire
