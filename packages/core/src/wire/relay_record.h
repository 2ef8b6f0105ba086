// Records of the stream to a TCP relay: each carries one datagram with the address it goes to or comes from
// (vl1.md §10.1). They look like TLS records and are none.
#pragma once

#include <optional>

#include "zt/bytes.h"
#include "zt/transmit.h"

namespace zt::wire {

inline constexpr size_t kRelayRecordHeader = 5;   // 17 03 03, length u16
inline constexpr size_t kRelayGreetingSize = 4;   // a message of this length is a greeting, whatever it says
inline constexpr size_t kRelayAddressV4 = 7;      // type 4, address, port
inline constexpr size_t kRelayAddressV6 = 19;     // type 6, address, port
inline constexpr size_t kRelayMaxMessage = 65535;
// What a receiver keeps of a stream; a whole record and a whole read fit.
inline constexpr size_t kRelayReadBuffer = 131072;

// What a client says first: its version.
void AppendRelayGreeting(Bytes& out);
// A datagram to an IPv4 or IPv6 endpoint. False: too long for a record, nothing is written.
bool AppendRelayDatagram(Bytes& out, const Endpoint& to, ByteSpan datagram);

// Cuts a received stream into datagrams.
class RelayRecordReader {
 public:
  // At most as many bytes at once, so that they fit behind the largest incomplete record.
  static constexpr size_t kMaxAppend = kRelayReadBuffer - kRelayRecordHeader - kRelayMaxMessage;

  void Clear();
  // The next bytes of the stream. Everything that Next can give has to be taken first.
  void Append(ByteSpan bytes);
  // The next datagram, on the socket "all" (vl1.md §10.3); valid until Append. Nothing: more bytes are needed, or the
  // stream is malformed.
  std::optional<InboundDatagram> Next();
  // A message of unknown type or too short for its type: the client closes the connection.
  bool malformed() const { return malformed_; }

 private:
  Bytes buffer_;
  size_t head_ = 0;  // of the first record not taken
  bool malformed_ = false;
};

}  // namespace zt::wire
