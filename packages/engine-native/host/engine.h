// One node, its UDP sockets and the thread that runs them. The thread waits, feeds the node one input, drains it, and
// sleeps until the next deadline; other threads call the node's commands directly, under the same lock.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "host/interface_monitor.h"
#include "host/poller.h"
#include "host/relay_stream.h"
#include "host/stranger_gate.h"
#include "host/udp_bindings.h"
#include "zt/node.h"

namespace zt::host {

class Engine {
 public:
  // Called on the engine thread. Neither may call back into the engine.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnEvents() = 0;   // there are events to drain
    virtual void OnStopped() = 0;  // the thread's last act: Join will not block long now
  };

  // Why an engine could not be made: a system error number, or a status of the node.
  struct Failure {
    int system_error = 0;
    Status status = Status::kOk;
    std::string what;
  };

  // Binds as `bind` says and starts the thread. `options` as in HOST_PROTOCOL.md §2, without the random seed. `listener`
  // must outlive the engine. Null on failure.
  static std::unique_ptr<Engine> Start(ByteSpan options, BindPolicy bind, Listener& listener, Failure& failure);
  // Stops and joins.
  ~Engine();

  // Calls of the node from any thread but the engine's (zt/node.h).
  void Command(ByteSpan request, Bytes& reply);
  int64_t TcpWrite(SocketId socket, ByteSpan data);
  int64_t TcpRead(SocketId socket, MutableBytes into);
  int64_t UdpSend(SocketId socket, const Endpoint& to, ByteSpan data);
  int64_t UdpReceive(SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into);
  int64_t FramesSend(uint32_t port, ByteSpan records);
  int64_t FramesReceive(uint32_t port, MutableBytes into);
  // Takes a batch of encoded events; false when there was none.
  bool DrainEvents(Bytes& out, size_t max_bytes);

  // The sockets of the moment.
  std::vector<Endpoint> LocalEndpoints();
  // Addresses under which a gateway maps us, told to peers with our own (vl1.md §7.7); replaces the list.
  void SetExternalEndpoints(std::vector<Endpoint> endpoints);
  // Asks the thread to shut the node down, send what is left and end. Returns at once; repeatable.
  void Stop();
  // Waits for the thread's end. Once only.
  void Join();

 private:
  // A turn feeds at most this many batches per socket, and none after so many bytes, before it drains the node, so that
  // acknowledgements leave and other threads get at the lock. One batch of receive offload is a turn's work; of single
  // datagrams, as those of a flood are, a turn for each batch costs more than they do.
  static constexpr int kReceiveBatchesPerTurn = 16;
  static constexpr size_t kReceiveBytesPerTurn = 256 << 10;
  // And drains at most this many, of 1 MiB each, before it feeds again.
  static constexpr int kTransmitBatchesPerTurn = 16;
  // With those of our own what the node takes at most (HOST_PROTOCOL.md §3).
  static constexpr size_t kMaxExternal = 64;
  // How long a stopping engine waits for full sockets.
  static constexpr Millis kStopGrace = 200;
  // Times a turn gives the processor away while another thread waits for the lock.
  static constexpr int kYields = 64;

  explicit Engine(Listener& listener) : listener_(listener) {}
  bool OpenSockets(BindPolicy bind, Failure& failure);
  bool CreateNode(ByteSpan options, Failure& failure);

  // The lock as other threads take it: announced, so that the engine thread steps back.
  class CallerLock;
  // The lock as the engine thread takes it.
  std::unique_lock<std::mutex> LockForThread();
  void WakeThread();

  void Run();
  void Turn();
  void ReceiveAll();
  void Receive(UdpBinding& binding);
  void HandleTimeoutIfDue(const Now& now);

  // engine_sockets.cc: sockets that come and go.
  void WatchInterfaces();
  void HandleInterfaceNews();
  void HandleWakeUp();
  void RebindIfDue(Instant now);
  void NoteOnline(bool online);
  void TellSockets();
  void TellEndpoints();  // with mutex_ held

  // engine_strangers.cc: what a flood of strangers' datagrams may cost.
  void WatchStrangers(Instant now);
  void FilterSources();

  // Sends until the node has nothing more, a socket is full, or others have their turn. True: nothing is left.
  bool DrainTransmit();
  bool SendPending();
  bool SendVia(UdpBinding& binding);
  void NotifyEvents();
  Instant NextWake();
  // engine_relay.cc: opens, closes and writes the stream to the TCP relay as the node wants.
  void ServeRelay();
  void OpenRelay(const Endpoint& server);
  void WriteRelay();
  void ReadRelay();
  void RelayLost();
  static bool IsRelay(const Poller::Ready& ready);
  void RelayReady(const Poller::Ready& ready);
  void ShutDown();

  Listener& listener_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<InterfaceMonitor> monitor_;
  std::optional<UdpBindings> bindings_;  // the engine thread's own, once it runs
  std::thread thread_;

  std::mutex mutex_;  // guards node_ and the next three
  std::unique_ptr<Node> node_;
  std::vector<Endpoint> bound_;      // of bindings_, for other threads
  std::vector<Endpoint> announced_;  // of bindings_
  std::vector<Endpoint> external_;   // as the application set them

  std::atomic<int> callers_{0};         // threads that want the lock
  std::atomic<bool> dirty_{true};       // the node was called since the last drain
  std::atomic<bool> asleep_{false};     // the thread is in, or about to enter, the poller
  std::atomic<bool> stop_{false};

  // The engine thread's own.
  bool transmit_waits_ = false;         // the last drain left some to the next turn
  std::span<const Transmit> pending_;   // handed out by the node and not sent yet
  std::unique_ptr<RelayStream> relay_;  // open or under way
  bool relay_blocked_ = false;          // full or not connected yet, waiting to be writable
  Bytes relay_buffer_;                  // empty until the first read
  ReceiveBuffers buffers_;
  std::vector<InboundDatagram> inbound_;
  std::vector<Poller::Ready> ready_;
  Instant rebind_at_ = Instant::Never();  // when the addresses are looked at
  Instant redraw_at_ = Instant::Never();  // when the node has been offline for too long
  StrangerGate strangers_;
  uint64_t from_strangers_ = 0;                   // datagrams, as the node counts them
  std::optional<std::vector<Endpoint>> known_;    // to the filter of the sockets; none: they have none
  bool untold_ = false;                   // the node was not ready to hear of the sockets
  bool network_changed_ = false;          // the default route did
};

}  // namespace zt::host
