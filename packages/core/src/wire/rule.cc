#include "wire/rule.h"

namespace zt {

namespace {

// Length of the data of a known type, -1 for others (vl2.md §13.1).
int DataLength(RuleType type) {
  switch (type) {
    case RuleType::kActionDrop:
    case RuleType::kActionAccept:
    case RuleType::kActionBreak:
    case RuleType::kActionPriority: return 0;
    case RuleType::kActionTee:
    case RuleType::kActionWatch:
    case RuleType::kActionRedirect: return 14;
    case RuleType::kSourceAddress:
    case RuleType::kDestinationAddress: return 5;
    case RuleType::kVlanId:
    case RuleType::kEtherType: return 2;
    case RuleType::kVlanPcp:
    case RuleType::kVlanDei:
    case RuleType::kIpProtocol: return 1;
    case RuleType::kMacSource:
    case RuleType::kMacDestination: return 6;
    case RuleType::kIpv4Source:
    case RuleType::kIpv4Destination: return 5;
    case RuleType::kIpv6Source:
    case RuleType::kIpv6Destination: return 17;
    case RuleType::kIpTos:
    case RuleType::kIcmp: return 3;
    case RuleType::kSourcePortRange:
    case RuleType::kDestinationPortRange:
    case RuleType::kFrameSizeRange:
    case RuleType::kRandom: return 4;
    case RuleType::kCharacteristics:
    case RuleType::kTagsDifference:
    case RuleType::kTagsBitwiseAnd:
    case RuleType::kTagsBitwiseOr:
    case RuleType::kTagsBitwiseXor:
    case RuleType::kTagsEqual:
    case RuleType::kTagSender:
    case RuleType::kTagReceiver: return 8;
    case RuleType::kIntegerRange: return 19;
  }
  return -1;
}

// The seven types that hold a tag id and a value.
bool IsTagRule(RuleType type) { return type >= RuleType::kTagsDifference && type <= RuleType::kTagReceiver; }

void ReadData(ByteReader& in, Rule& r) {
  switch (r.type) {
    case RuleType::kActionTee:
    case RuleType::kActionWatch:
    case RuleType::kActionRedirect:
      r.address = {in.U64() & 0xffffffffffULL};
      r.copy_flags = in.U32();
      r.copy_length = in.U16();
      break;
    case RuleType::kSourceAddress:
    case RuleType::kDestinationAddress: r.address = in.Address(); break;
    case RuleType::kVlanId:
    case RuleType::kEtherType: r.number = in.U16(); break;
    case RuleType::kVlanPcp:
    case RuleType::kVlanDei:
    case RuleType::kIpProtocol: r.number = in.U8(); break;
    case RuleType::kMacSource:
    case RuleType::kMacDestination: r.mac = in.MacAddress(); break;
    case RuleType::kIpv4Source:
    case RuleType::kIpv4Destination:
      r.prefix.address = IpAddress::FromV4Bytes(in.Array<4>().data());
      r.prefix.bits = in.U8();
      break;
    case RuleType::kIpv6Source:
    case RuleType::kIpv6Destination:
      r.prefix.address = IpAddress::FromV6Bytes(in.Array<16>().data());
      r.prefix.bits = in.U8();
      break;
    case RuleType::kIpTos:
      r.tos_mask = in.U8();
      r.low = in.U8();
      r.high = in.U8();
      break;
    case RuleType::kIcmp:
      r.icmp_type = in.U8();
      r.icmp_code = in.U8();
      r.icmp_flags = in.U8();
      break;
    case RuleType::kSourcePortRange:
    case RuleType::kDestinationPortRange:
    case RuleType::kFrameSizeRange:
      r.low = in.U16();
      r.high = in.U16();
      break;
    case RuleType::kRandom: r.number = in.U32(); break;
    case RuleType::kCharacteristics: r.characteristics = in.U64(); break;
    case RuleType::kIntegerRange:
      r.low = in.U64();
      r.high = in.U64();
      r.index = in.U16();
      r.format = in.U8();
      break;
    default:
      if (!IsTagRule(r.type)) break;
      r.tag_id = in.U32();
      r.tag_value = in.U32();
  }
}

void WriteData(ByteWriter& out, const Rule& r) {
  switch (r.type) {
    case RuleType::kActionTee:
    case RuleType::kActionWatch:
    case RuleType::kActionRedirect:
      out.U64(r.address.value);
      out.U32(r.copy_flags);
      out.U16(r.copy_length);
      break;
    case RuleType::kSourceAddress:
    case RuleType::kDestinationAddress: out.Address(r.address); break;
    case RuleType::kVlanId:
    case RuleType::kEtherType: out.U16(static_cast<uint16_t>(r.number)); break;
    case RuleType::kVlanPcp:
    case RuleType::kVlanDei:
    case RuleType::kIpProtocol: out.U8(static_cast<uint8_t>(r.number)); break;
    case RuleType::kMacSource:
    case RuleType::kMacDestination: out.MacAddress(r.mac); break;
    case RuleType::kIpv4Source:
    case RuleType::kIpv4Destination:
      out.Put(ByteSpan(r.prefix.address.bytes).first(4));
      out.U8(r.prefix.bits);
      break;
    case RuleType::kIpv6Source:
    case RuleType::kIpv6Destination:
      out.Put(r.prefix.address.bytes);
      out.U8(r.prefix.bits);
      break;
    case RuleType::kIpTos:
      out.U8(r.tos_mask);
      out.U8(static_cast<uint8_t>(r.low));
      out.U8(static_cast<uint8_t>(r.high));
      break;
    case RuleType::kIcmp:
      out.U8(r.icmp_type);
      out.U8(r.icmp_code);
      out.U8(r.icmp_flags);
      break;
    case RuleType::kSourcePortRange:
    case RuleType::kDestinationPortRange:
    case RuleType::kFrameSizeRange:
      out.U16(static_cast<uint16_t>(r.low));
      out.U16(static_cast<uint16_t>(r.high));
      break;
    case RuleType::kRandom: out.U32(r.number); break;
    case RuleType::kCharacteristics: out.U64(r.characteristics); break;
    case RuleType::kIntegerRange:
      out.U64(r.low);
      out.U64(r.high);
      out.U16(r.index);
      out.U8(r.format);
      break;
    default:
      if (!IsTagRule(r.type)) break;
      out.U32(r.tag_id);
      out.U32(r.tag_value);
  }
}

}  // namespace

bool Rule::IsKnown() const { return DataLength(type) >= 0; }

std::optional<Rule> Rule::Parse(ByteReader& in) {
  const uint8_t head = in.U8();
  const uint8_t length = in.U8();
  if (!in.ok()) return std::nullopt;
  Rule r;
  r.type = static_cast<RuleType>(head & 0x3f);
  r.negated = (head & 0x80) != 0;
  r.alternative = (head & 0x40) != 0;
  // The fields are read ahead of the position; the stated length alone says where the next rule starts.
  ByteReader fields = in;
  ReadData(fields, r);
  in.Skip(length);
  if (!fields.ok() || !in.ok()) return std::nullopt;
  return r;
}

void Rule::SerializeTo(ByteWriter& out) const {
  out.U8(static_cast<uint8_t>((negated ? 0x80 : 0) | (alternative ? 0x40 : 0) | (static_cast<uint8_t>(type) & 0x3f)));
  const int length = DataLength(type);
  out.U8(static_cast<uint8_t>(length < 0 ? 0 : length));
  WriteData(out, *this);
}

std::optional<std::vector<Rule>> ParseRules(ByteSpan bytes, size_t max) {
  ByteReader in(bytes);
  std::vector<Rule> rules;
  while (!in.AtEnd() && rules.size() < max) {
    const std::optional<Rule> rule = Rule::Parse(in);
    if (!rule) return std::nullopt;
    rules.push_back(*rule);
  }
  return rules;
}

Bytes SerializeRules(const std::vector<Rule>& rules) {
  Bytes buffer(rules.size() * Rule::kMaxSerializedSize);
  ByteWriter out(buffer);
  for (const Rule& rule : rules) rule.SerializeTo(out);
  buffer.resize(out.size());
  return buffer;
}

}  // namespace zt
