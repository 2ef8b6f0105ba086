// What each message tolerates and what it does not. Exact bytes are held by the vector suites.
#include <doctest/doctest.h>

#include "base/hex.h"
#include "wire/test_identities.h"
#include "wire/verb/error.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/frame.h"
#include "wire/verb/hello.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_like.h"
#include "wire/verb/network_credentials.h"
#include "wire/verb/ok_hello.h"
#include "wire/verb/path_negotiation.h"
#include "wire/verb/push_direct_paths.h"
#include "wire/verb/remote_trace.h"
#include "wire/verb/rendezvous.h"
#include "wire/verb/reply.h"
#include "wire/verb/user_message.h"
#include "wire/verb/whois.h"

namespace zt::wire {
namespace {

template <typename T>
Bytes Write(const T& value) {
  Bytes buffer(4096);
  ByteWriter out(buffer);
  value.SerializeTo(out);
  REQUIRE(out.ok());
  buffer.resize(out.size());
  return buffer;
}

CertificateOfMembership Com() {
  return CertificateOfMembership::Issue(testing::Alice(), {0x176c59253c000001}, testing::Bob().identity(), 1, 2);
}

TEST_CASE("HELLO may stop after the identity, the address or the planet; the tail starts there") {
  Hello h;
  h.identity = testing::Alice().identity();
  CHECK(Hello::Parse(Write(h))->tail_offset == 84);
  h.sent_to = *Endpoint::Parse("203.0.113.7/9993");
  CHECK(Hello::Parse(Write(h))->tail_offset == 91);
  h.planet = WorldVersion{1, 2};
  Bytes bytes = Write(h);
  bytes.push_back(0);
  const auto parsed = Hello::Parse(bytes);
  REQUIRE(parsed);
  CHECK(parsed->tail_offset == 107);
  CHECK(parsed->planet == h.planet);
}

TEST_CASE("entries of other world types in the HELLO tail are skipped") {
  const Bytes tail = *FromHex("00020100000000000000010000000000000002" "7f00000000000000030000000000000004" "ff");
  const auto parsed = HelloTail::Parse(tail);
  REQUIRE(parsed);
  REQUIRE(parsed->moons.size() == 1);
  CHECK(parsed->moons[0] == WorldVersion{3, 4});
  CHECK_FALSE(HelloTail::Parse(ByteSpan(tail).first(30)));
  CHECK(HelloTail::Parse({})->moons.empty());
}

TEST_CASE("OK(HELLO): the address and the worlds are optional, a length beyond the end is not") {
  OkHello ok;
  ok.in_re = {9};
  CHECK(OkHello::Parse(Write(ok)) == ok);
  ok.surface = *Endpoint::Parse("203.0.113.7/9993");
  Bytes bytes = Write(ok);
  CHECK(OkHello::Parse(bytes) == ok);
  bytes[bytes.size() - 1] = 1;
  CHECK_FALSE(OkHello::Parse(bytes));
}

TEST_CASE("an OK of another verb is not taken") {
  OkHello ok;
  Bytes bytes = Write(ok);
  bytes[0] = 4;
  CHECK_FALSE(OkHello::Parse(bytes));
  CHECK(Ok::Parse(bytes)->in_re_verb == Verb::kWhois);
  CHECK_FALSE(Ok::Parse(ByteSpan(bytes).first(8)));
}

TEST_CASE("WHOIS: a rest of less than five bytes is ignored, nothing at all is malformed") {
  const Bytes bytes = *FromHex("0102030405" "0a0b0c0d0e" "0102");
  CHECK(Whois::Parse(bytes)->addresses.size() == 2);
  CHECK_FALSE(Whois::Parse(ByteSpan(bytes).first(4)));
}

TEST_CASE("OK(WHOIS): the identities before a broken one count") {
  OkWhois ok{{1}, {testing::Alice().identity(), testing::Bob().identity()}};
  const Bytes bytes = Write(ok);
  CHECK(OkWhois::Parse(bytes) == ok);
  CHECK(OkWhois::Parse(ByteSpan(bytes).first(bytes.size() - 1))->identities.size() == 1);
  CHECK_FALSE(OkWhois::Parse(ByteSpan(bytes).first(9 + 70)));
}

TEST_CASE("RENDEZVOUS needs a port and an address of four or sixteen bytes") {
  CHECK(Rendezvous::Parse(*FromHex("00" "0102030405" "0001" "04" "cb007107")));
  CHECK_FALSE(Rendezvous::Parse(*FromHex("00" "0102030405" "0000" "04" "cb007107")));
  CHECK_FALSE(Rendezvous::Parse(*FromHex("00" "0102030405" "0001" "05" "cb00710700")));
  CHECK_FALSE(Rendezvous::Parse(*FromHex("00" "0102030405" "0001" "04" "cb0071")));
}

TEST_CASE("PUSH_DIRECT_PATHS: extended data and other address types are skipped") {
  const Bytes good = *FromHex("0003" "000002aabb0406cb0071072709" "0000000502beef" "0200000406c0a801010001");
  const auto push = PushDirectPaths::Parse(good);
  REQUIRE(push);
  REQUIRE(push->paths.size() == 2);
  CHECK(push->paths[0].endpoint.ToString() == "203.0.113.7/9993");
  CHECK(push->paths[1].flags == DirectPath::kClusterRedirect);
  CHECK_FALSE(PushDirectPaths::Parse(ByteSpan(good).first(good.size() - 1)));
  CHECK(PushDirectPaths::RecordSize(push->paths[0].endpoint) == 11);
}

TEST_CASE("EXT_FRAME: an attached certificate is read, a broken one drops the packet") {
  ExtFrame f;
  f.network = {1};
  f.com = Com();
  f.flags = ExtFrame::kComAttached | ExtFrame::kAcknowledge;
  f.ether_type = 0x800;
  Bytes bytes = Write(f);
  CHECK(ExtFrame::Parse(bytes) == f);
  bytes[9] = 2;  // the certificate's version
  CHECK_FALSE(ExtFrame::Parse(bytes));
}

TEST_CASE("MULTICAST_GATHER: a broken certificate reads as none") {
  MulticastGather g;
  g.limit = 5;
  g.com = Com();
  Bytes bytes = Write(g);
  CHECK(MulticastGather::Parse(bytes)->com == g.com);
  bytes[23] = 2;
  const auto parsed = MulticastGather::Parse(bytes);
  REQUIRE(parsed);
  CHECK_FALSE(parsed->com);
  CHECK(parsed->limit == 5);
}

TEST_CASE("MULTICAST_FRAME: every combination of optional fields") {
  const Bytes payload{1, 2, 3};
  for (int mask = 0; mask < 16; ++mask) {
    MulticastFrame f;
    f.network = {7};
    f.flags = static_cast<uint8_t>(mask);
    if ((mask & 1) != 0) f.com = Com();
    if ((mask & 2) != 0) f.gather_limit = 32;
    if ((mask & 4) != 0) f.source = Mac{1};
    f.destination = Mac::Broadcast();
    f.payload = payload;
    const Bytes bytes = Write(f);
    CHECK(MulticastFrame::Parse(bytes) == f);
    CHECK_FALSE(MulticastFrame::Parse(ByteSpan(bytes).first(bytes.size() - 4)));
  }
}

TEST_CASE("gather results: a count beyond the packet is malformed") {
  OkMulticastGather ok;
  ok.result = {7, {{1}, {2}}};
  Bytes bytes = Write(ok);
  CHECK(OkMulticastGather::Parse(bytes) == ok);
  bytes.pop_back();
  CHECK_FALSE(OkMulticastGather::Parse(bytes));
}

TEST_CASE("MULTICAST_LIKE: entries before an incomplete one stay") {
  MulticastLike like;
  like.entries = {{{1}, Mac::Broadcast(), 0}, {{2}, Mac{3}, 4}};
  Bytes bytes = Write(like);
  CHECK(MulticastLike::Parse(bytes) == like);
  bytes.pop_back();
  const auto cut = MulticastLike::Parse(bytes);
  REQUIRE(cut);
  CHECK(cut->truncated);
  CHECK(cut->entries.size() == 1);
}

TEST_CASE("NETWORK_CREDENTIALS may end after any list; inside one, the objects before the broken one stay") {
  NetworkCredentials c;
  c.coms.push_back(Com());
  const Bytes bytes = Write(c);
  REQUIRE(bytes.size() == 272 + 1 + 8);
  for (size_t n = 0; n <= bytes.size(); ++n) {
    const bool at_list_end = n >= 273 && (n - 273) % 2 == 0;
    const auto parsed = NetworkCredentials::Parse(ByteSpan(bytes).first(n));
    CHECK(parsed.has_value() == (n >= 272));
    if (parsed) CHECK(parsed->truncated != at_list_end);
    if (parsed) CHECK(parsed->coms == c.coms);
  }
  Revocation r;
  r.network = {0x176c59253c000001};
  r.Sign(testing::Alice());
  c.revocations.push_back(r);
  CHECK(NetworkCredentials::Parse(Write(c)) == c);
}

TEST_CASE("ERROR: sign-on data, and a stated length beyond the end") {
  Bytes data = *FromHex("0000000000000001");
  CHECK(AuthenticationRequired::Parse(data)->url.empty());
  const std::string text = "aU=https://a";
  data.push_back(0);
  data.push_back(static_cast<uint8_t>(text.size()));
  data.insert(data.end(), text.begin(), text.end());
  CHECK(AuthenticationRequired::Parse(data)->url == "https://a");
  data.pop_back();
  CHECK_FALSE(AuthenticationRequired::Parse(data));
  CHECK_FALSE(Error::Parse(*FromHex("0b0000000000000001")));
  CHECK_FALSE(Error::Parse(*FromHex("0b000000000000000103"))->Network());
}

TEST_CASE("REMOTE_TRACE: text after the last zero byte is ignored, as are empty strings") {
  const Bytes bytes{'a', 0, 0, 'b', 'c', 0, 'd'};
  const auto trace = RemoteTrace::Parse(bytes);
  REQUIRE(trace);
  REQUIRE(trace->dictionaries.size() == 2);
  CHECK(trace->dictionaries[1].size() == 2);
}

TEST_CASE("small messages keep their sizes") {
  CHECK_FALSE(UserMessage::Parse(Bytes(7)));
  CHECK(UserMessage::Parse(Bytes(8))->data.empty());
  CHECK_FALSE(Frame::Parse(Bytes(9)));
  CHECK(Frame::Parse(Bytes(10))->payload.empty());
  CHECK(PathNegotiationRequest::Parse(*FromHex("fffe"))->utility == -2);
  CHECK_FALSE(PathNegotiationRequest::Parse(Bytes(3)));
  CHECK_FALSE(QosMeasurement::Parse(Bytes(9)));
  CHECK(QosMeasurement::Parse(*FromHex("01000000000000000200"))->records[0].holding_ms == 2);
  CHECK_FALSE(QosMeasurement::Parse(Bytes(1401)));
}

}  // namespace
}  // namespace zt::wire
