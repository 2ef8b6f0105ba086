#include "wire/dictionary.h"

#include <doctest/doctest.h>

#include <limits>

namespace zt::wire {
namespace {

ByteSpan Bytewise(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string Text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

TEST_CASE("the first line with the key wins, whatever the line ends") {
  const DictionaryReader in(Bytewise("\r\n\nab=1\r\na=2\na=3\nabc=4"));
  CHECK(in.U64("a") == 2);
  CHECK(in.U64("ab") == 1);
  CHECK(in.U64("abc") == 4);
  CHECK_FALSE(in.Has("b"));
  CHECK_FALSE(in.Has("abcd"));
}

TEST_CASE("the dictionary ends at the first NUL") {
  const DictionaryReader in(Bytewise(std::string_view("a=1\n\0b=2", 8)));
  CHECK(in.Has("a"));
  CHECK_FALSE(in.Has("b"));
}

TEST_CASE("numbers stop at the first character that is no digit, and saturate") {
  const DictionaryReader in(Bytewise("a=1fG\nb=\nc=fffffffffffffffff\nd=-10\ne=-8000000000000000\nf=ffffffffffffffff"));
  CHECK(in.U64("a") == 0x1f);
  CHECK(in.U64("b", 7) == 7);
  CHECK(in.U64("absent", 9) == 9);
  CHECK(in.U64("c") == std::numeric_limits<uint64_t>::max());
  CHECK(in.I64("d") == -16);
  CHECK(in.I64("e") == std::numeric_limits<int64_t>::min());
  CHECK(in.I64("f") == std::numeric_limits<int64_t>::max());
}

TEST_CASE("escapes, and a backslash at the very end") {
  const DictionaryReader in(Bytewise("a=x\\0\\r\\n\\e\\\\\\q=\\"));
  CHECK(Text(*in.Binary("a")) == std::string("x\0\r\n=\\q=", 8));
  CHECK(in.Text("a", 100) == "x");
  CHECK(in.Text("absent", 100, "y") == "y");
}

TEST_CASE("a long text is cut") {
  const DictionaryReader in(Bytewise("a=abcdef"));
  CHECK(in.Text("a", 4) == "abcd");
}

TEST_CASE("booleans") {
  const DictionaryReader in(Bytewise("a=1\nb=t\nc=True\nd=0\ne=\nf=yes"));
  CHECK((in.Bool("a") && in.Bool("b") && in.Bool("c")));
  CHECK_FALSE((in.Bool("d", true) || in.Bool("e", true) || in.Bool("f", true)));
  CHECK(in.Bool("absent", true));
}

TEST_CASE("what is written reads the same, byte for byte") {
  Bytes every(256);
  for (size_t i = 0; i < every.size(); ++i) every[i] = static_cast<uint8_t>(i);
  DictionaryWriter out(1024);
  out.U64("u", 0x0123456789abcdefULL);
  out.I64("i", -2);
  out.Address("a", {0x1122334455});
  out.Bool("b", true);
  out.Binary("x", every);
  REQUIRE(out.ok());
  const DictionaryReader in(out.bytes());
  CHECK(in.U64("u") == 0x0123456789abcdefULL);
  CHECK(in.I64("i") == -2);
  CHECK(in.Address("a").value == 0x1122334455);
  CHECK(in.Bool("b"));
  CHECK(*in.Binary("x") == every);
  CHECK(Text(out.bytes()).substr(0, 63) ==
        "u=0123456789abcdef\ni=-0000000000000002\na=1122334455\nb=1\nx=\\0\x01\x02\x03");
}

TEST_CASE("a writer beyond its capacity says so") {
  DictionaryWriter out(10);
  out.Text("a", "12345678");
  CHECK(out.ok());
  out.Bool("b", true);
  CHECK_FALSE(out.ok());
  CHECK(out.bytes().size() <= 10);
}

}  // namespace
}  // namespace zt::wire
