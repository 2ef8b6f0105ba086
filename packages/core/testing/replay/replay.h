// A node of ours in the place of one node of a captured session. It has that node's identity,
// planet and addresses, joins the networks when that node did, and gets the packets the others sent
// it, when they did. What it sends is kept.
//
// The packets are the captured ones, byte for byte, but for answers: an answer echoes the random id
// (and of a HELLO the time) of the request it is for, and ours has its own. So an answer is opened,
// told the id of the latest request of ours that asks the same, and sealed again with the keys of
// its sender. One for which we asked nothing is left out. Our ECHOs, where the captured node sent
// WHOIS, are answered as every node answers them: otherwise paths that worked would seem dead. What
// an application of the captured node did, ours does: it joins, pings whom that one pinged, and
// decides as a controller what that one decided.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "testing/replay/decisions.h"
#include "testing/replay/fields.h"
#include "testing/replay/session.h"
#include "zt/node.h"

namespace zt::replay {

class Replay {
 public:
  Replay(std::string_view session, std::string_view role);
  void Run();

  // What the captured node and ours sent, and the answers that answered nothing of ours.
  std::vector<Packet> captured, ours;
  std::vector<std::string> unasked;
  std::set<uint64_t> fed;        // ids of the packets given to our node as they were
  std::set<uint64_t> requested;  // ids of the requests our node told its controller about
  NodeAddress role() const { return role_; }
  const Identity& identity() const { return keys_.Of(role_).identity(); }

 private:
  // An echo request the captured node's application sent.
  struct Echo {
    uint64_t network;
    IpAddress to;
    uint16_t size;
  };
  struct Event {
    int64_t time;
    std::vector<Datagram> datagrams;  // of one packet
    std::optional<Packet> packet;
    std::optional<uint64_t> join;
    std::optional<Echo> ping;
    std::optional<uint64_t> leave;
    std::optional<Decision> decision;
  };

  void Plan(const std::vector<Datagram>& session);
  void Create();
  void Do(const Bytes& request);
  void PlanApplication(const Packet& sent);
  void Membership(Command command, uint64_t network);
  void Ping(const Echo& echo);
  void Decide(const Decision& decision);
  void AnswerEchoes();
  void RunTimersUntil(int64_t time);
  void Feed(const Event& event);
  void Give(const Endpoint& from, const Endpoint& to, Bytes bytes);
  void FeedAnswer(const Packet& answer);
  void Collect();
  void CollectEvents();
  Now now() const { return {{1000 + time_ - start_}, {time_}}; }

  Keyring keys_;
  NodeAddress role_;
  PacketReader our_reader_{keys_};
  std::vector<Endpoint> sockets_;
  std::vector<Event> events_;
  std::set<uint64_t> joined_;
  uint64_t current_ = 0;
  bool controls_ = false;  // networks
  std::vector<Packet> unanswered_;  // ECHOs of ours
  std::map<uint64_t, Packet> captured_requests_;
  std::unique_ptr<Node> node_;
  int64_t start_ = 0, time_ = 0, end_ = 0;
};

}  // namespace zt::replay
