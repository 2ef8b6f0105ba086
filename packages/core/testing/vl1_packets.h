// Packets as a peer would make them, for tests that speak to one Vl1 directly.
#pragma once

#include "vl1/packet_seal.h"
#include "wire/packet_header.h"
#include "wire/secret_identity.h"
#include "wire/verb/hello.h"

namespace zt::testing {

struct PacketSpec {
  uint64_t id = 0x0102030405060708;
  Verb verb = Verb::kNop;
  Bytes payload = {};
  vl1::CipherSuite suite = vl1::CipherSuite::kSalsa2012Poly1305;
  uint8_t hops = 0;
  bool compressed = false;
};

inline Bytes MakePacket(const SecretIdentity& from, const Identity& to, const PacketSpec& spec) {
  Bytes packet(wire::kHeaderSize + spec.payload.size());
  wire::MutablePacketView view(packet);
  view.Start({spec.id}, to.address, from.address(), spec.verb);
  view.set_verb(spec.verb, spec.compressed);
  std::copy(spec.payload.begin(), spec.payload.end(), packet.begin() + wire::kPayloadOffset);
  vl1::PeerKeys(*from.Agree(to)).Seal(spec.suite, packet);
  view.set_hops(spec.hops);
  return packet;
}

struct HelloSpec {
  uint64_t id = 0x1122334455667788;
  uint8_t protocol = 12;
  uint64_t planet_id = 0, planet_timestamp = 0;
  Endpoint sent_to = *Endpoint::Parse("10.9.9.9/9993");
  std::optional<Identity> claimed = std::nullopt;  // instead of the sender's own identity
};

inline Bytes MakeHello(const SecretIdentity& from, const Identity& to, const HelloSpec& spec = {}) {
  wire::Hello hello;
  hello.protocol = spec.protocol;
  hello.timestamp = 5;
  hello.identity = spec.claimed.value_or(from.identity());
  hello.sent_to = spec.sent_to;
  hello.planet = wire::WorldVersion{spec.planet_id, spec.planet_timestamp};
  Bytes payload(300);
  ByteWriter out(payload);
  hello.SerializeTo(out);
  const size_t tail = wire::kPayloadOffset + out.size();
  wire::HelloTail{}.SerializeTo(out);
  payload.resize(out.size());
  Bytes packet(wire::kHeaderSize + payload.size());
  wire::MutablePacketView(packet).Start({spec.id}, to.address, hello.identity.address, Verb::kHello);
  std::copy(payload.begin(), payload.end(), packet.begin() + wire::kPayloadOffset);
  const vl1::PeerKeys keys(*from.Agree(to));
  keys.CryptHelloTail(packet, tail);
  keys.Seal(vl1::CipherSuite::kPoly1305, packet);
  return packet;
}

// Opens with the keys of two parties; nothing if it is not authentic.
inline std::optional<Bytes> OpenPacket(const SecretIdentity& one, const Identity& other, ByteSpan packet) {
  Bytes copy(packet.begin(), packet.end());
  if (copy.size() < wire::kHeaderSize || !vl1::PeerKeys(*one.Agree(other)).Open(copy)) return std::nullopt;
  return copy;
}

}  // namespace zt::testing
