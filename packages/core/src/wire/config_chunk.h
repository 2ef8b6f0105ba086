// A signed piece of a configuration dictionary (vl2.md §5.3).
#pragma once

#include <optional>

#include "base/byte_writer.h"
#include "wire/secret_identity.h"
#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt {

struct ConfigChunk {
  static constexpr uint8_t kFastPropagate = 0x01;

  NetworkId network;
  ByteSpan data;
  // The legacy form: a complete unsigned dictionary, believed only from the controller itself. The rest is zero then.
  bool is_legacy = false;
  uint8_t flags = 0;
  uint64_t update_id = 0;
  uint32_t total_length = 0;
  uint32_t position = 0;  // byte offset of `data` in the dictionary
  Signature signature{};

  // Views into what Parse read; empty in a chunk that was not parsed.
  ByteSpan raw;             // from the network id to the end of the packet, for fast propagation
  ByteSpan signed_message;  // network id through position

  bool operator==(const ConfigChunk& o) const;
  // `body` is from @37 in OK(NETWORK_CONFIG_REQUEST), from @28 in NETWORK_CONFIG. Nothing if malformed, if it overruns
  // the total or the total the capacity, or under another signature type or length (vl2.md §5.4). Bytes after it are
  // ignored.
  static std::optional<ConfigChunk> Parse(ByteSpan body);
  // Writes the chunk with `signature` as it stands.
  void SerializeTo(ByteWriter& out) const;
  // Writes the chunk signed by the controller.
  void SerializeSigned(ByteWriter& out, const SecretIdentity& controller) const;
  // Only for parsed chunks that are not legacy.
  bool Verify(const Identity& controller) const;
  // XOR of the first two words of the signature: tells repeated chunks of an update apart (vl2.md §5.4).
  uint64_t DuplicateKey() const;

 private:
  void WriteSignedPart(ByteWriter& out) const;
};

}  // namespace zt
