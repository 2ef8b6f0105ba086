#include "sim/vl2/multicast.h"

#include <algorithm>
#include <cmath>

#include "sim/vl2/acquaintance.h"
#include "sim/vl2/scenario.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_gather.h"
#include "wire/verb/reply.h"

namespace zt::sim {
namespace {

constexpr Mac kGroupMac{0x01005e0000fb};     // of 224.0.0.251 (RFC 1112 §6.4)
constexpr Millis kMinute = 60'000;           // announcements, explicit gathers (vl2.md §17)
constexpr Millis kPeriod = 20'000;           // between two datagrams of a member
constexpr Millis kAnnounced = 2 * kMinute;   // a member is due a minute after the last time; one wake-up a minute
constexpr Millis kWarmUp = 4 * kPeriod;      // everybody gets to know everybody
constexpr Millis kLife = 6'000;              // of a frame that looks for recipients (5 s), and of what is under way
constexpr uint8_t kUdp = 17;

class Run {
 public:
  explicit Run(const MulticastPlan& plan) : plan_(plan), lab_(plan.seed, plan.members, TermsOf(plan)) {
    if (plan.replicator) SetSpecialist();
    lab_.on_message = [this](const Wiretap::Message& m) { Count(m); };
    SetLoss();
  }

  MulticastVerdict Do();
  NetworkLab& lab() { return lab_; }

 private:
  struct Said {
    size_t from;
    uint32_t number;
    Instant at;
    std::set<NodeAddress> known;  // subscribers, to the speaker
  };

