#include "vl1/whois.h"

#include <algorithm>
#include <array>

#include "vl1/route.h"
#include "wire/verb/whois.h"

namespace zt::vl1 {
namespace {

// Identities in one answer: more do not fit a deliverable packet.
constexpr size_t kMaxAnswers = 128;

}  // namespace

// True when one more question fits. Ours takes the place of the oldest one of others when the table is full.
bool Whois::MakeRoom(For whom) {
  auto oldest = questions_.end();
  size_t of_others = 0;
  for (auto it = questions_.begin(); it != questions_.end(); ++it) {
    if (it->second.whom == For::kUs) continue;
    ++of_others;
    if (oldest == questions_.end() || it->second.until < oldest->second.until) oldest = it;
  }
  if (whom == For::kOthers) return of_others < kWhoisForOthers && questions_.size() < kWhoisEntries;
  if (questions_.size() < kWhoisEntries) return true;
  if (oldest == questions_.end()) return false;
  context_.Drop(DropReason::kQueueFull);
  questions_.erase(oldest);
  return true;
}

// Nothing if there is no need, or no room.
Whois::Question* Whois::FindOrAdd(NodeAddress address, For whom) {
  if (!address.IsValid() || address == context_.self.address() || context_.peers.Find(address) != nullptr) {
    return nullptr;
  }
  const auto it = questions_.find(address);
  if (it != questions_.end()) return &it->second;
  if (!MakeRoom(whom)) {
    context_.Drop(DropReason::kQueueFull);
    return nullptr;
  }
  return &questions_.emplace(address, Question{}).first->second;
}

void Whois::Request(const Now& now, NodeAddress address, For whom) {
  Question* question = FindOrAdd(address, whom);
  if (question == nullptr) return;
  if (whom == For::kUs) question->whom = For::kUs;
  question->until = question->repeat_until = now.mono + kWaitingTimeout;
  if (now.mono - question->asked >= kWhoisRetry) Ask(now, address, *question);
}

// A peer asked us and will ask again, so nothing is repeated here. Roots are each other's best roots: a question for
// whom nobody knows comes back to who passed it on, directly or around. It ends where a pause is longer than its way
// round, so pauses grow; but whoever asks for long finds who comes late.
void Whois::PassOn(const Now& now, NodeAddress address) {
  Question* question = FindOrAdd(address, For::kOthers);
  if (question == nullptr) return;
  question->until = std::max(question->until, now.mono + kWaitingTimeout);
  if (now.mono - question->asked < std::max(question->pause, kWhoisRetry)) return;
  question->pause = std::clamp(2 * question->pause, kWhoisRetry, kWhoisLongestPause);
  Ask(now, address, *question);
}

void Whois::Ask(const Now& now, NodeAddress address, Question& question) {
  Peer* root = BestRoot(context_, now.mono);
  Path* path = root == nullptr ? nullptr : RouteTo(context_, now.mono, *root).path;
  if (path == nullptr) {
    question.asked = Instant::LongAgo();  // RoutesChanged will ask; there is nothing to wake up for
    return;
  }
  ByteArray<5> bytes;
  ByteWriter(bytes).Address(address);
  const ByteSpan payload(bytes);
  writer_.WriteOn(now, *root, Verb::kWhois, {&payload, 1}, *path, {.expect_reply = true});
  question.asked = now.mono;
  // Who only asks would stay on a root that is gone. A root does not answer for those it does not know either: then it
  // answers the probe, of which there is one in kUnheardWhileSending at most, whoever makes us ask.
  doubt_.Sent(now.mono, *root, *path);
}

void Whois::RoutesChanged(const Now& now) {
  for (auto& [address, question] : questions_) {
    const bool repeats = now.mono < question.repeat_until && now.mono - question.asked >= kWhoisRetry;
    if (repeats || question.asked == Instant::LongAgo()) Ask(now, address, question);
  }
}

void Whois::HandleTimeout(const Now& now) {
  for (auto it = questions_.begin(); it != questions_.end();) {
    auto& [address, question] = *it;
    if (now.mono >= question.until || context_.peers.Find(address) != nullptr) {
      it = questions_.erase(it);
      continue;
    }
    if (now.mono >= question.repeat_until) {
      question.whom = For::kOthers;
    } else if (now.mono - question.asked >= kWhoisRetry) {
      Ask(now, address, question);
    }
    ++it;
  }
}

Deadline Whois::NextTimeout() const {
  Deadline out;
  for (const auto& [address, question] : questions_) {
    out = Earliest(out, {question.until, "whois expiry"});
    if (question.asked == Instant::LongAgo()) continue;
    const Instant again = question.asked + kWhoisRetry;
    if (again < question.repeat_until) out = Earliest(out, {again, "whois retry"});
  }
  return out;
}

// An answer is many times the question. It goes to where the packet came from, which may be another's place as long as
// nobody answered us from there (vl1.md §5.5 sets no limit; these are ours).
size_t Whois::MostAnswers(Instant now, const InboundPacket& packet) {
  Peer& peer = packet.peer;
  if (now - peer.whois_window >= 1000) {
    peer.whois_window = now;
    peer.whois_answers = 0;
  }
  const size_t used = std::min(static_cast<size_t>(peer.whois_answers), kWhoisAnswersPerSecond);
  const size_t most = packet.path.slots == 0 ? kWhoisAnswersUnconfirmed : kMaxAnswers;
  return std::min(most, kWhoisAnswersPerSecond - used);
}

Verdict Whois::HandleRequest(const Now& now, const InboundPacket& packet) {
  Peer& peer = packet.peer;
  if (!context_.roots.WeAreRoot() && now.mono - peer.last_whois_answer < kWhoisAnswerGate) {
    context_.Drop(DropReason::kRateLimited);
    return Verdict::kNotSeen;
  }
  const std::optional<wire::Whois> request = wire::Whois::Parse(packet.payload);
  if (!request) {
    context_.Drop(DropReason::kMalformed);
    return Verdict::kNotSeen;
  }
  peer.last_whois_answer = now.mono;
  wire::OkWhois answer;
  answer.in_re = packet.id;
  const size_t most = MostAnswers(now.mono, packet);
  for (NodeAddress address : request->addresses) {
    if (answer.identities.size() >= most) {
      context_.Drop(DropReason::kRateLimited);
      break;
    }
    if (address == context_.self.address()) {
      answer.identities.push_back(context_.self.identity());
    } else if (const Peer* known = context_.peers.Find(address)) {
      answer.identities.push_back(known->identity);
    } else {
      ++context_.activity.whois_unknown;
      PassOn(now, address);  // the requester succeeds on a later retry
    }
  }
  peer.whois_answers += static_cast<int>(answer.identities.size());
  context_.activity.whois_answered += answer.identities.size();
  if (answer.identities.empty()) return Verdict::kSeen;
  std::array<uint8_t, 9 + kMaxAnswers * Identity::kBinarySize> bytes;
  ByteWriter out(bytes);
  answer.SerializeTo(out);
  const ByteSpan payload = out.written();
  writer_.WriteOn(now, peer, Verb::kOk, {&payload, 1}, packet.path);
  return Verdict::kSeen;
}

Verdict Whois::HandleOk(const Now& now, const InboundPacket& packet) {
  if (!packet.peer.IsRoot()) {  // only roots are believed (vl1.md §11.1 rule 9)
    context_.Drop(DropReason::kNotARoot);
    return Verdict::kSeen;
  }
  const std::optional<wire::OkWhois> answer = wire::OkWhois::Parse(packet.payload);
  if (!answer) {
    context_.Drop(DropReason::kMalformed);
    return Verdict::kNotSeen;
  }
  for (const Identity& identity : answer->identities) {
    // An identity we did not ask for is not worth a place in the table.
    if (questions_.erase(identity.address) != 0) admission_.Admit(now, identity);
  }
  return Verdict::kSeen;
}

}  // namespace zt::vl1
