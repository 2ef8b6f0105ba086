// VL2 for the vector tests: configuration reassembly and signing, the gate.
#include <optional>
#include <string>

#include "testing/probe/probe.h"
#include "vl2/config_issuer.h"
#include "vl2/vl2.h"
#include "wire/derived_address.h"
#include "wire/verb/frame.h"
#include "wire/verb/network_credentials.h"

namespace zt::probe {
namespace {

class FixedRandom final : public RandomSource {
 public:
  void Fill(MutableBytes out) override {
    for (uint8_t& b : out) b = 1;
  }
};

std::string Text(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

// A node whose link knows a few identities, and writes down what leaves it downwards and upwards.
class ProbeNode final : public vl2::Link, public vl2::Delegate {
 public:
  explicit ProbeNode(const SecretIdentity& self)
      : self_(self), vl2(*this, random_, drops_, vl2::Options{"linux/x86_64"}, *this) {}
  PacketId Send(const Now&, NodeAddress to, Verb verb, vl1::Gather payload, vl1::SendOptions) override {
    ByteArray<7> head;
    ByteWriter out(head);
    out.U8(0);
    out.Address(to);
    out.U8(static_cast<uint8_t>(verb));
    Bytes joined;
    for (const ByteSpan piece : payload) Append(joined, piece);
    Append(log, head);
    AppendPiece(log, joined);
    return {1};
  }
  const SecretIdentity& self() const override { return self_; }
  const Identity* FindIdentity(NodeAddress address) const override {
    if (address == self_.address()) return &self_.identity();
    for (const Identity& i : known) {
      if (i.address == address) return &i;
    }
    return nullptr;
  }
  void RequestIdentity(const Now&, NodeAddress) override {}
  bool IsRoot(NodeAddress) const override { return false; }
  bool WeAreRoot() const override { return false; }
  std::vector<NodeAddress> Roots() const override { return {}; }
  std::optional<NodeAddress> BestRoot(const Now&) const override { return std::nullopt; }
  std::optional<int> Latency(NodeAddress) const override { return std::nullopt; }
  void DeliverFrame(const Now&, NetworkId, Mac source, Mac destination, uint16_t type, ByteSpan payload) override {
    ++delivered;
    ByteArray<15> head;
    ByteWriter out(head);
    out.U8(1);
    out.MacAddress(source);
    out.MacAddress(destination);
    out.U16(type);
    Append(log, head);
    AppendPiece(log, payload);
  }
  void OnNetworkChange(const Now&, const vl2::NetworkInfo&, bool) override {}
  void StoreNetwork(const Now&, NetworkId, ByteSpan dictionary) override {
    stored.assign(dictionary.begin(), dictionary.end());
  }
  void OnControllerRequest(const Now&, const vl2::ControllerRequest&) override {}
  void OnUserMessage(const Now&, NodeAddress, uint64_t, ByteSpan) override {}

  std::vector<Identity> known;
  Bytes stored;
  Bytes log;  // what RunSession answers
  int delivered = 0;

 private:
  SecretIdentity self_;
  FixedRandom random_;
  DropCounters drops_;

 public:
  vl2::Vl2 vl2;
};

constexpr Now kNow{{1'000'000}, {1'795'351'724'966}};

// in: member's secret identity piece, controller's identity piece, nwid u64, then u16 messages: verb u8, payload piece
// out: the dictionary that the node accepted and would store; rejected when it accepts none
bool RunAcceptConfig(ByteReader& in, Bytes& out) {
  const auto member = SecretIdentity::ParseText(Text(Piece(in)));
  const auto controller = Identity::ParseText(Text(Piece(in)));
  const NetworkId network{in.U64()};
  if (!member || !controller) return false;
  ProbeNode node(*member);
  node.known.push_back(*controller);
  node.vl2.Join(kNow, network, {});
  node.stored.clear();
  for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
    const auto verb = static_cast<Verb>(in.U8());
    node.vl2.HandleMessage(kNow, {&*controller, verb, {7}, 0, {}, Piece(in)});
  }
  if (!in.ok() || node.stored.empty()) return false;
  Append(out, node.stored);
  return true;
}

// in: controller's secret identity piece, member's identity piece, dictionary piece whose credentials are thrown away
// and issued anew; out: the dictionary as we would send it
bool RunIssue(ByteReader& in, Bytes& out) {
  const auto controller = SecretIdentity::ParseText(Text(Piece(in)));
  const auto member = Identity::ParseText(Text(Piece(in)));
  auto recorded = NetworkConfig::Parse(Piece(in));
  if (!controller || !member || !recorded) return false;
  vl2::IssuedConfig issued;
  issued.include_com = recorded->com.has_value();
  for (const Capability& c : recorded->capabilities) {
    issued.capabilities.push_back({c.id, c.rule_bytes, c.rule_count});
  }
  for (const Tag& t : recorded->tags) issued.tags.push_back({t.id, t.value});
  issued.config = *recorded;
  issued.config.com.reset();
  issued.config.capabilities.clear();
  issued.config.tags.clear();
  issued.config.ownerships.clear();
  const auto made = vl2::IssueConfig(*controller, *member, issued);
  const auto dictionary = made ? made->Serialize() : std::nullopt;
  if (!dictionary) return false;
  Append(out, *dictionary);
  return true;
}

// in: controller's secret identity piece, nwid u64, update id u64, dictionary piece; out: the chunks, one piece each
bool RunCut(ByteReader& in, Bytes& out) {
  const auto controller = SecretIdentity::ParseText(Text(Piece(in)));
  const NetworkId network{in.U64()};
  const uint64_t update_id = in.U64();
  const ByteSpan dictionary = Piece(in);
  if (!in.ok() || !controller) return false;
  for (const Bytes& chunk : vl2::CutConfig(*controller, network, dictionary, update_id)) AppendPiece(out, chunk);
  return true;
}

// in: my identity, controller's identity, peer's identity (text pieces), nwid u64, my COM piece, peer's COM piece
// out: u8 1 when a frame from the peer reaches my port after it showed its COM
bool RunGate(ByteReader& in, Bytes& out) {
  const auto me = Identity::ParseText(Text(Piece(in)));
  const auto controller = Identity::ParseText(Text(Piece(in)));
  const auto peer = Identity::ParseText(Text(Piece(in)));
  const NetworkId network{in.U64()};
  ByteReader my_com(Piece(in)), peer_com(Piece(in));
  const auto mine = CertificateOfMembership::Parse(my_com);
  const auto theirs = CertificateOfMembership::Parse(peer_com);
  if (!in.ok() || !me || !controller || !peer || !mine || !theirs) return false;
  NetworkConfig config;
  config.network = network;
  config.issued_to = me->address;
  config.timestamp = mine->timestamp();
  config.com = *mine;
  Rule accept;
  accept.type = RuleType::kActionAccept;
  config.rules.push_back(accept);
  const auto dictionary = config.Serialize();
  if (!dictionary) return false;
  ProbeNode node(SecretIdentity(*me, {}));
  node.known = {*controller, *peer};
  node.vl2.Join(kNow, network, *dictionary);
  ByteArray<2048> room;
  ByteWriter credentials(room);
  wire::NetworkCredentials message;
  message.coms.push_back(*theirs);
  message.SerializeTo(credentials);
  node.vl2.HandleMessage(kNow, {&*peer, Verb::kNetworkCredentials, {8}, 0, {}, credentials.written()});
  ByteArray<64> frame_room;
  ByteWriter frame(frame_room);
  static constexpr uint8_t kPayload[] = {1, 2, 3};
  wire::Frame{network, 0x0800, kPayload}.SerializeTo(frame);
  node.vl2.HandleMessage(kNow, {&*peer, Verb::kFrame, {9}, 0, {}, frame.written()});
  out.push_back(node.delivered > 0 ? 1 : 0);
  return true;
}

// One step of RunSession; false: unknown kind.
bool RunStep(ByteReader& in, ProbeNode& node, Now& now, NetworkId network) {
  switch (in.U8()) {
    case 0: {
      const Identity* source = node.FindIdentity(in.Address());
      const auto verb = static_cast<Verb>(in.U8());
      const PacketId id{in.U64()};
      const ByteSpan payload = Piece(in);
      if (!in.ok() || source == nullptr) return false;
      node.vl2.HandleMessage(now, {source, verb, id, 0, {}, payload});
      return true;
    }
    case 1: {
      std::vector<vl2::MulticastGroup> groups;
      for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
        const Mac mac = in.MacAddress();
        groups.push_back({mac, in.U32()});
      }
      node.vl2.SetGroups(now, network, groups);
      return in.ok();
    }
    case 2: {
      const Mac destination = in.MacAddress();
      const uint16_t type = in.U16();
      const ByteSpan payload = Piece(in);
      node.vl2.SendFrame(now, network, DeriveMac(node.self().address(), network), destination, type, {&payload, 1});
      return in.ok();
    }
    case 3: {
      const Millis step = in.U32();
      now = {now.mono + step, {now.wall.ms + step}};
      node.vl2.HandleTimeout(now);
      return in.ok();
    }
    default:
      return false;
  }
}

// in: member's secret identity piece, u16 identities (pieces), nwid u64, then steps to the end, each a kind u8 and
//     0 a message: source addr, verb u8, packet id u64, payload piece    1 own groups: u16, mac and ADI u32 each
//     2 a frame from the port: destination mac, type u16, payload piece  3 time passes: u32 ms
// out: what the node did since it joined, each a kind u8 and
//     0 sent: to addr, verb u8, payload piece    1 delivered: source mac, destination mac, type u16, payload piece
bool RunSession(ByteReader& in, Bytes& out) {
  const auto member = SecretIdentity::ParseText(Text(Piece(in)));
  if (!member) return false;
  ProbeNode node(*member);
  for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
    const auto identity = Identity::ParseText(Text(Piece(in)));
    if (!identity) return false;
    node.known.push_back(*identity);
  }
  const NetworkId network{in.U64()};
  if (!in.ok()) return false;
  Now now = kNow;
  node.vl2.Join(now, network, {});
  while (!in.AtEnd()) {
    if (!in.ok() || !RunStep(in, node, now, network)) return false;
  }
  Append(out, node.log);
  return true;
}

constexpr Entry kEntries[] = {
    {"vl2.accept_config", RunAcceptConfig}, {"vl2.issue", RunIssue},
    {"vl2.cut", RunCut},       {"vl2.gate", RunGate},
    {"vl2.session", RunSession},
};

}  // namespace

std::span<const Entry> Vl2Entries() { return kEntries; }

}  // namespace zt::probe
