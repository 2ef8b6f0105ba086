// A whole node in the middle of its life against peers who have its keys: the input is a program of structured steps.
// Messages a real session held are changed and sealed by their sender again, so they pass the MAC and reach every
// handler in the states where it acts; fragments come in any order; answers quote what the node really asked.
#define DOCTEST_CONFIG_IMPLEMENT
#include <algorithm>
#include <cstdlib>
#include <deque>

#include "base/byte_reader.h"
#include "base/check.h"
#include "fuzz/session_world.h"
#include "node/commands.h"
#include "wire/fragment.h"

namespace {

using namespace zt;  // a test program's single file
using fuzz::Sender;
using fuzz::SessionWorld;

void Failed(const doctest::AssertData& data) {
  if (data.m_failed) std::abort();  // only while the world is made
}

const SessionWorld& World() {
  static const SessionWorld* world = [] {
    static doctest::Context context;
    context.setAsDefaultForAssertsOutOfTestCases();
    context.setAssertHandler(Failed);
    return new SessionWorld;
  }();
  return *world;
}

// Every command there is and its neighbours.
constexpr uint16_t kMostCommand = 80;
constexpr size_t kRemembered = 64;   // datagrams, each way
constexpr size_t kMostReply = 4096;  // datagrams that one step may make the node send

class Session {
 public:
  Session() : world_(World()), now_(world_.start), node_(now_, world_.Options()) {
    const SocketId listener = node_.stack().TcpListen({}, {{}, 80}, 4).socket;
    node_.stack().UdpBind({}, {{}, 5000});
    ZT_CHECK(listener.value != 0);
    Drain();
  }

  void Run(ByteReader in) {
    while (in.ok() && in.remaining() > 0) {
      Step(in);
      Drain();
    }
    node_.Shutdown(now_);
    Drain();
  }

 private:
  void Step(ByteReader& in) {
    switch (in.U8() % 12) {
      case 0:
      case 1: return SendTemplate(in);
      case 2: return SendMade(in);
      case 3:
      case 4: return Answer(in);
      case 5: return Deliver(Piece(in), in.U8());
      case 6: return Replay(in);
      case 7: return Pass(in.U16());
      case 8: return Pass(1000 * int64_t{in.U16()});
      case 9: return RunCommand(in);
      case 10: return UseSocket(in);
      default: now_.wall.ms += static_cast<int16_t>(in.U16()) * int64_t{3000}; return;  // the wall clock is set
    }
  }

  static Bytes Piece(ByteReader& in) {
    const ByteSpan span = in.Take(std::min<size_t>(in.U16(), in.remaining()));
    return Bytes(span.begin(), span.end());
  }

  static void Put(uint8_t* at, size_t n, uint64_t value) {
    for (size_t i = 0; i < n; ++i) at[i] = static_cast<uint8_t>(value >> (8 * (n - 1 - i)));
  }

  static void Mutate(Bytes& payload, ByteReader& in) {
    for (int n = in.U8() & 3; n > 0; --n) {
      const uint8_t how = in.U8();
      const size_t at = payload.empty() ? 0 : in.U16() % (payload.size() + 1);
      const auto place = payload.begin() + static_cast<std::ptrdiff_t>(at);
      switch (how % 5) {
        case 0: payload.resize(at); break;
        case 1: if (at < payload.size()) payload[at] = in.U8(); break;
        case 2: {
          const Bytes piece = Piece(in);
          payload.insert(place, piece.begin(), piece.end());
          break;
        }
        case 3: {
          const Bytes piece = Piece(in);
          std::copy_n(piece.begin(), std::min(piece.size(), payload.size() - at), place);
          break;
        }
        default: payload.erase(place, place + std::min<std::ptrdiff_t>(in.U8(), payload.end() - place)); break;
      }
    }
    if (payload.size() > limits::kMaxPayloadSize) payload.resize(limits::kMaxPayloadSize);
  }

  void SendTemplate(ByteReader& in) {
    const fuzz::Template& t = world_.templates[in.U8() % world_.templates.size()];
    Bytes payload = t.payload;
    const uint8_t how = in.U8();
    Mutate(payload, in);
    // Sometimes somebody else says it.
    const Sender sender = (how & 0xc0) == 0xc0 ? static_cast<Sender>(how % fuzz::kSenders) : t.sender;
    Seal(sender, t.verb, false, payload, how, in);
  }

