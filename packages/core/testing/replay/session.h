// The captured sessions (vectors/README.md) and packets of both sides opened with the public
// secrets of the captures.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/secret_identity.h"
#include "zt/generated/enums.h"
#include "zt/inet.h"

namespace zt::replay {

struct Datagram {
  int64_t time;  // wall clock, milliseconds
  Endpoint from, to;
  Bytes bytes;
};

// A whole packet, opened, decompressed, and the tail of a HELLO decrypted.
struct Packet {
  int64_t time = 0;
  Endpoint from, to;
  NodeAddress source, destination;
  PacketId id{};
  Verb verb = Verb::kNop;
  uint8_t suite = 0, hops = 0;
  bool compressed = false;
  std::vector<size_t> datagrams;  // sizes
  Bytes payload;

  bool IsReply() const { return verb == Verb::kOk || verb == Verb::kError; }
  Verb in_re_verb() const { return static_cast<Verb>(payload[0]); }
  PacketId in_re_id() const;
};

// vectors/`name`.json; fails the test if it cannot be read.
std::vector<Datagram> LoadSession(std::string_view name);
// The serialized planet of the captures.
Bytes LoadPlanet();

// Every node of the captures, and the keys each pair of them shares.
class Keyring {
 public:
  Keyring();
  const SecretIdentity& Of(NodeAddress node) const;
  const std::string& TextOf(NodeAddress node) const { return texts_.at(node); }
  // Verifies and decrypts in place; false: the parties are not in the captures or it is not
  // authentic.
  bool Open(Bytes& packet) const;
  // The packet again, sealed by its source for its destination.
  Bytes Seal(const Packet& packet) const;
  void CryptHelloTail(Bytes& packet, size_t offset) const;

 private:
  std::map<NodeAddress, SecretIdentity> secrets_;
  std::map<NodeAddress, std::string> texts_;
};

// Puts fragments together, which come in order in what this reads.
class PacketReader {
 public:
  explicit PacketReader(const Keyring& keys) : keys_(keys) {}
  // A packet that is complete with this datagram. Datagrams too short for a packet are none (vl1.md
  // §7.4).
  std::optional<Packet> Read(const Datagram& datagram);

 private:
  struct Part {
    Bytes bytes;
    std::vector<size_t> sizes;
  };
  Packet Opened(const Datagram& last, Part part) const;

  const Keyring& keys_;
  std::map<uint64_t, Part> parts_;
};

// Where the encrypted tail of a HELLO starts in its payload (vl1.md §6.2).
size_t HelloTailOffset(ByteSpan payload);

}  // namespace zt::replay
