// One TCP connection (RFC 9293): composes the sending and receiving halves, holds the state and its own timers.
// Inputs change state and ask for a turn (ConnectionContext::Wake); only Flush sends.
#pragma once

#include "netstack/header/tcp.h"
#include "netstack/ip/packet.h"
#include "netstack/ip/path_mtu.h"
#include "netstack/tcp/receiver.h"
#include "netstack/tcp/sender.h"
#include "netstack/tcp/settings.h"
#include "netstack/tcp/state.h"
#include "netstack/tcp/timer_heap.h"

namespace zt::netstack {

class Connection;

// What a connection may do to the world around it.
class ConnectionContext {
 public:
  virtual ~ConnectionContext() = default;
  virtual bool HasRoom() const = 0;
  // Sends at once; only from Flush.
  virtual void Emit(const Now& now, Connection& connection, TcpSegment& segment,
                    StreamBuffer::Pieces payload) = 0;
  // Queues a segment without payload; any time.
  virtual void EmitLater(const Now& now, Connection& connection, TcpSegment& segment) = 0;
  virtual PathSize PacketSize(const Now& now, Connection& connection) = 0;
  // The sender found out what the path carries (RFC 4821).
  virtual void SetPathMtu(const Now& now, Connection& connection, uint32_t packet) = 0;
  virtual uint32_t LinkMtu(Connection& connection) = 0;
  virtual void Wake(Connection& connection) = 0;
  // The buffers of the stack are full: OnMemory is to be called when there is room again.
  virtual void AwaitMemory(Connection& connection) = 0;
  virtual void CountDrop(DropReason reason) = 0;
  // The handshake is done. False: the listener takes no more now.
  virtual bool OnEstablished(Connection& connection) = 0;
  virtual void OnReadable(Connection& connection) = 0;
  virtual void OnWritable(Connection& connection) = 0;
  // Into TIME_WAIT or CLOSED. `first`: the application has not been told.
  virtual void OnClosed(Connection& connection, Status status, bool first) = 0;
  virtual void OnProgress(const Now& now, Connection& connection) = 0;  // the peer got what we sent
};

struct ConnectionName {
  SocketId id;
  SocketId listener;  // where it came in, 0 for our own
  NetworkId interface;  // whose address is local; 0: loopback
  NetworkId bound;      // what the application bound to, 0: any
  Endpoint local, remote;
};

class Connection {
 public:
  static constexpr Millis kConnectTimeout = 30'000;
  static constexpr int kMaxSynAckRetries = 5;           // a peer that does not answer holds a backlog place
  static constexpr Millis kTimeWait = 60'000;           // 2 MSL with MSL 30 s; RFC 9293 §3.4.2 allows less than 2 min
  static constexpr Millis kOrphanLife = 60'000;         // nobody waits: FIN_WAIT_2 or no progress at all
  static constexpr Millis kDelayedAck = 40;             // RFC 9293 §3.8.6.3: less than 500 ms
  // Between answers to empty segments out of place, so that two confused ends do not echo each other for ever.
  static constexpr Millis kStrayInterval = 100;
  // RFC 5961 §7. Counted per connection: a counter shared by all would tell an attacker about others (CVE-2016-5696).
  static constexpr int kChallengesPerSecond = 10;
  // Within one batch of input in order, the most full segments that share an acknowledgment: one for a long batch would
  // be too few for the sender's clock, and its loss too much.
  static constexpr size_t kSegmentsPerAck = 8;
  static constexpr int kQuickAcks = 16;                 // at the start the sender's window grows by acknowledgments
  static constexpr int kSegmentsPerTurn = 64;           // then other connections have theirs
  static constexpr uint32_t kMinMss = TcpSettings::kMinMss;
  static constexpr Millis kPawsIdle = 24LL * 24 * 3600 * 1000;  // RFC 7323 §5.5

  Connection(ConnectionContext& context, BlockPool& pool, const ConnectionName& name, const TcpSettings& settings,
             uint32_t initial_seq, uint32_t timestamp_offset);

  void Connect(const Now& now, Millis timeout);
  void AcceptSyn(const Now& now, const TcpSegment& syn);
  void AcceptCookie(const Now& now, const TcpSegment& syn, const TcpSegment& segment);
  void HandleSegment(const Now& now, const TcpSegment& segment);
  // An ICMP error that quotes a segment of ours with this sequence number.
  void HandleError(const Now& now, uint32_t wire_seq, Status status, uint32_t mtu);
  bool IsInFlight(uint32_t wire_seq) const;
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;
  enum class Turn : uint8_t { kDone, kMore, kNoRoom };
  Turn Flush(const Now& now);

  int64_t Write(const Now& now, ByteSpan data);
  int64_t Read(const Now& now, MutableBytes into);
  Status Shutdown(const Now& now);
  void Abort(const Now& now, Status status);  // RST
  void Fail(Status status);                   // without a word to the peer
  void Close(const Now& now);                 // the application forgets the handle
  // What can be read, in place, and giving it back; see Stack::TcpPeek.
  int64_t Peek(StreamBuffer::Pieces& out);
  Status Consume(const Now& now, size_t size);
  Status SetOption(const Now& now, SocketOption option, int64_t value);
  Status GetOption(SocketOption option, int64_t& value) const;
  void OnMemory();
  TcpInfo Statistics(const Now& now) const;

