// All TCP sockets of a stack: listeners, connections, which segment belongs to which, whose turn it is to send.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <unordered_map>

#include "base/sip_hash.h"
#include "netstack/icmp/rate_limit.h"
#include "netstack/ip/ip_layer.h"
#include "netstack/socket/bind_table.h"
#include "netstack/socket/event_queue.h"
#include "netstack/tcp/connection.h"
#include "netstack/tcp/listener.h"
#include "netstack/tcp/syn_cookie.h"

namespace zt::netstack {

class TcpLayer final : public ConnectionContext {
 public:
  static constexpr int kResetsPerSecond = 100;  // RFC 9293 leaves it open; a scan is not to be amplified

  TcpLayer(IpLayer& ip, EventQueue& events, DropCounters& drops, ProtocolCounters& counters,
           RandomSource& random, BufferBudget& budget);
  ~TcpLayer() override;

  // Application. Ids are given by the stack; `local` is completed.
  Status Connect(const Now& now, SocketId id, NetworkId interface, Endpoint& local, const Endpoint& remote,
                 Millis timeout);
  Status Listen(SocketId id, NetworkId interface, Endpoint& local, uint32_t backlog);
  bool CloseListener(const Now& now, SocketId id);
  Connection* Find(SocketId id);  // one the application holds
  // To be called after anything was done to a connection: forgets it when it is dead, else keeps its timer right.
  void Update(Connection& connection);
  // tcp_option.cc. kNotFound: neither a connection the application holds nor a listener.
  Status SetOption(const Now& now, SocketId id, SocketOption option, int64_t value);
  Status GetOption(SocketId id, SocketOption option, int64_t& value);
  std::optional<SocketInfo> Info(SocketId id);
  bool Has(SocketId id);
  // Also when the application does not hold it any more.
  bool Uses(SocketId id) { return Lookup(id) != nullptr || listeners_.count(id) != 0; }
  size_t size() const { return connections_.size() + listeners_.size(); }
  // The application took this event.
  void Delivered(const StackEvent& event);
  // Gives up the oldest connection in TIME_WAIT nobody holds, to make room. False: there is none.
  bool EvictTimeWait();

  // The network.
  void HandlePacket(const Now& now, const IpPacket& packet);
  void HandleError(const Now& now, const TransportError& error);
  bool IsInFlight(const TransportError& error) const;
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const { return timers_.NextTimeout(); }
  // True: stopped for want of room.
  bool Flush(const Now& now);
  // Ends the connections for which `gone` holds, without a word to their peers.
  template <typename Gone>
  void EndWhere(Status status, Gone gone) {
    for (SocketId id : Ids()) {
      Connection* connection = Lookup(id);
      if (connection == nullptr || !gone(connection->name())) continue;
      connection->Fail(status);
      Update(*connection);
    }
  }

  // ConnectionContext.
  bool HasRoom() const override { return ip_.HasRoom(); }
  void Emit(const Now& now, Connection& connection, TcpSegment& segment,
            StreamBuffer::Pieces payload) override;
  void EmitLater(const Now& now, Connection& connection, TcpSegment& segment) override;
  PathSize PacketSize(const Now& now, Connection& connection) override;
  void SetPathMtu(const Now& now, Connection& connection, uint32_t packet) override;
  uint32_t LinkMtu(Connection& connection) override;
  void Wake(Connection& connection) override;
  void AwaitMemory(Connection& connection) override;
  void CountDrop(DropReason reason) override { drops_.Count(reason); }
  bool OnEstablished(Connection& connection) override;
  void OnReadable(Connection& connection) override;
  void OnWritable(Connection& connection) override;
  void OnClosed(Connection& connection, Status status, bool first) override;
  void OnProgress(const Now& now, Connection& connection) override;

  // Ids for connections that come in.
  void SetIdSource(SocketId (*next)(void*), void* context) {
    next_id_ = next;
    id_context_ = context;
  }

 private:
  struct Tuple {
    NetworkId interface;
    Endpoint local, remote;
    bool operator==(const Tuple&) const = default;
  };
  struct TupleHash {
    SipHash hash;
    size_t operator()(const Tuple& tuple) const;
  };

  static Tuple TupleOf(const ConnectionName& name) { return {name.interface, name.local, name.remote}; }
  std::vector<SocketId> Ids() const;
  Connection* FindByError(const TransportError& error) const;
  Connection* Lookup(SocketId id);
  Connection& Create(const ConnectionName& name, const TcpSettings& settings, uint32_t initial_seq);
  Status SetOnlyV6(SocketId id, Listener& listener, bool on);
  void Erase(Connection& connection);
  // `after`: the end of the sequence of a connection of this name that just ended.
  void HandleSyn(const Now& now, const IpPacket& packet, const TcpSegment& segment, const Tuple& tuple,
                 std::optional<uint32_t> after);
  // tcp_cookie.cc
  void SendCookie(const Now& now, const IpPacket& packet, const TcpSegment& syn, const Tuple& tuple,
                  Listener& listener);
  bool AcceptCookie(const Now& now, const TcpSegment& segment, const Tuple& tuple, SocketId listener_id,
                    Listener& listener);
  uint32_t TimestampOffset(const Tuple& tuple) const;
  void SendResetFor(const Now& now, const IpPacket& packet, const TcpSegment& segment);
  bool RefreshPath(Connection& connection);
  void Notify(Connection& connection, StackEventKind kind, Status status);
  uint32_t InitialSeq(const Now& now, const ConnectionName& name) const;
  Status ChoosePort(NetworkId interface, Endpoint& local, const Endpoint& remote);
  bool PortIsFree(NetworkId interface, const Endpoint& local, const Endpoint& remote) const;
  void LeaveListener(Connection& connection);
  void RelieveStarved();
  void Drop(DropReason reason, uint64_t& counter);  // and counts it as an error of this kind

  IpLayer& ip_;
  EventQueue& events_;
  DropCounters& drops_;
  ProtocolCounters& counters_;
  RandomSource& random_;
  SipHash secret_;
  SynCookies cookies_;
  BlockPool pool_;
  std::map<SocketId, Listener> listeners_;
  BindTable bindings_;
  std::unordered_map<uint32_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<Tuple, Connection*, TupleHash> tuples_;
  std::deque<uint32_t> ready_;
  std::deque<uint32_t> time_wait_;  // in the order they came there; may hold ids that are gone
  // Connections that wait for memory, each once, and what they had last time: they are asked again when it is more.
  std::vector<uint32_t> starved_;
  size_t starved_share_ = 0;
  TimerHeap timers_;
  AnswerRateLimit resets_;
  SocketId (*next_id_)(void*) = nullptr;
  void* id_context_ = nullptr;
};

}  // namespace zt::netstack
