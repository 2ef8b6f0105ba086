// Questions for identities that nobody has, between roots that ask each other (vl1.md §5.5, §7.9).
#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"

namespace zt::testing {
namespace {

constexpr NodeAddress kNobody{0x1234567890};

Verb VerbOf(const Bytes& packet) { return wire::PacketView(packet).verb(); }

// Roots of one planet, a leaf that reaches only the first of them, and one that will reach only the second.
struct Roots {
  explicit Roots(size_t count, Millis delay) {
    lab.delay = delay;
    std::vector<std::pair<const LabNode*, std::vector<Endpoint>>> listed;
    for (size_t i = 0; i < count; ++i) {
      LabNode& root = lab.Add(i, "10.1." + std::to_string(i) + ".1/9993");
      roots.push_back(&root);
      listed.push_back({&root, {root.endpoint}});
      if (i > 0) lab.Block(leaf, root);
      if (i != 1) lab.Block(late, root);
    }
    lab.Block(leaf, late);
    late.running = false;
    lab.GivePlanet(Vl1Lab::MakePlanet(listed));
    lab.tap = [this](const Endpoint& from, const Endpoint& to, Bytes& bytes) {
      const LabNode* sender = RootAt(from);
      const LabNode* receiver = RootAt(to);
      if (sender == nullptr || receiver == nullptr) return true;
      const auto opened = OpenPacket(sender->secret, receiver->secret.identity(), bytes);
      if (opened && VerbOf(*opened) == Verb::kWhois) ++questions;
      return true;
    };
    lab.Run(5'000);
  }
  const LabNode* RootAt(const Endpoint& endpoint) const {
    for (const LabNode* root : roots) {
      if (root->endpoint == endpoint) return root;
    }
    return nullptr;
  }

  Vl1Lab lab;
  LabNode& leaf = lab.Add(5, "10.2.0.1/9993");
  LabNode& late = lab.Add(6, "10.3.0.1/9993");
  std::vector<LabNode*> roots;
  size_t questions = 0;  // from root to root
};

}  // namespace

TEST_CASE("roots that do not know an address do not ask each other for it without end") {
  struct Case {
    size_t roots;
    Millis delay;
  };
  // A question comes back sooner or later than it may be repeated; around two roots, or around more.
  for (const Case& c : {Case{2, 10}, Case{2, 400}, Case{3, 10}, Case{3, 400}, Case{4, 300}}) {
    CAPTURE(c.roots);
    CAPTURE(c.delay);
    Roots t(c.roots, c.delay);
    t.lab.Send(t.leaf, kNobody, Verb::kFrame, Bytes(40));
    t.lab.Run(30'000);
    CHECK(t.questions > 0);
    t.questions = 0;
    t.lab.Run(60'000);
    CHECK(t.questions == 0);
  }
}

TEST_CASE("a root that is asked again and again asks on every few seconds, and finds who comes late") {
  Roots t(2, 10);
  const auto ask = [&t](NodeAddress address, Millis duration) {
    for (Millis passed = 0; passed < duration; passed += 500) {
      t.leaf.vl1->RequestIdentity(t.lab.now(), address);
      t.lab.Run(500);
    }
  };
  ask(t.late.address(), 60'000);
  CHECK(t.questions >= 60 / 5);
  CHECK(t.questions <= 2 * (60 / 4 + 4));
  const auto found = [&t] {
    return std::count(t.leaf.known.begin(), t.leaf.known.end(), t.late.address()) > 0;
  };
  CHECK_FALSE(found());
  t.late.running = true;
  ask(t.late.address(), 10'000);
  CHECK(found());
}

}  // namespace zt::testing
