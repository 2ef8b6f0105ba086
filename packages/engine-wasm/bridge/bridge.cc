// The core as a WebAssembly reactor: flat functions on small handles, for src/bridge.ts. Times are milliseconds as
// doubles (exact below 2^53). Memory is the host's to write between zt_alloc and zt_free; results stay readable until
// the next call on the same handle.
#include <cstring>
#include <memory>
#include <vector>

#include "node/host_codec.h"
#include "zt/makers.h"
#include "zt/node.h"

#define ZT_EXPORT(name) __attribute__((export_name(name), visibility("default")))

namespace {

using zt::ByteSpan;
using zt::Bytes;
using zt::MutableBytes;
using zt::Status;

// A datagram to send as the host reads it: six little-endian words, then the address.
struct TransmitRecord {
  uint32_t data, size;
  int32_t via;
  uint32_t ttl, port, family;
  uint8_t ip[16];
};
static_assert(sizeof(TransmitRecord) == 40);

struct Slot {
  std::unique_ptr<zt::Node> node;
  Bytes reply;
  Bytes events;
  Bytes relay;
  std::vector<zt::InboundDatagram> inbound;
  std::vector<TransmitRecord> outbound;
};

// Handle n is entry n - 1. The host runs one node per instance, so this stays short.
std::vector<std::unique_ptr<Slot>>& Slots() {
  static std::vector<std::unique_ptr<Slot>> slots;
  return slots;
}

std::unique_ptr<zt::IdentityMaker>& Maker() {
  static std::unique_ptr<zt::IdentityMaker> maker;
  return maker;
}

Bytes& Made() {
  static Bytes made;
  return made;
}

Slot& At(int handle) {
  auto& slots = Slots();
  const auto index = static_cast<size_t>(handle - 1);
  if (index >= slots.size() || slots[index] == nullptr) __builtin_trap();
  return *slots[index];
}

zt::Now TimeOf(double mono, double wall) { return {{static_cast<int64_t>(mono)}, {static_cast<int64_t>(wall)}}; }
ByteSpan Span(const uint8_t* data, size_t size) { return {data, size}; }

}  // namespace