  static Terms TermsOf(const MulticastPlan& plan) { return {.multicast_limit = plan.limit}; }
  void SetSpecialist() {
    const uint64_t roles = Specialist::kMulticastReplicator | Specialist::kActiveBridge;
    lab_.terms.specialists = {{lab_.members[0]->host().address().value | roles}};
  }
  void SetLoss();
  void Count(const Wiretap::Message& message);
  void CountFrame(const Wiretap::Message& message);
  void CountAnswer(const Wiretap::Message& message);
  bool IsUpstream(NodeAddress who) const {
    return who == lab_.controller->address() || who == lab_.internet.root(0).address() ||
           (plan_.replicator && who == lab_.members[0]->host().address());
  }
  // Everybody speaks once, evenly spread over the period.
  void Round();
  void Change();
  void Gathers(size_t speaker);
  void Judge();
  void JudgeOne(const Said& said);
  void JudgeShares();
  void JudgeBill();
  bool Hears(size_t member, Instant at) const;
  void Fail(const std::string& what) {
    if (verdict_.fault.size() < 2'000) verdict_.fault += what + "\n";
  }
  // Subscribers that are not the speaker and not to change.
  size_t Others() const { return plan_.members - 1; }

  const MulticastPlan plan_;
  NetworkLab lab_;
  MulticastVerdict verdict_;
  bool counting_ = false;
  Instant begin_{0}, changed_ = Instant::Never();
  uint32_t round_ = 0;
  std::vector<Said> said_;
  std::map<size_t, Instant> gathered_;  // by speaker, as vl2.md §12.5 has it
  std::map<uint32_t, uint64_t> asked_;  // gather limits in frames
  std::set<uint64_t> asking_;           // packets that are counted and answered
  Acquaintance acquaintance_{kGroupMac};
};

void Run::SetLoss() {
  for (size_t i = 0; i < plan_.members && plan_.loss != 0; ++i) {
    Cable& cable = *lab_.members[i]->host().CableOf(lab_.lines[i]);
    for (Link* link : {&cable.up(), &cable.down()}) {
      LinkPlan line = link->plan();
      line.loss = plan_.loss;
      link->SetPlan(line);
    }
  }
}

void Run::CountFrame(const Wiretap::Message& m) {
  const auto frame = wire::MulticastFrame::Parse(m.payload);
  if (!frame || frame->destination != kGroupMac || frame->payload.size() < 20 || frame->payload[9] != kUdp) return;
  ++verdict_.paid.frames;
  asking_.insert(m.id.value);
  ++asked_[frame->gather_limit.value_or(0)];
}

// An answer counts if its question does, whenever it comes.
void Run::CountAnswer(const Wiretap::Message& m) {
  const auto ok = wire::Ok::Parse(m.payload);
  if (!ok || asking_.count(ok->in_re.value) == 0) return;
  ++(ok->in_re_verb == Verb::kMulticastGather ? verdict_.paid.gather_answers : verdict_.paid.frame_answers);
}

void Run::Count(const Wiretap::Message& m) {
  acquaintance_.See(m);
  if (m.verb == Verb::kOk) CountAnswer(m);
  if (!counting_) return;
  MulticastBill& bill = verdict_.paid;
  switch (m.verb) {
    case Verb::kMulticastFrame: CountFrame(m); break;
    case Verb::kMulticastGather: {
      const auto gather = wire::MulticastGather::Parse(m.payload);
      if (!gather || gather->mac != kGroupMac) break;
      ++bill.gathers;
      asking_.insert(m.id.value);
      break;
    }
    case Verb::kMulticastLike: ++(IsUpstream(m.to) ? bill.likes_upstream : bill.likes_members); break;
    default: break;
  }
}

// What vl2.md §12.5 says of explicit gathers, when everybody knows all others: a question to the root and one to the
// controller when the limit allows for more members than there are, once a minute while one speaks.
void Run::Gathers(size_t speaker) {
  if (plan_.replicator && speaker != 0) return;
  const auto last = gathered_.find(speaker);
  if (last != gathered_.end() && lab_.now() - last->second < kMinute) return;
  gathered_[speaker] = lab_.now();
  if (counting_ && Others() < plan_.limit) verdict_.due.gathers += 2;
}

void Run::Round() {
  const Instant start = lab_.now();
  for (size_t i = 0; i < plan_.members; ++i) {
    const Instant at = start + static_cast<Millis>(i) * kPeriod / static_cast<Millis>(plan_.members);
    lab_.internet.simulator.RunFor(at - lab_.now());
    Participant& member = *lab_.members[i];
    if (!Hears(i, lab_.now())) continue;  // not there
    const std::set<NodeAddress> known = acquaintance_.Of(member.host().address());
    if (!member.SayToAll(round_)) Fail("member " + std::to_string(i) + " could not speak");
    said_.push_back({i, round_, lab_.now(), known});
    Gathers(i);
  }
  lab_.internet.simulator.RunFor(start + kPeriod - lab_.now());
  ++round_;
}

// The last members are late; those before them leave.
bool Run::Hears(size_t member, Instant at) const {
  const size_t stay = plan_.members - plan_.late - plan_.leave;
  if (member < stay) return true;
  const bool late = member >= plan_.members - plan_.late;
  return late == (at >= changed_);
}

void Run::Change() {
  changed_ = lab_.now();
  const size_t stay = plan_.members - plan_.late - plan_.leave;
  for (size_t i = stay; i < stay + plan_.leave; ++i) {
    if (i % 2 == 0) {
      lab_.members[i]->Leave();
    } else {
      lab_.members[i]->StopListening();
    }
  }
  for (size_t i = plan_.members - plan_.late; i < plan_.members; ++i) {
    if (!lab_.Add(*lab_.members[i])) Fail("late member " + std::to_string(i) + " is not ready");
  }
}

MulticastVerdict Run::Do() {
  if (!lab_.Assemble(plan_.members - plan_.late)) {
    Fail("the network is not ready in two minutes");
    return verdict_;
  }
  lab_.internet.simulator.RunFor(30'000);
  for (Millis passed = 0; passed < kWarmUp; passed += kPeriod) Round();
  counting_ = true;
  begin_ = lab_.now();
  for (size_t minute = 0; minute < plan_.minutes; ++minute) {
    if (minute == 1 && plan_.late + plan_.leave > 0) Change();
    for (Millis passed = 0; passed < kMinute; passed += kPeriod) Round();
  }
  counting_ = false;
  lab_.internet.simulator.RunFor(kLife);
  Judge();
  return verdict_;
}

void Run::JudgeOne(const Said& said) {
  const bool counted = said.at >= begin_;
  uint64_t heard = 0;
  for (size_t i = 0; i < plan_.members; ++i) {
    if (i == said.from) continue;
    const uint32_t copies = lab_.members[i]->Copies(said.from, said.number);
    heard += copies;
    const std::string what = "member " + std::to_string(i) + " heard number " + std::to_string(said.number) +
                             " of member " + std::to_string(said.from) + " " + std::to_string(copies) + " times";
    if (copies > 1) Fail(what);
    if (copies > 0 && i >= plan_.members - plan_.late - plan_.leave && i < plan_.members - plan_.late &&
        said.at >= changed_) {
      Fail(what + " after it left");
    }
    // A gather asks for no more than are missing, and those who left count until they expire: its answer is a choice
    // that may lack a late member. That one announces itself to every member it knows (vl2.md §12.3).
    const bool involves_late = std::max(i, said.from) >= plan_.members - plan_.late;
    const bool settled = !involves_late || said.at >= changed_ + kAnnounced + kPeriod;
    const bool must = counted && settled && plan_.loss == 0 && Others() <= plan_.limit && Hears(i, said.at);
    if (must && copies != 1) Fail(what);
  }
  if (said.number == 0) {
    verdict_.first_heard += heard;
    verdict_.first_owed += std::min<uint64_t>(Others(), plan_.limit);
  }
  if (!counted) return;
  ++verdict_.said;
  verdict_.heard += heard;
  verdict_.owed += std::min<uint64_t>(Others(), plan_.limit);
  if (Others() > plan_.limit && plan_.loss == 0 && heard != plan_.limit) {
    Fail("number " + std::to_string(said.number) + " of member " + std::to_string(said.from) + " reached " +
         std::to_string(heard) + " members, the limit is " + std::to_string(plan_.limit));
  }
}

// With a limit below the subscribers, a speaker that knows as many as the limit asks for no more (vl2.md §12.5). So it
// draws from whom it knows, for each datagram anew: not everybody is known to equally many speakers.
void Run::JudgeShares() {
  std::vector<Share> pairs;  // speaker and member: where all members get their share, a speaker may still not vary
  for (size_t i = 0; i < plan_.members; ++i) {
    const NodeAddress self = lab_.members[i]->host().address();
    std::map<size_t, Share> by_speaker;
    Share share;
    for (const Said& said : said_) {
      if (said.at < begin_ || said.from == i) continue;
      const uint32_t copies = lab_.members[i]->Copies(said.from, said.number);
      const bool known = said.known.count(self) != 0;
      const double chance = known ? static_cast<double>(plan_.limit) / static_cast<double>(said.known.size()) : 0;
      share.Add(chance, copies);
      by_speaker[said.from].Add(chance, copies);
      if (!known && copies > 0) {
        Fail("member " + std::to_string(said.from) + " spoke to " + std::to_string(i) + ", of whom nobody told it");
      }
    }
    if (!share.IsFair()) {
      Fail("member " + std::to_string(i) + " was chosen " + share.ToString() + ": the choice is not random");
    }
    for (const auto& [speaker, pair] : by_speaker) pairs.push_back(pair);
  }
  const double unevenness = Unevenness(pairs);
  if (std::abs(unevenness) > kStriking) {
    Fail("the choice is not another random one each time: " + std::to_string(unevenness) + " deviations");
  }
  for (const NodeAddress who : {lab_.controller->address(), lab_.internet.root(0).address()}) {
    for (const std::string& fault : acquaintance_.JudgeAnswersOf(who)) Fail(fault);
  }
}

void Run::JudgeBill() {
  MulticastBill& due = verdict_.due;
  const MulticastBill& paid = verdict_.paid;
  const uint64_t members = plan_.members, recipients = std::min<uint64_t>(Others(), plan_.limit);
  const uint64_t by_replicator = static_cast<uint64_t>(
      std::count_if(said_.begin(), said_.end(), [&](const Said& s) { return s.at >= begin_ && s.from == 0; }));
  // One copy for each recipient, each answered with members: every recipient is one itself. A replicator gets a copy
  // of what others say, owes no answer for it, and makes the others'.
  due.frames = verdict_.said * recipients;
  due.frame_answers = due.frames;
  if (plan_.replicator) due.frame_answers -= verdict_.said - by_replicator;
  due.gather_answers = due.gathers;
  // To root and controller once a minute, and to the replicator; it does not announce to itself.
  due.likes_upstream = plan_.minutes * (members * (plan_.replicator ? 3 : 2) - (plan_.replicator ? 1 : 0));
  due.likes_members = members * Others() * (plan_.minutes + 1);
  MulticastBill expected = due;
  expected.likes_members = paid.likes_members;
  if (paid != expected || paid.likes_members > due.likes_members) {
    Fail("paid " + paid.ToString() + "\nby vl2.md §12 " + due.ToString());
  }
  const uint32_t missing = plan_.limit > Others() ? plan_.limit - static_cast<uint32_t>(Others()) : 0;
  for (const auto& [limit, frames] : asked_) {
    const bool replicated = plan_.replicator && limit == 0;
    if (limit != missing + 1 && !replicated) {
      Fail(std::to_string(frames) + " frames asked for " + std::to_string(limit) + " members, should for " +
           std::to_string(missing + 1));
    }
  }
}

void Run::Judge() {
  for (const Said& said : said_) JudgeOne(said);
  const bool changes = plan_.late + plan_.leave > 0;
  if (Others() > plan_.limit && plan_.loss == 0) JudgeShares();
  if (plan_.loss == 0 && !changes) JudgeBill();
  if (plan_.loss != 0) {
    // Nothing is repeated (vl2.md §12.5): a copy passes two lossy lines, and the root's when it is relayed.
    const double arrives = std::pow(1 - plan_.loss / 1e6, 3);
    if (static_cast<double>(verdict_.heard) < arrives * static_cast<double>(verdict_.owed)) {
      Fail(std::to_string(verdict_.heard) + " of " + std::to_string(verdict_.owed) + " copies arrived");
    }
  }
  for (const auto& member : lab_.members) {
    if (!member->host().fault().empty()) Fail(member->host().fault());
  }
}

}  // namespace

std::string MulticastBill::ToString() const {
  const auto number = [](const char* name, uint64_t n) { return std::string(name) + " " + std::to_string(n); };
  return number("FRAME", frames) + number(", its OK", frame_answers) + number(", GATHER", gathers) +
         number(", its OK", gather_answers) + number(", LIKE to root and controller", likes_upstream) +
         number(", to members", likes_members);
}

MulticastVerdict RunMulticast(const MulticastPlan& plan, const std::string& pcap) {
  Run run(plan);
  return RunScenario(run, pcap);
}

}  // namespace zt::sim
