// Asking roots for identities, and answering such questions (vl1.md §5.5, §7.9).
#pragma once

#include <map>

#include "vl1/admission.h"
#include "vl1/inbound_packet.h"
#include "vl1/packet_writer.h"
#include "vl1/path_doubt.h"

namespace zt::vl1 {

class Whois {
 public:
  Whois(Context& context, PacketWriter& writer, Admission& admission, PathDoubt& doubt)
      : context_(context), writer_(writer), admission_(admission), doubt_(doubt) {}

  // Who wants to know: we ourselves, or somebody whose packet names an address we do not know. The latter is free for
  // anyone who can send us a datagram, so it never keeps us from asking for ourselves.
  enum class For : uint8_t { kUs, kOthers };

  // Asks the best root now, unless it was asked within kWhoisRetry, and again until kWaitingTimeout after the last such
  // request.
  void Request(const Now& now, NodeAddress address, For whom = For::kUs);
  // A route to a root was gained: questions that could not be sent go out.
  void RoutesChanged(const Now& now);
  Verdict HandleRequest(const Now& now, const InboundPacket& packet);
  Verdict HandleOk(const Now& now, const InboundPacket& packet);
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;

 private:
  struct Question {
    Instant until = Instant::LongAgo();         // then it is forgotten
    Instant repeat_until = Instant::LongAgo();  // we repeat it; what peers asked us they repeat themselves
    Instant asked = Instant::LongAgo();         // LongAgo: there was no route when it was due
    Millis pause = 0;                           // after `asked`, in which it is not passed on
    For whom = For::kOthers;
  };
  bool MakeRoom(For whom);
  Question* FindOrAdd(NodeAddress address, For whom);
  void PassOn(const Now& now, NodeAddress address);
  void Ask(const Now& now, NodeAddress address, Question& question);
  static size_t MostAnswers(Instant now, const InboundPacket& packet);

  Context& context_;
  PacketWriter& writer_;
  Admission& admission_;
  PathDoubt& doubt_;
  std::map<NodeAddress, Question> questions_;  // at most kWhoisEntries
};

}  // namespace zt::vl1