  void SendMade(ByteReader& in) {
    const uint8_t who = in.U8(), verb = in.U8(), how = in.U8();
    Seal(static_cast<Sender>(who % fuzz::kSenders), static_cast<Verb>(verb & 0x1f), (verb & 0x80) != 0, Piece(in), how,
         in);
  }

  // OK or ERROR to a packet of the node: the in-re verb and id are right, the rest is a known answer changed or free.
  void Answer(ByteReader& in) {
    if (asked_.empty()) return;
    const Asked& asked = asked_[in.U8() % asked_.size()];
    const uint8_t how = in.U8(), choice = in.U8();
    const bool error = (how & 0x20) != 0;
    Bytes payload(9);
    payload[0] = static_cast<uint8_t>(asked.verb);
    Put(&payload[1], 8, asked.id);
    const Bytes* known = nullptr;
    for (size_t i = 0, n = world_.templates.size(); i < n && choice % 4 != 0; ++i) {
      const fuzz::Template& t = world_.templates[(i + choice) % n];
      if (t.verb == (error ? Verb::kError : Verb::kOk) && t.payload.size() > 9 && t.payload[0] == payload[0]) {
        known = &t.payload;
      }
    }
    if (known != nullptr) payload.insert(payload.end(), known->begin() + 9, known->end());
    const Bytes more = known == nullptr ? Piece(in) : Bytes{};
    payload.insert(payload.end(), more.begin(), more.end());
    Mutate(payload, in);
    Seal(asked.to, error ? Verb::kError : Verb::kOk, false, payload, how, in);
  }

  // `how`: bits 0-2 hops, 3-4 suite, then fragments or not, and where from.
  void Seal(Sender sender, Verb verb, bool compressed, const Bytes& payload, uint8_t how, ByteReader& in) {
    Bytes packet(wire::kHeaderSize + std::min<size_t>(payload.size(), limits::kMaxPayloadSize));
    wire::MutablePacketView view(packet);
    view.Start({next_id_ += 0x100}, world_.self->address(), world_.secrets[sender].address(), verb);
    view.set_verb(verb, compressed);
    std::copy_n(payload.begin(), packet.size() - wire::kHeaderSize, packet.begin() + wire::kPayloadOffset);
    const uint8_t delivery = in.U8();
    const size_t parts = (delivery & 8) != 0 ? 2 + (delivery >> 4) % 7 : 1;
    view.set_fragmented(parts > 1);
    const uint8_t suite = how >> 3 & 3;
    world_.keys[sender]->Seal(suite == 2 ? vl1::CipherSuite::kAesGmacSiv : static_cast<vl1::CipherSuite>(suite),
                              packet);
    view.set_hops(how & 7);
    const uint8_t from = static_cast<uint8_t>(delivery & 7 ? 0x80 | sender : delivery);
    if (parts == 1) return Deliver(packet, from);
    Fragments(packet, parts, from, in);
  }

  void Fragments(const Bytes& packet, size_t parts, uint8_t from, ByteReader& in) {
    const size_t head = std::max(wire::kHeaderSize, packet.size() / parts);
    const size_t rest = packet.size() - head;
    std::vector<Bytes> datagrams{Bytes(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(head))};
    for (size_t i = 1; i < parts; ++i) {
      const size_t begin = head + rest * (i - 1) / (parts - 1), end = head + rest * i / (parts - 1);
      const wire::Fragment fragment{wire::PacketView(packet).id(), world_.self->address(),
                                    static_cast<uint8_t>(parts), static_cast<uint8_t>(i), 0,
                                    ByteSpan(packet).subspan(begin, end - begin)};
      Bytes bytes(wire::kFragmentHeaderSize + end - begin);
      ByteWriter out(bytes);
      fragment.SerializeTo(out);
      datagrams.push_back(std::move(bytes));
    }
    // Any order, some twice, some never.
    for (size_t i = 0; i < parts; ++i) Deliver(datagrams[in.U8() % parts], from);
  }

  static Endpoint At(uint8_t from) {
    if ((from & 0x80) != 0) return testing::NodeLab::EndpointOf(SessionWorld::kIdentityOf[from % fuzz::kSenders]);
    if ((from & 0x40) != 0) return {IpAddress::V4(0x0a070001), from};  // inside the virtual network
    return {IpAddress::V4(30, 0, 0, from & 7), static_cast<uint16_t>(9993 + from / 8)};
  }

  void Deliver(Bytes bytes, uint8_t from) {
    got_.push_back({bytes, from});
    if (got_.size() > kRemembered) got_.pop_front();
    const InboundDatagram datagram{bytes, At(from), {from & 1}};
    node_.HandleDatagrams(now_, {&datagram, 1});
  }

