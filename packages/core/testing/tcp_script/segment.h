// Lines that are packets: as written in a script (SegmentLine), as bytes (Packet), and the numbers both are relative to
// (Flow). Bytes are made and read here without the stack's own code, so that an error there cannot cancel out.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::netstack::script {

// A sequence number: a literal, or a name plus an offset.
struct Number {
  enum class Base : uint8_t {
    kLiteral,
    kNext,   // what the stack expects: the last acknowledgment it sent
    kEdge,   // the right edge of the window it offers
    kSent,   // the end of what the stack sent
    kAcked,  // the highest acknowledgment the peer sent
    kMine,   // the end of what the peer sent
    kMss,    // what the MTU allows: the MSS the stack announces
    kAny     // `*`: not looked at
  };
  Base base = Base::kLiteral;
  int64_t offset = 0;
};

enum OptionKind : uint8_t { kOptEnd = 0, kOptNop = 1, kOptMss = 2, kOptScale = 3, kOptSackOk = 4, kOptSack = 5,
                            kOptTime = 8 };

struct OptionLine {
  uint8_t kind = kOptNop;
  Number a, b;  // mss and scale: a; timestamps: value, echo
  std::vector<std::pair<Number, Number>> blocks;
  std::optional<Bytes> raw;  // `hex ..`: as it is
};

// Part of the IP payload sent as a fragment of its own; `other`: with different bytes.
struct FragmentLine {
  size_t from = 0, to = 0;
  bool other = false;
};

struct SegmentLine {
  enum class Kind : uint8_t { kTcp, kUdp, kIcmp, kNothing };
  Kind kind = Kind::kTcp;
  std::optional<uint8_t> flags;  // none: not looked at
  Number seq;
  std::optional<Number> end;
  bool relative_end = false;  // `end` is a length
  std::optional<Number> ack;
  std::optional<int64_t> window;
  char window_compare = '=';  // or '>' (more than), '<'
  std::optional<int64_t> urgent;
  bool has_options = false, open_options = false;  // <...>; with `...` inside others may be there
  std::vector<OptionLine> options;
  // Only into the stack.
  bool bad_checksum = false, other_content = false;
  std::optional<int> data_offset;
  int reserved = 0;
  std::vector<FragmentLine> fragments;
  // UDP: bytes. ICMP: a name or type/code.
  size_t size = 0;
  uint8_t icmp_type = 0, icmp_code = 0;
  uint32_t icmp_rest = 0;
  std::optional<Number> quoted_seq;
};

// A connection, or a pair of UDP ports, between the peer and the stack.
struct Flow {
  uint16_t peer_port = 5555, stack_port = 80;
  uint32_t peer_isn = 0xfffffff0;   // the sequence wraps early on
  uint32_t stack_isn = 0x20000000;  // until the stack says
  int64_t next = 0, edge = 0, sent = 0, acked = 0, mine = 0;
  uint8_t stack_scale = 0;
  // What the peer's last SYN offered holds once the stack took it up.
  struct Offer {
    bool scale = false, time = false;
  };
  Offer offer;
  bool peer_offered_scale = false, peer_offered_time = false, stack_offered_time = false;
  bool stack_offered_scale = false;
  bool time_known = false;
  uint32_t time_base = 0, time_last = 0;  // of the stack's clock
  int64_t clock = 1000;                   // the peer's timestamp at the start of the scenario
  uint16_t window = 65535;
  uint32_t socket = 0;
  int64_t written = 0, read = 0;
  int64_t mss = 1460;

  void TakeOffer() {
    peer_offered_scale = offer.scale;
    peer_offered_time = offer.time;
  }
  bool UsesTime() const { return peer_offered_time && stack_offered_time; }
  int64_t Value(const Number& number) const;
  int64_t FromPeer(uint32_t seq) const { return static_cast<int32_t>(seq - peer_isn); }
  int64_t FromStack(uint32_t seq) const { return static_cast<int32_t>(seq - stack_isn); }
};

struct Packet {
  Instant at;
  Bytes bytes;  // the IP packet
  bool v4 = true;
  uint8_t protocol = 0;
  bool fragment = false;
  std::string error;  // why it is not a right packet
  // TCP and UDP.
  uint16_t source_port = 0, destination_port = 0;
  uint32_t seq = 0, ack = 0;
  uint8_t flags = 0;
  uint16_t window = 0, urgent = 0;
  struct Option {
    uint8_t kind = 0;
    Bytes value;
  };
  std::vector<Option> options;
  Bytes payload;
  // ICMP.
  uint8_t icmp_type = 0, icmp_code = 0;
  uint32_t icmp_rest = 0;

  const Option* Find(uint8_t kind) const;
};

// parse.cc: `words` after the direction. The error is a sentence.
struct ParsedLine {
  SegmentLine line;
  std::string error;
};
ParsedLine ParseSegment(const std::vector<std::string>& words, bool v4);
std::optional<Number> ParseNumber(const std::string& text);
std::optional<Millis> ParseTime(const std::string& text);  // 200ms, 1s, 2min
struct IcmpName {
  const char* name;
  uint8_t type4, code4, type6, code6;  // 255: not in this family
};
const IcmpName* FindIcmp(const std::string& name);
std::string NameOfIcmp(uint8_t type, uint8_t code, bool v4);

// wire.cc
struct Addresses {
  IpAddress peer, stack;
};
// The packets a line stands for: one, or its fragments.
std::vector<Bytes> MakePackets(const SegmentLine& line, const Flow& flow, const Addresses& addresses,
                               int64_t peer_clock, const Bytes& quoted);
Packet ReadPacket(ByteSpan bytes, Instant at);
uint8_t Pattern(bool from_peer, int64_t position);

// print.cc: in the language of scripts.
std::string Print(const Packet& packet, const Flow& flow, bool from_peer);
std::string PrintFlags(uint8_t flags);

}  // namespace zt::netstack::script
