#include "testing/replay/fields.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/hex.h"
#include "wire/config_chunk.h"
#include "wire/inet_address.h"
#include "wire/limits.h"
#include "wire/packet_header.h"
#include "wire/verb/network_credentials.h"

namespace zt::replay {
namespace {

using Fields = std::map<std::string, std::string>;

std::string Number(uint64_t value) { return std::to_string(value); }

void Versions(ByteReader& in, Fields& fields) {
  fields["protocol"] = Number(in.U8());
  const unsigned major = in.U8(), minor = in.U8(), revision = in.U16();
  fields["software"] = Number(major) + "." + Number(minor) + "." + Number(revision);
}

void Rest(ByteReader& in, Fields& fields, const char* name) { fields[name] = ToHex(in.Rest()); }

void Hello(ByteReader& in, Fields& fields) {
  Versions(in, fields);
  in.U64();  // time
  const auto identity = Identity::Parse(in);
  fields["identity"] = identity ? identity->ToText() : "malformed";
  fields["sent_to"] = wire::ReadEndpoint(in).ToString();
  fields["planet"] = HexNumber(in.U64(), 16);
  fields["planet_timestamp"] = Number(in.U64());
  fields["moons"] = Number(in.U16());
  Rest(in, fields, "tail");
}

void ConfigRequest(ByteReader& in, Fields& fields) {
  const ByteSpan metadata = in.Take(in.U16());
  std::string text(metadata.begin(), metadata.end());
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t equals = text.find('=', at);
    if (equals < end)
      fields["key " + text.substr(at, equals - at)] = text.substr(equals + 1, end - equals - 1);
    at = end + 1;
  }
  Rest(in, fields, "held");  // revision and timestamp of the configuration we have, if any
}

void DirectPaths(ByteReader& in, Fields& fields) {
  std::vector<std::string> paths;
  for (size_t count = in.U16(); count > 0 && in.ok(); --count) {
    const unsigned flags = in.U8();
    in.Skip(in.U16());  // extensions
    const unsigned family = in.U8(), size = in.U8();
    ByteReader address(in.Take(size));
    const IpAddress ip = family == 4 ? IpAddress::FromV4Bytes(address.Take(4).data())
                                     : IpAddress::FromV6Bytes(address.Take(16).data());
    paths.push_back(Endpoint{ip, address.U16()}.ToString() + " flags " + Number(flags));
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  for (const std::string& path : paths) fields["paths"] += path + "; ";
  Rest(in, fields, "rest");
}

std::string Group(ByteReader& in) {
  const std::string mac = in.MacAddress().ToString();
  return mac + "/" + HexNumber(in.U32(), 8);
}

// What frames of our stack and of Linux must have in common: who, what protocol, and for ARP
// everything.
std::string FrameKind(uint16_t ether_type, ByteSpan data) {
  if (ether_type == 0x0806 && data.size() >= 8) return "ARP operation " + Number(data[7]);
  if (ether_type == 0x0800 && data.size() >= 21) {
    if ((data[6] & 0x1f) != 0 || data[7] != 0) return "IPv4 later fragment";
    const bool icmp = data[9] == 1;
    return "IPv4 protocol " + Number(data[9]) + (icmp ? " type " + Number(data[20]) : "");
  }
  if (ether_type == 0x86dd && data.size() >= 41) {
    const bool icmp = data[6] == 58;
    return "IPv6 protocol " + Number(data[6]) + (icmp ? " type " + Number(data[40]) : "");
  }
  return "ether type " + HexNumber(ether_type, 4);
}

void Frame(ByteReader& in, Statement& out) {
  const uint16_t type = in.U16();
  const ByteSpan data = in.Rest();
  out.subject += " " + FrameKind(type, data);
  if (type == 0x0806) out.fields["data"] = ToHex(data);
  if (type == 0x0800 && data.size() >= 20) {
    out.fields["addresses"] = ToHex(data.subspan(12, 8));
    if (data[9] == 1) out.fields["length"] = Number(data.size());
  }
}

void MulticastFrame(ByteReader& in, Statement& out) {
  const unsigned flags = in.U8();
  out.fields["flags"] = Number(flags);
  if ((flags & 2) != 0) out.fields["limit"] = Number(in.U32());
  if ((flags & 4) != 0) out.fields["from"] = in.MacAddress().ToString();
  out.subject += " " + Group(in);
  const uint16_t type = in.U16();
  out.subject += " " + FrameKind(type, in.Rest());
}

void Gather(ByteReader& in, Statement& out) {
  out.fields["flags"] = Number(in.U8());
  out.subject += " " + Group(in);
  out.fields["limit"] = Number(in.U32());
  Rest(in, out.fields, "certificate");
}

std::string Network(ByteReader& in) { return " " + HexNumber(in.U64(), 16); }

// What a controller says itself. The update id is random, and the signature covers it.
void Configuration(const Packet& packet, ByteReader& in, Statement& out) {
  const ByteSpan all = in.Rest();
  const auto chunk = ConfigChunk::Parse(all);
  if (!chunk || chunk->is_legacy || chunk->network.Controller() != packet.source) {
    out.fields["payload"] = ToHex(all);
    return;
  }
  out.subject += " " + HexNumber(chunk->network.value, 16) + " from " + Number(chunk->position);
  out.fields["flags"] = Number(chunk->flags);
  out.fields["total length"] = Number(chunk->total_length);
  out.fields["data"] = ToHex(chunk->data);
}

// Of a revocation by its signer the id is random, the threshold time, and the signature covers both.
void Credentials(const Packet& packet, ByteReader& in, Fields& fields) {
  const ByteSpan all = in.Rest();
  const auto credentials = wire::NetworkCredentials::Parse(all);
  const bool first_hand = credentials && credentials->revocations.size() == 1 &&
                          credentials->revocations[0].signer == packet.source;
  if (!first_hand) {
    fields["payload"] = ToHex(all);
    return;
  }
  wire::NetworkCredentials same = *credentials;
  Revocation& revocation = same.revocations[0];
  revocation.id = 0;
  revocation.threshold = 0;
  revocation.signature = {};
  Bytes bytes(limits::kMaxPayloadSize);
  ByteWriter out(bytes);
  same.SerializeTo(out);
  fields["revocation"] = ToHex(ByteSpan(bytes).first(out.size()));
}

void Reply(const Packet& packet, ByteReader& in, Statement& out) {
  const auto verb = static_cast<Verb>(in.U8());
  in.U64();  // the request's id; replies are paired by it
  out.subject += " in re " + std::string(ToString(verb));
  if (verb == Verb::kHello) {
    in.U64();  // the time of the request, echoed; the reply is paired with it
    Versions(in, out.fields);
    out.fields["sent_to"] = wire::ReadEndpoint(in).ToString();
  }
  if (verb == Verb::kMulticastFrame) {
    out.subject += Network(in);
    out.subject += " " + Group(in);
  }
  if (verb == Verb::kNetworkConfigRequest && packet.verb == Verb::kOk)
    return Configuration(packet, in, out);
  Rest(in, out.fields, "rest");
}

bool NamesItsPath(const Packet& packet) {
  const Verb verb = packet.IsReply() ? packet.in_re_verb() : packet.verb;
  return verb == Verb::kHello || verb == Verb::kEcho;
}

Statement Head(const Packet& packet) {
  Statement out{std::string(ToString(packet.verb)) + " to " + packet.destination.ToString(), {}};
  if (NamesItsPath(packet) && packet.verb != Verb::kOk)
    out.subject += " at " + packet.to.ToString();
  if (packet.hops > 0) out.subject += " relayed from " + packet.source.ToString();
  out.fields["suite"] = Number(packet.suite);
  out.fields["hops"] = Number(packet.hops);
  out.fields["compressed"] = Number(packet.compressed);
  return out;
}

std::vector<Statement> Likes(const Packet& packet) {
  std::vector<Statement> out;
  ByteReader in(packet.payload);
  while (in.remaining() >= 18) {
    Statement one = Head(packet);
    // Whether one packet names one group or all of them is timing, and so is that it is worth
    // compressing.
    one.fields.erase("compressed");
    one.subject += Network(in);
    one.subject += " " + Group(in);
    out.push_back(std::move(one));
  }
  return out;
}

void Body(const Packet& packet, ByteReader& in, Statement& out) {
  switch (packet.verb) {
    case Verb::kHello:
      return Hello(in, out.fields);
    case Verb::kOk:
    case Verb::kError:
      return Reply(packet, in, out);
    case Verb::kPushDirectPaths:
      return DirectPaths(in, out.fields);
    case Verb::kWhois:
      out.subject += " " + ToHex(in.Rest());
      return;
    case Verb::kNetworkConfigRequest:
      out.subject += Network(in);
      return ConfigRequest(in, out.fields);
    case Verb::kMulticastGather:
      out.subject += Network(in);
      return Gather(in, out);
    case Verb::kMulticastFrame:
      out.subject += Network(in);
      return MulticastFrame(in, out);
    case Verb::kFrame:
      out.subject += Network(in);
      return Frame(in, out);
    case Verb::kNetworkConfig:
      return Configuration(packet, in, out);
    case Verb::kNetworkCredentials:
      return Credentials(packet, in, out.fields);
    default:
      return Rest(in, out.fields, "payload");
  }
}

}  // namespace

std::vector<Statement> StatementsOf(const Packet& packet) {
  if (packet.verb == Verb::kMulticastLike) return Likes(packet);
  Statement out = Head(packet);
  ByteReader in(packet.payload);
  Body(packet, in, out);
  if (!in.ok()) out.fields["malformed"] = ToHex(packet.payload);
  const bool sized =
      !packet.compressed && packet.verb != Verb::kFrame && packet.verb != Verb::kMulticastFrame;
  for (size_t size : packet.datagrams) {
    if (sized) out.fields["datagrams"] += Number(size) + " ";
  }
  return {out};
}

std::string RequestSubject(const Packet& packet) { return StatementsOf(packet)[0].subject; }

}  // namespace zt::replay
