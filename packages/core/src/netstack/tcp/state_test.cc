// The transition table of RFC 9293 §3.3.2 as it is in the code: complete, deterministic, and without a dead end.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "netstack/tcp/state.h"

namespace zt::netstack {
namespace {

TcpState State(int i) { return static_cast<TcpState>(i); }
TcpEvent Event(int i) { return static_cast<TcpEvent>(i); }

// The states that can follow from `start`, itself included.
std::vector<bool> Reachable(TcpState start) {
  std::vector<bool> seen(kTcpStateCount);
  std::vector<TcpState> open{start};
  while (!open.empty()) {
    const TcpState at = open.back();
    open.pop_back();
    if (seen[static_cast<size_t>(at)]) continue;
    seen[static_cast<size_t>(at)] = true;
    for (const TcpTransition& t : TcpTransitions()) {
      if (t.from == at) open.push_back(t.to);
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("the state table says for every state and event where it leads, or that it cannot be") {
  // Columns: connect, listen, SYN, ACK of SYN, shutdown, ACK of FIN, FIN, end.
  const char* const expected[kTcpStateCount] = {
      "CLOSED: SYN-SENT LISTEN - - - - - -",
      "LISTEN: - - SYN-RECEIVED - - - - CLOSED",
      "SYN-SENT: - - SYN-RECEIVED ESTABLISHED - - - CLOSED",
      "SYN-RECEIVED: - - - ESTABLISHED - - - CLOSED",
      "ESTABLISHED: - - - - FIN-WAIT-1 - CLOSE-WAIT CLOSED",
      "FIN-WAIT-1: - - - - - FIN-WAIT-2 CLOSING CLOSED",
      "FIN-WAIT-2: - - - - - - TIME-WAIT CLOSED",
      "CLOSE-WAIT: - - - - LAST-ACK - - CLOSED",
      "CLOSING: - - - - - TIME-WAIT - CLOSED",
      "LAST-ACK: - - - - - CLOSED - CLOSED",
      "TIME-WAIT: - - - - - - - CLOSED",
  };
  for (int s = 0; s < kTcpStateCount; ++s) {
    std::string row(ToString(State(s)));
    row += ':';
    for (int e = 0; e < kTcpEventCount; ++e) {
      const auto next = NextState(State(s), Event(e));
      row += ' ';
      row += next ? ToString(*next) : "-";
    }
    CHECK(row == expected[s]);
  }
}

TEST_CASE("the state table has one answer per state and event, reaches every state and always ends") {
  for (const TcpTransition& a : TcpTransitions()) {
    int same = 0;
    for (const TcpTransition& b : TcpTransitions()) same += a.from == b.from && a.event == b.event;
    CHECK(same == 1);
  }
  const std::vector<bool> from_closed = Reachable(TcpState::kClosed);
  for (int s = 0; s < kTcpStateCount; ++s) {
    CAPTURE(ToString(State(s)));
    CHECK(from_closed[static_cast<size_t>(s)]);
    CHECK(Reachable(State(s))[0]);
    if (State(s) != TcpState::kClosed) CHECK(NextState(State(s), TcpEvent::kEnd) == TcpState::kClosed);
  }
}

}  // namespace zt::netstack
