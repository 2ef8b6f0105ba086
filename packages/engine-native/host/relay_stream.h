// A non-blocking TCP connection to the TCP relay (HOST_PROTOCOL.md §11).
#pragma once

#include <memory>
#include <optional>

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::host {

class RelayStream {
 public:
  // Starts to connect. Null when that fails at once; errno says why.
  static std::unique_ptr<RelayStream> Connect(const Endpoint& server);
  ~RelayStream();
  RelayStream(const RelayStream&) = delete;
  RelayStream& operator=(const RelayStream&) = delete;

  int descriptor() const { return fd_; }
  const Endpoint& server() const { return server_; }
  bool connected() const { return connected_; }
  // After the descriptor became writable: whether the connection stands. False: it failed.
  bool FinishConnecting();
  // How many bytes were read or written, 0 when it has to wait. Nothing: the connection is over.
  std::optional<size_t> Read(MutableBytes into);
  std::optional<size_t> Write(ByteSpan bytes);

 private:
  RelayStream(int fd, const Endpoint& server) : fd_(fd), server_(server) {}

  int fd_;
  Endpoint server_;
  bool connected_ = false;
};

}  // namespace zt::host
