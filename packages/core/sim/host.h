// A machine that runs a node: real core, simulated clock, interfaces and sockets.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/host_codec.h"
#include "sim/heap_account.h"
#include "sim/segment.h"
#include "testing/options_writer.h"
#include "zt/node.h"

namespace zt::sim {

struct HostPlan {
  std::string name;
  std::string_view secret;                   // identity, 270 characters
  std::vector<uint16_t> ports = {9993};      // a UDP socket for each on every address
  // More options of the node, at every start.
  std::function<void(testing::OptionsWriter&)> options = {};
};

// Sees what the interfaces of hosts send and take in.
class Tap {
 public:
  virtual ~Tap() = default;
  virtual void OnPacket(const std::string& host, bool sent, const Packet& packet) = 0;
};

// What CLOCK_MONOTONIC did while the machine slept. The wall clock always goes on.
enum class Sleep : uint8_t { kMonotonicStands, kMonotonicGoesOn };

// Obeys the law of the core (zt/node.h): after every input it drains all outputs, then sleeps until the deadline.
class Host final : public Actor {
 public:
  Host(Simulator& simulator, HostPlan plan, ByteSpan planet);
  ~Host() override;

  // The cable to a segment; the answer names it to Unplug.
  int Plug(Segment& segment, const std::vector<IpAddress>& addresses, const LinkPlan& up, const LinkPlan& down);
  int Plug(Segment& segment, const std::vector<IpAddress>& addresses, const LinkPlan& both) {
    return Plug(segment, addresses, both, both);
  }
  void Unplug(int interface);
  void UnplugAll();  // the first half of roaming
  void UnplugAllBut(int interface);
  Cable* CableOf(int interface);
  std::vector<const Cable*> Cables() const;
  std::vector<int> Interfaces() const;

  void Start();         // the process; what it stored before is given to it
  void Stop();          // orderly: peers are saved
  void Crash();         // the power fails
  void ForgetState();   // the disk is replaced; the identity stays
  void Suspend();
  void Resume(Sleep how);
  void SetWallClock(Millis ahead) { wall_ahead_ = ahead; }  // of the true time
  bool running() const { return node_ != nullptr; }
  bool awake() const { return running() && !suspended_; }

  // The application. A command with the fields `write` puts; the body of the reply is read with Body.
  template <typename Write>
  Status Do(Command op, Write write) {
    Bytes request;
    node::HostWriter out(request);
    out.U16(static_cast<uint16_t>(op));
    write(out);
    return Run(request);
  }
  Status Do(Command op) {
    return Do(op, [](node::HostWriter&) {});
  }
  node::HostReader Body() const { return node::HostReader(ByteSpan(reply_).subspan(4)); }
  // As of the node, which must run.
  int64_t UdpSend(SocketId socket, const Endpoint& to, ByteSpan data);
  int64_t UdpReceive(SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into);
  // Only while running. A call that is an input must be followed by Drain.
  Node& node() { return *node_; }
  void Drain();
  zt::Now Now() const;
  // The other end of a stream to a TCP relay. Only while awake; each is an input.
  bool WantsRelay() const { return !node_->RelayWanted().IsNone(); }
  Bytes TakeRelayOutput();
  void RelayOpened();
  void RelayReceived(ByteSpan bytes);
  // Called after every input, and when it wakes or ends.
  std::function<void()> on_drained = {};
  std::function<void(Event, ByteSpan)> on_event = {};
  size_t Count(Event code) const;  // since it was made, over all its starts

  const std::string& name() const { return plan_.name; }
  NodeAddress address() const { return address_; }
  void SetTap(Tap* tap) { tap_ = tap; }
  uint64_t sent() const { return sent_; }  // datagrams
  // From now on, what goes from one of its sockets to one endpoint; of all such flows the busiest.
  struct Flow {
    Endpoint from, to;
    uint64_t datagrams = 0;
  };
  void WatchFlows() { flows_.emplace(); }
  Flow BusiestFlow() const;
  uint64_t received() const { return received_; }
  uint64_t wakes() const { return wakes_; }  // by timers
  size_t heap() const { return HeapAccount::Bytes(account_); }  // of the node, if an account was set
  void SetHeapAccount(size_t account) { account_ = account; }
  // The node broke the law: its timers fire without end. Empty: all is well.
  const std::string& fault() const { return fault_; }

 private:
  struct Interface final : Port {
    Interface(Host& owner, int index) : host(owner), number(index) {}
    void Arrive(Packet packet) override { host.Receive(std::move(packet)); }
    Host& host;
    int number;
    std::unique_ptr<Cable> cable;
  };
  struct Socket {
    int32_t number;
    Endpoint bound;
    Interface* interface;
  };
  // What the node asked to keep.
  struct Stores {
    Bytes planet;
    std::map<uint64_t, Bytes> peers, networks, moons;
  };
  static constexpr int kMaxWakesPerMs = 200;  // far more than one node has timers

  void Act() override;
  void Receive(Packet packet);
  void Send(const Transmit& transmit);
  void TellSockets();
  void TakeEvents();
  void Keep(Event code, ByteSpan body);
  Bytes Options() const;
  Status Run(ByteSpan request);

  const HostPlan plan_;
  const Bytes planet_;
  NodeAddress address_;
  std::unique_ptr<Node> node_;
  std::vector<std::unique_ptr<Interface>> interfaces_;
  std::vector<Socket> sockets_;
  int next_interface_ = 0;
  int32_t next_socket_ = 0;  // never used again while the machine exists, so not while its node lives
  Stores stores_;
  Bytes reply_;
  std::map<Event, size_t> counts_;
  int starts_ = 0;
  bool suspended_ = false;
  Instant suspended_at_{0}, mono_origin_{0};
  Millis wall_ahead_ = 0;
  Instant last_wake_ = Instant::LongAgo();
  int wakes_at_once_ = 0;
  uint64_t sent_ = 0, received_ = 0, wakes_ = 0;
  std::optional<std::map<std::pair<Endpoint, Endpoint>, uint64_t>> flows_;
  Tap* tap_ = nullptr;
  size_t account_ = 0;
  bool told_ = false;  // the node knows the sockets as they are
  std::string fault_;
};

}  // namespace zt::sim
