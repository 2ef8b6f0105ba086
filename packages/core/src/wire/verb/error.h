// ERROR: a request could not be served (vl1.md §5.4, vl2.md §15).
#pragma once

#include <optional>
#include <string>

#include "base/byte_writer.h"
#include "zt/bytes.h"
#include "zt/generated/enums.h"
#include "zt/ids.h"

namespace zt::wire {

struct Error {
  Verb in_re_verb = Verb::kNop;  // any byte may arrive here
  PacketId in_re;
  WireError code = WireError::kNone;  // any byte may arrive here
  ByteSpan data;                      // from packet offset 38

  bool operator==(const Error& o) const;
  static std::optional<Error> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;

  // The network id that all VL2 codes carry first.
  std::optional<NetworkId> Network() const;
};

// Writes an ERROR whose data is a network id, what a node or controller sends (vl2.md §5.2, §8.4).
void WriteNetworkError(ByteWriter& out, Verb in_re_verb, PacketId in_re, WireError code, NetworkId network);

// Data of UNWANTED_MULTICAST (vl2.md §12.8).
struct UnwantedMulticast {
  NetworkId network;
  Mac mac;
  uint32_t adi = 0;
  static std::optional<UnwantedMulticast> Parse(ByteSpan error_data);
};

// Data of NETWORK_AUTHENTICATION_REQUIRED (vl2.md §5.7).
struct AuthenticationRequired {
  NetworkId network;
  uint64_t version = 0;
  std::string url;  // version 0: the page to open; version 1: the issuer; empty if not given
  // Version 1, all below.
  std::string central_endpoint, nonce, state, client_id;
  std::string provider;  // "default" when absent on the wire
  bool operator==(const AuthenticationRequired&) const = default;
  // Nothing if the stated length exceeds what is present, or a version-0 dictionary has no URL.
  static std::optional<AuthenticationRequired> Parse(ByteSpan error_data);
};

}  // namespace zt::wire
