// The rules engine for the vector tests and for comparison with another evaluator.
#include <vector>

#include "testing/probe/probe.h"
#include "vl2/decision.h"

namespace zt::probe {
namespace {

// Every u32 drawn is the same.
class FixedDraw final : public RandomSource {
 public:
  explicit FixedDraw(uint32_t draw) : draw_(draw) {}
  void Fill(MutableBytes out) override {
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(draw_ >> (8 * (i % 4)));
  }

 private:
  uint32_t draw_;
};

constexpr int64_t kConfigTimestamp = 1'000'000;  // vl2.md §18.4
constexpr int64_t kTimeMaxDelta = 1'000;

std::vector<Tag> ReadTags(ByteReader& in, bool with_timestamp) {
  std::vector<Tag> out;
  for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
    Tag tag;
    tag.id = in.U32();
    tag.value = in.U32();
    if (with_timestamp) tag.timestamp = static_cast<int64_t>(in.U64());
    out.push_back(tag);
  }
  return out;
}

CertificateOfOwnership ReadThings(ByteReader& in) {
  CertificateOfOwnership coo;
  coo.timestamp = kConfigTimestamp + 500;  // vl2.md §18.4
  for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
    OwnedThing thing;
    thing.type = static_cast<OwnedThing::Type>(in.U8());
    thing.value = in.Array<16>();
    coo.things.push_back(thing);
  }
  return coo;
}

// A frame and everything that rules may ask about it, but for the rules.
struct Question {
  bool inbound = false, record = false;
  NodeAddress self, source, destination;
  vl2::Frame frame;
  NetworkConfig config;
  vl2::Membership remote;

  vl2::RuleContext Context(RandomSource& random) const {
    return {config, record ? &remote : nullptr, self, source, destination, inbound, random};
  }
};

// inbound u8, record u8, self, source, destination addr, source, destination mac, type u16, flags u64, nwid u64, local
// tags (id, value), remote tags (id, value, timestamp i64), local things, remote things (type u8, 16 bytes), addresses
// (16 bytes, bits u8), each after a u16 count
void ReadQuestion(ByteReader& in, Question& q) {
  q.inbound = in.U8() != 0;
  q.record = in.U8() != 0;
  q.self = in.Address();
  q.source = in.Address();
  q.destination = in.Address();
  q.frame.source = in.MacAddress();
  q.frame.destination = in.MacAddress();
  q.frame.ether_type = in.U16();
  q.config.timestamp = kConfigTimestamp;
  q.config.credential_time_max_delta = kTimeMaxDelta;
  q.config.flags = in.U64();
  q.config.network = {in.U64()};
  q.config.tags = ReadTags(in, false);
  for (const Tag& tag : ReadTags(in, true)) q.remote.tags[tag.id] = tag;
  q.config.ownerships.push_back(ReadThings(in));
  q.remote.ownerships[0] = ReadThings(in);
  for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
    const auto bytes = in.Array<16>();
    q.config.addresses.push_back({IpAddress::FromV6Bytes(bytes.data()), in.U8()});
  }
}

void SetPayload(vl2::Frame& frame, const ByteSpan& payload) {
  frame.length = payload.size();
  frame.head = payload;
  frame.pieces = {&payload, 1};
}

// in: question, rules piece, frame piece
// out: verdict u8, destination addr, copy to addr, copy length u32, copy is watch u8
bool RunFilter(ByteReader& in, Bytes& out) {
  Question q;
  ReadQuestion(in, q);
  const auto rules = ParseRules(Piece(in), limits::kMaxRules);
  const ByteSpan payload = Piece(in);
  if (!in.ok() || !rules) return false;
  SetPayload(q.frame, payload);
  FixedDraw random(0x01010101);
  const vl2::Evaluation e = vl2::Evaluate(q.Context(random), *rules, q.frame);
  ByteArray<16> answer;
  ByteWriter writer(answer);
  writer.U8(static_cast<uint8_t>(e.verdict));
  writer.Address(e.destination);
  writer.Address(e.copy_to);
  writer.U32(static_cast<uint32_t>(e.copy_length));
  writer.U8(e.copy_is_watch ? 1 : 0);
  Append(out, answer);
  return true;
}

// The decision with `q.config.rules` and the capabilities that count in this direction.
void AppendDecision(const Question& q, uint32_t draw, Bytes& out) {
  FixedDraw random(draw);
  vl2::RuleHits hits;
  hits.Restart(q.config);
  const vl2::Decision d = vl2::Decide(q.Context(random), q.frame, hits);
  ByteArray<32> answer;
  ByteWriter writer(answer);
  writer.U8(1);
  writer.U8(static_cast<uint8_t>(d.verdict));
  writer.U32(d.capability == nullptr ? 0 : d.capability->id);
  writer.Address(d.destination);
  for (const vl2::Evaluation* e : {&d.granted, &d.base}) {
    writer.Address(e->copy_to);
    writer.U32(static_cast<uint32_t>(e->copy_length));
    writer.U8(e->copy_is_watch ? 1 : 0);
  }
  Append(out, writer.written());
}

// in: cases to the end, each a question, draw u32 (of RANDOM rules), base rules piece, u16 capabilities (rules pieces;
//     their ids count from 1), frame piece
// out: per case u8 0 when rules are malformed, else 1, verdict u8, capability u32 (0: none), destination addr, then of
//      the capability's and the base rules' evaluation: copy to addr, copy length u32, copy is watch u8
bool RunDecide(ByteReader& in, Bytes& out) {
  while (!in.AtEnd()) {
    Question q;
    ReadQuestion(in, q);
    const uint32_t draw = in.U32();
    const auto base = ParseRules(Piece(in), limits::kMaxRules);
    bool well_formed = base.has_value();
    if (base) q.config.rules = *base;
    const uint16_t capabilities = in.U16();
    for (uint16_t id = 1; id <= capabilities && in.ok(); ++id) {
      Capability capability;
      capability.id = id;
      capability.timestamp = kConfigTimestamp;
      well_formed &= capability.SetRules(Piece(in));
      if (q.inbound) {
        q.remote.capabilities[id] = capability;
      } else {
        q.config.capabilities.push_back(capability);
      }
    }
    const ByteSpan payload = Piece(in);
    if (!in.ok()) return false;
    SetPayload(q.frame, payload);
    if (well_formed) {
      AppendDecision(q, draw, out);
    } else {
      out.push_back(0);
    }
  }
  return true;
}

constexpr Entry kEntries[] = {{"vl2.filter", RunFilter}, {"vl2.decide", RunDecide}};

}  // namespace

std::span<const Entry> RulesEntries() { return kEntries; }

}  // namespace zt::probe
