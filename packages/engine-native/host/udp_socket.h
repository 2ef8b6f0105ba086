// A non-blocking UDP socket that sends and receives batches. The seam to the operating system's socket interface.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "zt/inet.h"
#include "zt/transmit.h"

namespace zt::host {

// Memory that received datagrams land in; one per engine thread, shared by its sockets.
class ReceiveBuffers {
 public:
  // With receive offload one message holds many datagrams, up to the largest UDP payload.
  static constexpr size_t kMessages = 16;
  static constexpr size_t kMessageBytes = 65536;

  ReceiveBuffers() : bytes_(new uint8_t[kMessages * kMessageBytes]) {}
  uint8_t* message(size_t i) { return bytes_.get() + i * kMessageBytes; }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
};

class UdpSocket {
 public:
  // Null on failure: errno says why. Port 0 binds any. With `interface_index`, what is sent leaves by that interface
  // where the system can be told so, which on a machine with several ways out is not a matter of the address alone.
  static std::unique_ptr<UdpSocket> Open(const Endpoint& bind, int interface_index = 0);
  virtual ~UdpSocket() = default;

  virtual int descriptor() const = 0;
  virtual const Endpoint& local() const = 0;
  // Receives one batch and appends it to `out` with `via`. True: there may be more.
  virtual bool Receive(ReceiveBuffers& buffers, LocalSocket via, std::vector<InboundDatagram>& out) = 0;
  // Sends in order. The number of datagrams done with, sent or refused by the system for good; fewer than given: the
  // socket is full, go on when it is writable.
  virtual size_t Send(std::span<const Transmit> batch) = 0;
  bool CanReach(const Endpoint& to) const { return to.ip.family == local().ip.family; }
};

}  // namespace zt::host