  void Replay(ByteReader& in) {
    if (got_.empty()) return;
    auto [bytes, from] = got_[in.U8() % got_.size()];
    const uint8_t how = in.U8();
    if ((how & 1) != 0) from = in.U8();
    if ((how & 2) != 0 && !bytes.empty()) bytes[in.U16() % bytes.size()] ^= static_cast<uint8_t>(1 << (how >> 5));
    if ((how & 4) != 0) bytes.resize(std::min<size_t>(bytes.size(), in.U16()));
    Deliver(std::move(bytes), from);
  }

  void Pass(int64_t ms) {
    now_.mono.ms += ms;
    now_.wall.ms += ms;
    // What is due is done: a node never asks to be woken for the present again and again.
    for (int i = 0; i < 16 && node_.NextTimeout().at <= now_.mono; ++i) {
      node_.HandleTimeout(now_);
      Drain();
    }
    ZT_CHECK(node_.NextTimeout().at > now_.mono);
  }

  void RunCommand(ByteReader& in) {
    Bytes request(2);
    Put(request.data(), 2, in.U8() % kMostCommand);
    const uint8_t how = in.U8();
    // Most take a network, an address or a socket first.
    if ((how & 3) == 1) request.resize(10), Put(&request[2], 8, world_.network.value);
    if ((how & 3) == 2) request.resize(7), Put(&request[2], 5, world_.secrets[fuzz::kPeer].address().value);
    if ((how & 3) == 3) request.insert(request.end(), {0, 0, 0, static_cast<uint8_t>(1 + (how >> 2) % 4)});
    const Bytes fields = Piece(in);
    request.insert(request.end(), fields.begin(), fields.end());
    Bytes reply;
    node::RunCommand(now_, node_, request, reply);
    ZT_CHECK(reply.size() >= 4);
    const bool ok = std::all_of(reply.begin(), reply.begin() + 4, [](uint8_t b) { return b == 0; });
    ZT_CHECK(ok || reply.size() == 4);
  }

  void UseSocket(ByteReader& in) {
    if (node_.Availability() != Status::kOk) return;
    const SocketId socket{in.U8() % uint32_t{8}};
    switch (in.U8() % 4) {
      case 0: node_.stack().TcpWrite(now_, socket, Piece(in)); break;
      case 1: node_.stack().TcpRead(now_, socket, buffer_); break;
      case 2: node_.stack().UdpSend(now_, socket, {IpAddress::V4(0x0a070000 | in.U8()), 5000}, Piece(in)); break;
      default: {
        Endpoint from, to;
        node_.stack().UdpReceive(socket, from, to, buffer_);
      }
    }
  }

  void Drain() {
    size_t sent = 0;
    for (;;) {
      const std::span<const Transmit> batch = node_.PollTransmit(now_);
      if (batch.empty()) break;
      sent += batch.size();
      ZT_CHECK(sent <= kMostReply);
      for (const Transmit& t : batch) Overhear(t.bytes);
    }
    Bytes events;
    while (!node_.events().empty()) node_.events().Drain(events, 65536);
    ByteReader in(events);
    while (in.remaining() != 0) {
      in.Skip(2);
      in.Skip(in.U32());
      ZT_CHECK(in.ok());
    }
  }

  // Who has the keys reads what the node says.
  void Overhear(ByteSpan datagram) {
    if (wire::IsFragment(datagram) || datagram.size() < wire::kHeaderSize) return;
    const wire::PacketView view(datagram);
    for (uint8_t i = 0; i < fuzz::kSenders; ++i) {
      if (view.destination() != world_.secrets[i].address()) continue;
      Bytes packet(datagram.begin(), datagram.end());
      if (!world_.keys[i]->Open(packet)) continue;
      asked_.push_back({static_cast<Sender>(i), wire::PacketView(packet).verb(), view.id().value});
      if (asked_.size() > kRemembered) asked_.pop_front();
    }
  }

  struct Asked {
    Sender to;
    Verb verb;
    uint64_t id;
  };
  struct Got {
    Bytes bytes;
    uint8_t from;
  };

  const SessionWorld& world_;
  Now now_;
  node::Composition node_;
  uint64_t next_id_ = 0x4000000000000000;
  std::deque<Asked> asked_;
  std::deque<Got> got_;
  Bytes buffer_ = Bytes(4096);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 16384) return 0;
  Session().Run(ByteReader({data, size}));
  return 0;
}
