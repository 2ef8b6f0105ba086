#include "wire/relay_record.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/hex.h"

namespace zt::wire {

namespace {

const Endpoint kServer{IpAddress::V4(203, 0, 113, 7), 9993};

Bytes Record(std::initializer_list<uint8_t> message) {
  Bytes out(kRelayRecordHeader + message.size());
  out[4] = static_cast<uint8_t>(message.size());
  std::copy(message.begin(), message.end(), out.begin() + kRelayRecordHeader);
  return out;
}

}  // namespace

// spec/vl1-vectors.json, tcp_relay.
TEST_CASE("relay records are those of the reference implementation") {
  Bytes greeting;
  AppendRelayGreeting(greeting);
  CHECK(ToHex(greeting) == "1703030004010e0001");
  Bytes datagram;
  const Endpoint to{IpAddress::V4(0xcb, 0x00, 0x71, 0x07), 0x2709};
  CHECK(AppendRelayDatagram(datagram, to, *FromHex("112233445566778701abd44df2176c59")));
  CHECK(ToHex(datagram) == "170303001704cb0071072709112233445566778701abd44df2176c59");
}

TEST_CASE("a stream is cut into the same datagrams however it arrives") {
  const Endpoint six{*IpAddress::Parse("2001:db8::1"), 4};
  Bytes stream;
  AppendRelayGreeting(stream);
  CHECK(AppendRelayDatagram(stream, kServer, Bytes(300, 1)));
  CHECK(AppendRelayDatagram(stream, six, Bytes(16, 2)));
  for (size_t step = 1; step <= stream.size(); ++step) {
    RelayRecordReader reader;
    std::vector<std::pair<Endpoint, Bytes>> got;
    for (size_t at = 0; at < stream.size(); at += step) {
      reader.Append(ByteSpan(stream).subspan(at, std::min(step, stream.size() - at)));
      while (const auto datagram = reader.Next()) {
        CHECK(datagram->via == kAllSockets);
        got.push_back({datagram->from, Bytes(datagram->bytes.begin(), datagram->bytes.end())});
      }
    }
    CHECK_FALSE(reader.malformed());
    REQUIRE(got.size() == 2);
    CHECK(got[0] == std::pair{kServer, Bytes(300, 1)});
    CHECK(got[1] == std::pair{six, Bytes(16, 2)});
  }
}

TEST_CASE("empty messages, greetings and datagrams without a source are passed over") {
  RelayRecordReader reader;
  reader.Append(Record({}));
  reader.Append(Record({9, 9, 9, 9}));
  reader.Append(Record({0, 1, 2, 3, 4, 5}));
  Bytes good;
  CHECK(AppendRelayDatagram(good, kServer, Bytes(20, 3)));
  reader.Append(good);
  const auto datagram = reader.Next();
  REQUIRE(datagram.has_value());
  CHECK(datagram->from == kServer);
  CHECK_FALSE(reader.Next().has_value());
  CHECK_FALSE(reader.malformed());
}

TEST_CASE("an unknown type and one too short for its address are malformed") {
  for (const Bytes& bytes : {Record({7, 1, 2, 3, 4, 5, 6, 7}), Record({4, 1, 2, 3, 4, 5}), Record({4}),
                             Record({6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17})}) {
    RelayRecordReader reader;
    reader.Append(bytes);
    CHECK_FALSE(reader.Next().has_value());
    CHECK(reader.malformed());
    CHECK_FALSE(reader.Next().has_value());
  }
}

TEST_CASE("the largest record and the largest piece of a stream fit the buffer") {
  Bytes stream;
  CHECK(AppendRelayDatagram(stream, kServer, Bytes(kRelayMaxMessage - kRelayAddressV4, 5)));
  CHECK_FALSE(AppendRelayDatagram(stream, kServer, Bytes(kRelayMaxMessage - kRelayAddressV4 + 1, 5)));
  const Bytes one = stream;
  stream.insert(stream.end(), one.begin(), one.end());
  RelayRecordReader reader;
  reader.Append(ByteSpan(stream).first(one.size() - 1));
  CHECK_FALSE(reader.Next().has_value());
  reader.Append(ByteSpan(stream).subspan(one.size() - 1, RelayRecordReader::kMaxAppend));
  CHECK(reader.Next().has_value());
  CHECK_FALSE(reader.malformed());
}

}  // namespace zt::wire