  const ConnectionName& name() const { return name_; }
  const TcpSettings& settings() const { return settings_; }
  TcpState state() const { return state_; }
  bool has_handle() const { return has_handle_; }
  void GiveHandle() { has_handle_ = was_established_ = true; }
  bool was_established() const { return was_established_; }
  // The application learned of this accepted connection: its listener no longer answers for it.
  void Taken() { name_.listener = {}; }
  bool IsDead() const { return state_ == TcpState::kClosed && !has_handle_; }
  SocketInfo Info() const;
  // A SYN that may open a new connection in place of this one in TIME_WAIT (RFC 9293 §3.10.7.4, RFC 6191 §2).
  bool MayBeReusedBy(const TcpSegment& syn) const;
  uint32_t next_seq() const { return WireSeq(sender_.nxt()); }

  // For the owner's lists.
  TimerNode timer;
  bool in_ready = false;
  bool in_starved = false;
  Path path;
  uint64_t path_generation = 0;

 private:
  // handshake.cc
  void HandleSynSent(const Now& now, const TcpSegment& segment);
  void HandleSynReceived(const Now& now, const TcpSegment& segment, Seq seq);
  void TakeSynOptions(const Now& now, const TcpSegment& syn);
  void SendSyn(const Now& now);
  void RetrySyn(const Now& now);
  bool Establish(const Now& now, const TcpSegment& segment, Seq seq);
  // connection_input.cc
  bool IsAcceptable(const TcpSegment& segment, Seq seq) const;
  void HandleUnacceptable(const Now& now, const TcpSegment& segment, Seq seq);
  bool PassesPaws(const Now& now, const TcpSegment& segment);
  void NoteTimestamp(const Now& now, const TcpSegment& segment, Seq seq);
  void HandleReset(const Now& now, Seq seq);
  bool HandleAck(const Now& now, const TcpSegment& segment, Seq seq);
  void HandleData(const Now& now, const TcpSegment& segment, Seq seq);
  void HandleFin(const Now& now);
  void ScheduleAck(const Now& now, const Receiver::Outcome& outcome, const TcpSegment& segment);
  void MeasureSegments(const TcpSegment& segment);
  void Challenge(const Now& now);
  std::optional<Instant> EchoTime(const Now& now, const TcpSegment& segment) const;
  uint32_t ScaledWindow(const TcpSegment& segment) const;
  // connection_option.cc
  void RestartKeepAlive();
  // connection.cc
  void Step(TcpEvent event);  // the only way to another state
  int64_t NothingToRead();
  void AfterRead(bool all);
  void HandleKeepAlive(const Now& now);
  void Finish(Status status);
  void EnterTimeWait(const Now& now);
  void AnnounceReadable();
  void AnnounceWritable();
  // connection_output.cc
  TcpSegment Header(const Now& now, uint8_t flags, Seq seq);
  void SendChunk(const Now& now, const Sender::Chunk& chunk);
  void SendAck(const Now& now, Seq seq);
  void QueueAck(const Now& now);  // outside of Flush
  void SendReset(const Now& now);
  void UpdateSegmentSize(const Now& now);
  void AckSent();
  uint32_t TimestampNow(const Now& now) const { return static_cast<uint32_t>(now.mono.ms) + timestamp_offset_; }
  uint32_t OwnMss();
  size_t SegmentBound(size_t packet) const;
  size_t IpAndTcpHeader() const { return (name_.local.ip.IsV4() ? 20 : 40) + TcpSegment::kSize; }

  ConnectionContext& context_;
  ConnectionName name_;
  TcpSettings settings_;
  TcpState state_ = TcpState::kClosed;
  bool passive_ = false;
  bool has_handle_ = false;
  bool was_established_ = false;
  bool closed_announced_ = false;
  Status closed_status_ = Status::kOk;
  Seq initial_seq_;
  Seq peer_initial_ = 0;
  Sender sender_;
  Receiver receiver_;

  // Negotiated (RFC 7323, RFC 2018).
  uint16_t peer_mss_ = 536;
  bool scaling_ = true, sack_ = true, timestamps_ = true;  // what our SYN offers, then what both know
  uint8_t peer_scale_ = 0;
  uint32_t timestamp_offset_;
  uint32_t timestamp_recent_ = 0;
  Instant timestamp_recent_at_;

  // Handshake.
  bool syn_due_ = false;
  int syn_tries_ = 0;
  Instant syn_sent_at_;
  Instant syn_at_ = Instant::Never();
  Instant connect_until_ = Instant::Never();

  // Acknowledging.
  Seq acked_ = 0;  // the acknowledgment last sent
  bool ack_now_ = false;
  Instant stray_answered_at_ = Instant::LongAgo();
  Instant challenges_since_ = Instant::LongAgo();
  int challenges_ = 0;
  size_t unacked_bytes_ = 0;
  uint32_t receive_mss_ = 536;
  int quick_acks_ = kQuickAcks;
  bool answers_at_once_ = false;  // our data carries the acknowledgments, so they may wait for it
  Instant delayed_ack_at_ = Instant::Never();

  // Application.
  bool readable_armed_ = true;
  bool writable_wanted_ = false;
  bool end_read_ = false;

  // Endings and life signs.
  int keep_alive_probes_ = 0;
  bool probe_due_ = false;
  Instant keep_alive_at_ = Instant::Never();
  Instant heard_at_;
  Instant end_at_ = Instant::Never();  // TIME_WAIT or an orphan's patience

  // Statistics (TcpInfo).
  uint64_t segments_sent_ = 0, segments_received_ = 0;
  uint32_t out_of_order_received_ = 0, zero_windows_ = 0;
  Instant data_at_ = Instant::LongAgo();  // data came last
};

}  // namespace zt::netstack
