#include "zt/ids.h"

#include <doctest/doctest.h>

#include "base/hex.h"

namespace zt {
namespace {

TEST_CASE("hex: strict in both directions") {
  CHECK(ToHex(Bytes{0x00, 0x9f, 0xff}) == "009fff");
  CHECK(*FromHex("009FfF") == Bytes{0x00, 0x9f, 0xff});
  CHECK(FromHex("")->empty());
  for (const char* bad : {"0", "0g", "00 ", " 00", "0x00", "+1", "-1"})
    CHECK_FALSE(FromHex(bad).has_value());
  ByteArray<2> two;
  CHECK_FALSE(FromHex("00", MutableBytes(two)));
  CHECK_FALSE(FromHex("000000", MutableBytes(two)));
  CHECK(HexNumber(0xabc, 5) == "00abc");
  CHECK(*ParseHexNumber("ffffffffffffffff") == ~0ull);
  CHECK_FALSE(ParseHexNumber("").has_value());
  CHECK_FALSE(ParseHexNumber("00000000000000000").has_value());
}

TEST_CASE("node addresses: ten digits, neither zero nor reserved (vl1.md §2.1)") {
  CHECK(NodeAddress::Parse("176c59253c")->value == 0x176c59253c);
  CHECK(NodeAddress::Parse("176C59253C")->ToString() == "176c59253c");
  CHECK(NodeAddress{1}.ToString() == "0000000001");
  for (const char* bad :
       {"", "176c59253", "176c59253c0", "0000000000", "ff00000001", "176c59253g", "0x76c59253"}) {
    CHECK_FALSE(NodeAddress::Parse(bad).has_value());
  }
  CHECK_FALSE(NodeAddress{1ull << 40}.IsValid());
}

TEST_CASE("network ids: sixteen digits, the controller on top") {
  const NetworkId id = *NetworkId::Parse("8056c2e21c000001");
  CHECK(id.Controller() == NodeAddress{0x8056c2e21c});
  CHECK(id.ToString() == "8056c2e21c000001");
  CHECK(NetworkId::Parse("ff00160016000000")->IsAdHoc());
  for (const char* bad :
       {"", "8056c2e21c00000", "8056c2e21c0000011", "0000000000000000", "8056c2e21c00000z"}) {
    CHECK_FALSE(NetworkId::Parse(bad).has_value());
  }
}

TEST_CASE("Ethernet addresses") {
  const Mac mac{0x32fe01020304};
  CHECK(mac.ToString() == "32:fe:01:02:03:04");
  CHECK(Mac::FromBytes(mac.ToBytes().data()) == mac);
  CHECK_FALSE(mac.IsMulticast());
  CHECK(Mac{0x01005e000001}.IsMulticast());
  CHECK(Mac::Broadcast().IsBroadcast());
  CHECK(Mac::Broadcast().ToString() == "ff:ff:ff:ff:ff:ff");
}

}  // namespace
}  // namespace zt
