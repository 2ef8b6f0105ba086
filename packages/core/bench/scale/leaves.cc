#include "bench/scale/leaves.h"

#include "base/check.h"
#include "wire/packet_header.h"
#include "wire/peer_record.h"
#include "wire/verb/hello.h"
#include "wire/verb/ok_hello.h"
#include "wire/verb/whois.h"

namespace zt::bench {
namespace {

constexpr uint32_t kFirstIp = 20u << 24;  // 20.0.0.0: global addresses
constexpr uint16_t kPort = 9993;
constexpr uint64_t kFirstAddress = 0x1000000000;

}  // namespace

Leaves::Leaves(size_t count, const SecretIdentity& root, uint64_t seed) : root_(root.identity()), random_(seed) {
  leaves_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    Identity& identity = leaves_[i].identity;
    identity.address = {kFirstAddress + i};
    // Any number is a public key of somebody. The root's half of the agreement gives the same key as the leaf's.
    random_.Fill(identity.public_key);
    const std::optional<AgreedKey> key = root.Agree(identity);
    ZT_CHECK(key.has_value());
    leaves_[i].key = *key;
  }
}

Endpoint Leaves::EndpointOf(size_t leaf) { return {IpAddress::V4(kFirstIp + static_cast<uint32_t>(leaf)), kPort}; }

size_t Leaves::IndexOf(const Endpoint& endpoint) { return endpoint.ip.V4() - kFirstIp; }

Bytes Leaves::CacheRecord(size_t leaf) const {
  PeerRecord record;
  record.identity = leaves_[leaf].identity;
  return record.Serialize();
}

Bytes Leaves::Hello(size_t leaf, int64_t wall) {
  wire::Hello hello;
  hello.timestamp = static_cast<uint64_t>(wall);
  hello.identity = leaves_[leaf].identity;
  hello.sent_to = Endpoint{IpAddress::V4(kFirstIp - 1), kPort};
  hello.planet = wire::WorldVersion{};
  Bytes packet(512);
  wire::MutablePacketView(packet).Start({random_.U64()}, root_.address, hello.identity.address, Verb::kHello);
  ByteWriter body(MutableBytes(packet).subspan(wire::kPayloadOffset));
  hello.SerializeTo(body);
  const size_t tail = wire::kPayloadOffset + body.size();
  wire::HelloTail{}.SerializeTo(body);
  packet.resize(wire::kPayloadOffset + body.size());
  const vl1::PeerKeys keys(leaves_[leaf].key);
  keys.CryptHelloTail(packet, tail);
  keys.Seal(vl1::CipherSuite::kPoly1305, packet);
  return packet;
}

Bytes Leaves::Sealed(size_t leaf, Verb verb, ByteSpan payload) {
  Bytes packet(wire::kHeaderSize + payload.size());
  wire::MutablePacketView(packet).Start({random_.U64()}, root_.address, address(leaf), verb);
  std::copy(payload.begin(), payload.end(), packet.begin() + wire::kPayloadOffset);
  vl1::PeerKeys(leaves_[leaf].key).Seal(vl1::CipherSuite::kAesGmacSiv, packet);
  return packet;
}

Bytes Leaves::Echo(size_t leaf) { return Sealed(leaf, Verb::kEcho, {}); }

Bytes Leaves::Whois(size_t leaf, NodeAddress wanted) {
  ByteArray<5> payload;
  ByteWriter(payload).Address(wanted);
  return Sealed(leaf, Verb::kWhois, payload);
}

Bytes Leaves::OkHello(size_t leaf, PacketId hello, uint64_t timestamp) {
  wire::OkHello ok;
  ok.in_re = hello;
  ok.timestamp_echo = timestamp;
  ok.surface = Endpoint{IpAddress::V4(kFirstIp - 1), kPort};
  Bytes payload(128);
  ByteWriter out(payload);
  ok.SerializeTo(out);
  return Sealed(leaf, Verb::kOk, out.written());
}

Bytes Leaves::Relayed(size_t leaf, size_t to, size_t body) {
  Bytes packet(wire::kHeaderSize + body);
  random_.Fill(packet);
  wire::MutablePacketView(packet).Start({random_.U64()}, address(to), address(leaf), Verb::kFrame);
  return packet;
}

}  // namespace zt::bench
