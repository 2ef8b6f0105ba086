// A TCP relay on the internet's core (vl1.md §10). Its streams are not simulated segment by segment: what a client
// hands over arrives whole after a while, as long as there is a way for TCP. Without one it waits, and is tried again
// when it has waited as long again, as TCP's retransmission timer doubles. A stream belongs to the line it began on:
// without that line it is dead, and as with most systems nobody tells the host.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "sim/host.h"
#include "wire/relay_record.h"

namespace zt::sim {

class TcpRelayServer final : public Port {
 public:
  static constexpr Millis kDelay = 30;          // of the stream, each way
  static constexpr Millis kFirstRetry = 1'000;

  // `reaches`: whether there is a way for TCP between a host's cable and the relay.
  TcpRelayServer(Segment& core, const IpAddress& ip, std::function<bool(const Cable&)> reaches);

  Endpoint endpoint() const { return {ip_, 443}; }
  Cable& cable() const { return *cable_; }
  uint64_t connections() const { return connections_; }  // ever accepted
  uint64_t datagrams() const { return datagrams_; }      // ever carried, both ways

  // The host had an input: connects, ends and takes what its node wants.
  void Serve(Host& host);
  // To a client's UDP port.
  void Arrive(Packet packet) override;

 private:
  enum class State : uint8_t { kNone, kConnecting, kOpen };
  struct Client {
    Host* host = nullptr;
    State state = State::kNone;
    uint64_t generation = 0;  // what is under way for an older one comes to nothing
    uint16_t port = 0;
    int interface = 0;        // the host's
    Instant lost = Instant::Never();  // there has been no way since, and it is tried again
    wire::RelayRecordReader reader = {};
  };

  void Later(Client& client, Millis delay, std::function<void()> act);
  void Connect(Client& client);
  bool Reaches(const Client& client) const;
  void Retry(Client& client);
  void End(Client& client);
  void Take(Client& client, const Bytes& bytes);
  Simulator& simulator() const { return cable_->segment().simulator(); }

  const IpAddress ip_;
  const std::function<bool(const Cable&)> reaches_;
  std::unique_ptr<Cable> cable_;
  std::map<const Host*, std::unique_ptr<Client>> clients_;
  std::map<uint16_t, Client*> ports_;
  uint16_t next_port_ = 10'000;
  uint64_t connections_ = 0, datagrams_ = 0;
};

}  // namespace zt::sim
