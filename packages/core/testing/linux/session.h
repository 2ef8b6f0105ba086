// The line protocol on stdin and stdout: "REQUEST VERB ARGUMENT...", answered by "REQUEST ok FACT=VALUE..." or
// "REQUEST STATUS FACT=VALUE..." when it is done; README.md lists the verbs. Request 0 expects no answer.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "testing/linux/event_loop.h"
#include "testing/linux/link.h"
#include "testing/linux/stream.h"

namespace zt::linux_lab {

class Session final : public Part {
 public:
  using Words = std::vector<std::string>;

  // `sockets`: those the verbs are about. `outside`: the kernel's of this process, the other side of `forward`.
  // `stack`, `link`: none when the process has none.
  Session(EventLoop& loop, Sockets& sockets, Sockets& outside, netstack::Stack* stack, Link* link);

  bool Turn(int64_t now_ns) override;
  int64_t NextNs() const override { return kNever; }

 private:
  struct Listener {
    Sockets* of = nullptr;
    SocketId id;
    std::deque<SocketId> ready;
    std::deque<Stream*> waiting;
    Endpoint forward_to;  // everything accepted goes there, by the other sockets
  };
  struct Datagrams {
    SocketId id;
    struct Wish {
      uint64_t request, seed;
    };
    std::deque<Wish> wishes;
    Status error = Status::kOk;
  };
  using Key = std::pair<Sockets*, SocketId>;

  void ReadInput();
  void Execute(const std::string& line);
  // Each says whether the verb is one of its kind.
  bool ExecuteOpening(uint64_t request, const Words& words);
  bool ExecuteOnStream(uint64_t request, const Words& words);
  bool ExecuteDatagram(uint64_t request, const Words& words);
  bool ExecuteOnLink(uint64_t request, const Words& words);
  void Listen(uint64_t request, const Words& words, Sockets& sockets, const Endpoint& forward_to);
  void Connect(uint64_t request, const Words& words);
  void Accept(uint64_t request, const Words& words);
  void Forward(Sockets& from, SocketId accepted, const Endpoint& to);
  Stream& NewStream(const std::string& name, Sockets& sockets);
  void Remove(uint64_t request, const std::string& name);
  void OnEvent(Sockets& sockets, const StackEvent& event);
  void OnAccepted(Sockets& sockets, const StackEvent& event);
  void OnStream(Stream& stream, const StackEvent& event);
  void PumpDatagrams(Datagrams& datagrams);
  void SetOption(uint64_t request, const Words& words);
  void Info(uint64_t request, Stream& stream);
  std::optional<SocketId> Named(const std::string& name) const;

  EventLoop& loop_;
  Sockets& sockets_;
  Sockets& outside_;
  netstack::Stack* stack_;
  Link* link_;
  Report report_;
  std::string input_;
  std::map<std::string, std::unique_ptr<Stream>> streams_;
  std::map<Key, Stream*> stream_of_;
  std::map<std::string, Listener> listeners_;
  std::map<std::string, Datagrams> datagrams_;
  std::map<uint32_t, uint64_t> pings_;  // token, request
  uint32_t last_ping_ = 0;
  std::set<Stream*> runnable_;
  std::vector<netstack::Route> routes_;
  uint64_t forwarded_ = 0;
};

}  // namespace zt::linux_lab
