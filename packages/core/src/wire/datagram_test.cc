// Headers of datagrams, derived addresses and the peer cache record.
#include <doctest/doctest.h>

#include "wire/derived_address.h"
#include "wire/fragment.h"
#include "wire/packet_header.h"
#include "wire/peer_record.h"
#include "wire/test_identities.h"

namespace zt::wire {
namespace {

TEST_CASE("header fields do not disturb each other") {
  Bytes packet(kHeaderSize + 3, 0xee);
  MutablePacketView p{MutableBytes(packet)};
  p.Start({0x1122334455667788}, {0x0102030405}, {0x0a0b0c0d0e}, Verb::kWhois);
  CHECK(p.flags() == 0);
  p.set_suite(3);
  p.set_hops(2);
  p.set_fragmented(true);
  CHECK(packet[kFlagsOffset] == 0x5a);
  p.set_hops(0);
  p.set_fragmented(false);
  CHECK(packet[kFlagsOffset] == 0x18);
  p.set_verb(Verb::kWhois, true);
  CHECK(p.compressed());
  CHECK((p.verb() == Verb::kWhois));
  CHECK(p.id().value == 0x1122334455667788);
  CHECK(p.destination().value == 0x0102030405);
  CHECK(p.source().value == 0x0a0b0c0d0e);
  CHECK(p.payload().size() == 3);
  CHECK(p.payload()[0] == 0xee);
}

TEST_CASE("a fragment needs data, the marker, and sensible numbers to be accepted") {
  const Bytes data{1, 2, 3};
  Fragment f{{7}, {0x0102030405}, 3, 2, 1, data};
  Bytes buffer(64);
  ByteWriter out(buffer);
  f.SerializeTo(out);
  CHECK(out.size() == kFragmentHeaderSize + 3);
  CHECK(Fragment::Parse(out.written()) == f);
  CHECK_FALSE(Fragment::Parse(ByteSpan(buffer).first(kFragmentHeaderSize)));
  CHECK(f.IsAcceptable());
  for (const auto& [total, number] : {std::pair<int, int>{1, 1}, {8, 1}, {3, 0}, {3, 3}, {2, 6}}) {
    f.total = static_cast<uint8_t>(total);
    f.number = static_cast<uint8_t>(number);
    CHECK_FALSE(f.IsAcceptable());
  }
  buffer[kFragmentMarkerOffset] = 0xfe;
  CHECK_FALSE(Fragment::Parse(out.written()));
}

TEST_CASE("how many datagrams a packet takes") {
  CHECK(FragmentCount(1432, 1432) == 1);
  CHECK(FragmentCount(1433, 1432) == 2);
  CHECK(FragmentCount(2838, 1432) == 2);
  CHECK(FragmentCount(9928, 1432) == 7);
  CHECK(FragmentCount(9929, 1432) == 8);
}

TEST_CASE("a MAC names its member and no other network's") {
  const NetworkId network{0x8056c2e21c000001}, other{0x0102030405060752};
  const NodeAddress address{0x0123456789};
  const Mac mac = DeriveMac(address, network);
  CHECK(mac.ToString() == "02:01:23:59:85:4b");
  CHECK(DeriveAddress(mac, network) == address);
  CHECK(IsInNetworkMac(mac, network));
  CHECK_FALSE(IsInNetworkMac(mac, other));
  CHECK((DeriveMac(address, other).value >> 40) == 0x32);  // 0x52 is avoided
}

TEST_CASE("a peer record survives, a broken endpoint ends its list") {
  PeerRecord record;
  record.identity = testing::Bob().identity();
  record.protocol = 12;
  record.endpoints = {*Endpoint::Parse("203.0.113.7/9993"), *Endpoint::Parse("2001:db8::1/1")};
  Bytes bytes = record.Serialize();
  CHECK(PeerRecord::Parse(bytes) == record);
  bytes.pop_back();
  CHECK(PeerRecord::Parse(bytes)->endpoints.size() == 1);
  CHECK_FALSE(PeerRecord::Parse(ByteSpan(bytes).first(81)));
  bytes[0] = 3;
  CHECK_FALSE(PeerRecord::Parse(bytes));
}

}  // namespace
}  // namespace zt::wire
