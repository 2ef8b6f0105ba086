#include "testing/replay/session.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "base/byte_reader.h"
#include "base/hex.h"
#include "vl1/packet_seal.h"
#include "wire/inet_address.h"
#include "wire/lz4.h"
#include "wire/packet_header.h"

namespace zt::replay {
namespace {

constexpr size_t kShortest = 16;         // shorter datagrams are no packets (vl1.md §3.6)
constexpr uint8_t kFragmentMark = 0xff;  // byte 13 of a fragment (vl1.md §3.6)
constexpr size_t kFragmentHeader = 16;

std::string ReadText(const std::string& file) {
  std::ifstream in(std::string(ZT_VECTORS) + "/" + file);
  REQUIRE_MESSAGE(in.good(), file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The value of the next `"key":` at or after `at`, without quotes; moves `at` behind it.
std::string_view Value(std::string_view text, std::string_view key, size_t& at) {
  at = text.find("\"" + std::string(key) + "\":", at);
  if (at == std::string_view::npos) return {};
  at = text.find_first_not_of(" \n\"", at + key.size() + 3);
  const size_t end = text.find_first_of(",\"}\n", at);
  const std::string_view value = text.substr(at, end - at);
  at = end;
  return value;
}

}  // namespace

PacketId Packet::in_re_id() const {
  ByteReader in(payload);
  in.U8();
  return {in.U64()};
}

std::vector<Datagram> LoadSession(std::string_view name) {
  const std::string text = ReadText(std::string(name) + ".json");
  std::vector<Datagram> out;
  size_t at = text.find("\"packets\"");
  for (;;) {
    const std::string time(Value(text, "t", at));
    if (time.empty()) break;
    const auto from = Endpoint::Parse(Value(text, "src", at));
    const auto to = Endpoint::Parse(Value(text, "dst", at));
    auto bytes = FromHex(Value(text, "data", at));
    REQUIRE((from && to && bytes));
    out.push_back(
        {std::llround(std::floor(std::stod(time) * 1000)), *from, *to, std::move(*bytes)});
  }
  REQUIRE(!out.empty());
  return out;
}

Bytes LoadPlanet() {
  const std::string text = ReadText("e-worlds.json");
  size_t at = text.find("planet-netns");
  REQUIRE(at != std::string::npos);
  const auto planet = FromHex(Value(text, "serialized", at));
  REQUIRE(planet);
  return *planet;
}

Keyring::Keyring() {
  std::istringstream lines(ReadText("h-identities.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    auto secret = SecretIdentity::ParseText(line);
    REQUIRE(secret);
    texts_[secret->address()] = line;
    secrets_.emplace(secret->address(), std::move(*secret));
  }
}

const SecretIdentity& Keyring::Of(NodeAddress node) const {
  const auto found = secrets_.find(node);
  REQUIRE(found != secrets_.end());
  return found->second;
}

bool Keyring::Open(Bytes& packet) const {
  const wire::PacketView view(packet);
  const auto from = secrets_.find(view.source()), to = secrets_.find(view.destination());
  if (from == secrets_.end() || to == secrets_.end()) return false;
  return vl1::PeerKeys(*from->second.Agree(to->second.identity())).Open(packet);
}

void Keyring::CryptHelloTail(Bytes& packet, size_t offset) const {
  const wire::PacketView view(packet);
  vl1::PeerKeys(*Of(view.source()).Agree(Of(view.destination()).identity()))
      .CryptHelloTail(packet, offset);
}

Bytes Keyring::Seal(const Packet& packet) const {
  Bytes bytes(wire::kHeaderSize + packet.payload.size());
  wire::MutablePacketView view(bytes);
  view.Start(packet.id, packet.destination, packet.source, packet.verb);
  std::copy(packet.payload.begin(), packet.payload.end(), bytes.begin() + wire::kPayloadOffset);
  vl1::PeerKeys(*Of(packet.source).Agree(Of(packet.destination).identity()))
      .Seal(static_cast<vl1::CipherSuite>(packet.suite), bytes);
  view.set_hops(packet.hops);
  return bytes;
}

std::optional<Packet> PacketReader::Read(const Datagram& datagram) {
  if (datagram.bytes.size() < kShortest) return std::nullopt;
  ByteReader in(datagram.bytes);
  const uint64_t id = in.U64();
  if (datagram.bytes[wire::kSourceOffset] != kFragmentMark) {
    Part part{datagram.bytes, {datagram.bytes.size()}};
    if (!wire::PacketView(datagram.bytes).fragmented()) return Opened(datagram, std::move(part));
    parts_[id] = std::move(part);
    return std::nullopt;
  }
  Part& part = parts_[id];
  part.bytes.insert(part.bytes.end(), datagram.bytes.begin() + kFragmentHeader,
                    datagram.bytes.end());
  part.sizes.push_back(datagram.bytes.size());
  const size_t total = datagram.bytes[14] >> 4;  // vl1.md §3.6
  if (part.sizes.size() < total) return std::nullopt;
  Part whole = std::move(part);
  parts_.erase(id);
  return Opened(datagram, std::move(whole));
}

Packet PacketReader::Opened(const Datagram& last, Part part) const {
  Packet out;
  out.time = last.time;
  out.from = last.from;
  out.to = last.to;
  const wire::PacketView sealed(part.bytes);
  out.id = sealed.id();
  out.suite = sealed.suite();
  out.hops = sealed.hops();
  out.source = sealed.source();
  out.destination = sealed.destination();
  out.datagrams = part.sizes;
  REQUIRE(keys_.Open(part.bytes));
  const wire::PacketView view(part.bytes);
  out.verb = view.verb();
  out.compressed = view.compressed();
  if (out.verb == Verb::kHello) {
    keys_.CryptHelloTail(part.bytes, wire::kPayloadOffset + HelloTailOffset(view.payload()));
  }
  const ByteSpan payload = wire::PacketView(part.bytes).payload();
  out.payload.assign(payload.begin(), payload.end());
  if (!out.compressed) return out;
  Bytes plain(16384);
  const auto size = wire::Lz4Decompress(payload, plain);
  REQUIRE(size);
  plain.resize(*size);
  out.payload = std::move(plain);
  return out;
}

size_t HelloTailOffset(ByteSpan payload) {
  ByteReader in(payload);
  in.Skip(5 + 8);  // versions, time
  REQUIRE(Identity::Parse(in));
  wire::ReadEndpoint(in);
  in.Skip(16);  // the planet's id and timestamp
  REQUIRE(in.ok());
  return in.position();
}

}  // namespace zt::replay