extern "C" {

ZT_EXPORT("zt_alloc") uint8_t* zt_alloc(size_t size) { return new uint8_t[size]; }
ZT_EXPORT("zt_free") void zt_free(uint8_t* memory) { delete[] memory; }

// A handle, or a negative status.
ZT_EXPORT("zt_create") int zt_create(double mono, double wall, const uint8_t* options, size_t size) {
  Status status = Status::kOk;
  auto slot = std::make_unique<Slot>();
  slot->node = zt::Node::Create(TimeOf(mono, wall), Span(options, size), status);
  if (slot->node == nullptr) return -static_cast<int>(status);
  Slots().push_back(std::move(slot));
  return static_cast<int>(Slots().size());
}

ZT_EXPORT("zt_destroy") void zt_destroy(int handle) {
  At(handle);  // traps for a handle that is none
  Slots()[static_cast<size_t>(handle - 1)].reset();
}

// The size of the reply at zt_reply.
ZT_EXPORT("zt_command")
size_t zt_command(int handle, double mono, double wall, const uint8_t* request, size_t size) {
  Slot& slot = At(handle);
  slot.node->Command(TimeOf(mono, wall), Span(request, size), slot.reply);
  return slot.reply.size();
}
ZT_EXPORT("zt_reply") const uint8_t* zt_reply(int handle) { return At(handle).reply.data(); }

ZT_EXPORT("zt_tcp_write")
int zt_tcp_write(int handle, double mono, double wall, uint32_t socket, const uint8_t* data, size_t size) {
  return static_cast<int>(At(handle).node->TcpWrite(TimeOf(mono, wall), {socket}, Span(data, size)));
}

ZT_EXPORT("zt_tcp_read")
int zt_tcp_read(int handle, double mono, double wall, uint32_t socket, uint8_t* into, size_t size) {
  return static_cast<int>(At(handle).node->TcpRead(TimeOf(mono, wall), {socket}, {into, size}));
}

// `to` is an encoded endpoint (HOST_PROTOCOL.md §1).
ZT_EXPORT("zt_udp_send")
int zt_udp_send(int handle, double mono, double wall, uint32_t socket, const uint8_t* to, size_t to_size,
                const uint8_t* data, size_t size) {
  zt::node::HostReader in(Span(to, to_size));
  const zt::Endpoint endpoint = in.Ep();
  if (!in.AtEnd()) return -static_cast<int>(Status::kInvalidArgument);
  return static_cast<int>(At(handle).node->UdpSend(TimeOf(mono, wall), {socket}, endpoint, Span(data, size)));
}

// `endpoints` receives two encoded endpoints, from and to; it must hold 64 bytes.
ZT_EXPORT("zt_udp_receive")
int zt_udp_receive(int handle, double mono, double wall, uint32_t socket, uint8_t* into, size_t size,
                   uint8_t* endpoints) {
  zt::Endpoint from, to;
  const int64_t got = At(handle).node->UdpReceive(TimeOf(mono, wall), {socket}, from, to, {into, size});
  if (got < 0) return static_cast<int>(got);
  Bytes encoded;
  zt::node::HostWriter out(encoded);
  out.Ep(from);
  out.Ep(to);
  std::memcpy(endpoints, encoded.data(), encoded.size());
  return static_cast<int>(got);
}

// Records of frames (HOST_PROTOCOL.md §12).
ZT_EXPORT("zt_frames_send")
int zt_frames_send(int handle, double mono, double wall, uint32_t port, const uint8_t* records, size_t size) {
  return static_cast<int>(At(handle).node->FramesSend(TimeOf(mono, wall), port, Span(records, size)));
}

ZT_EXPORT("zt_frames_receive")
int zt_frames_receive(int handle, double mono, double wall, uint32_t port, uint8_t* into, size_t size) {
  return static_cast<int>(At(handle).node->FramesReceive(TimeOf(mono, wall), port, {into, size}));
}

// A sequence of: socket u32, endpoint, u32 length, datagram. 0, or a negative status when the batch is malformed (what
// came before the malformed entry is handled).
ZT_EXPORT("zt_datagrams")
int zt_datagrams(int handle, double mono, double wall, uint8_t* batch, size_t size) {
  Slot& slot = At(handle);
  slot.inbound.clear();
  zt::node::HostReader in(Span(batch, size));
  while (in.remaining() != 0) {
    const auto via = static_cast<int32_t>(in.U32());
    const zt::Endpoint from = in.Ep();
    const ByteSpan bytes = in.Blob32();
    if (!in.ok()) break;
    slot.inbound.push_back({{batch + (bytes.data() - batch), bytes.size()}, from, {via}});
  }
  slot.node->HandleDatagrams(TimeOf(mono, wall), slot.inbound);
  return in.ok() ? 0 : -static_cast<int>(Status::kInvalidArgument);
}

ZT_EXPORT("zt_timeout") void zt_timeout(int handle, double mono, double wall) {
  At(handle).node->HandleTimeout(TimeOf(mono, wall));
}

// The number of records at zt_outbound; 0: drained.
ZT_EXPORT("zt_poll_transmit") size_t zt_poll_transmit(int handle, double mono, double wall) {
  Slot& slot = At(handle);
  slot.outbound.clear();
  for (const zt::Transmit& t : slot.node->PollTransmit(TimeOf(mono, wall))) {
    TransmitRecord record{static_cast<uint32_t>(reinterpret_cast<uintptr_t>(t.bytes.data())),
                          static_cast<uint32_t>(t.bytes.size()),
                          t.via.value,
                          t.ttl,
                          t.to.port,
                          static_cast<uint32_t>(t.to.ip.family),
                          {}};
    std::memcpy(record.ip, t.to.ip.bytes.data(), sizeof record.ip);
    slot.outbound.push_back(record);
  }
  return slot.outbound.size();
}
ZT_EXPORT("zt_outbound") const void* zt_outbound(int handle) { return At(handle).outbound.data(); }

// The stream to the TCP relay (HOST_PROTOCOL.md §11). The size of the encoded server at zt_relay_server; 0: none is
// wanted.
ZT_EXPORT("zt_relay_wanted") size_t zt_relay_wanted(int handle) {
  Slot& slot = At(handle);
  const zt::Endpoint server = slot.node->RelayWanted();
  if (server.IsNone()) return 0;
  slot.relay.clear();
  zt::node::HostWriter(slot.relay).Ep(server);
  return slot.relay.size();
}
ZT_EXPORT("zt_relay_server") const uint8_t* zt_relay_server(int handle) { return At(handle).relay.data(); }
ZT_EXPORT("zt_relay_opened") void zt_relay_opened(int handle, double mono, double wall) {
  At(handle).node->HandleRelayOpen(TimeOf(mono, wall));
}
ZT_EXPORT("zt_relay_data")
void zt_relay_data(int handle, double mono, double wall, const uint8_t* data, size_t size) {
  At(handle).node->HandleRelayData(TimeOf(mono, wall), Span(data, size));
}
ZT_EXPORT("zt_relay_closed") void zt_relay_closed(int handle, double mono, double wall) {
  At(handle).node->HandleRelayClosed(TimeOf(mono, wall));
}
ZT_EXPORT("zt_relay_output") const uint8_t* zt_relay_output(int handle) {
  return At(handle).node->RelayOutput().data();
}
ZT_EXPORT("zt_relay_output_size") size_t zt_relay_output_size(int handle) {
  return At(handle).node->RelayOutput().size();
}
ZT_EXPORT("zt_relay_consumed") void zt_relay_consumed(int handle, size_t size) {
  At(handle).node->RelayConsumed(size);
}

// The size of the batch at zt_events; 0: none.
ZT_EXPORT("zt_drain_events") size_t zt_drain_events(int handle, size_t max_bytes) {
  Slot& slot = At(handle);
  slot.events.clear();
  if (slot.node->HasEvents()) slot.node->DrainEvents(slot.events, max_bytes);
  return slot.events.size();
}
ZT_EXPORT("zt_events") const uint8_t* zt_events(int handle) { return At(handle).events.data(); }
ZT_EXPORT("zt_has_events") int zt_has_events(int handle) { return At(handle).node->HasEvents() ? 1 : 0; }

// On the monotonic clock; infinity when nothing is pending.
ZT_EXPORT("zt_next_timeout") double zt_next_timeout(int handle) {
  const zt::Deadline deadline = At(handle).node->NextTimeout();
  return deadline.at == zt::Instant::Never() ? __builtin_inf() : static_cast<double>(deadline.at.ms);
}

ZT_EXPORT("zt_shutdown") void zt_shutdown(int handle, double mono, double wall) {
  At(handle).node->Shutdown(TimeOf(mono, wall));
}

// Identity and world: their result is at zt_made. 1 when the seed is good.
ZT_EXPORT("zt_identity_start") int zt_identity_start(const uint8_t* seed, size_t size) {
  Maker() = zt::IdentityMaker::Create(Span(seed, size));
  return Maker() != nullptr ? 1 : 0;
}

// The length of the text once found, 0 before.
ZT_EXPORT("zt_identity_step") size_t zt_identity_step() {
  const std::string text = Maker()->Step();
  if (text.empty()) return 0;
  Made().assign(text.begin(), text.end());
  Maker().reset();
  return Made().size();
}

// The size of the world and its key pair, or a negative status.
ZT_EXPORT("zt_make_world")
int zt_make_world(const uint8_t* seed, size_t seed_size, const uint8_t* spec, size_t size) {
  const Status status = zt::MakeWorld(Span(seed, seed_size), Span(spec, size), Made());
  return status == Status::kOk ? static_cast<int>(Made().size()) : -static_cast<int>(status);
}
ZT_EXPORT("zt_made") const uint8_t* zt_made() { return Made().data(); }

}  // extern "C"
