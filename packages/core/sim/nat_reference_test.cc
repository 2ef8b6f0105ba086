#include "sim/nat_reference.h"

#include <doctest/doctest.h>

namespace zt::sim {
namespace {

using enum Dependence;
using enum PortAssignment;

constexpr NatBehaviour kFullCone{.mapping = kEndpointIndependent, .filtering = kEndpointIndependent};
constexpr NatBehaviour kPortRestricted{.mapping = kEndpointIndependent, .filtering = kAddressAndPortDependent};
constexpr NatBehaviour kRestricted{.mapping = kEndpointIndependent, .filtering = kAddressDependent};
constexpr NatBehaviour kSymmetric{
    .mapping = kAddressAndPortDependent, .filtering = kAddressAndPortDependent, .ports = kRandom};
constexpr NatBehaviour kMasquerade{
    .mapping = kAddressAndPortDependent, .filtering = kAddressAndPortDependent, .ports = kPreserving};
constexpr NatBehaviour kFirewall{.filtering = kAddressAndPortDependent, .translate = false};
constexpr NatBehaviour kBlocked{.block_udp = true};

NatBehaviour Hairpinned(NatBehaviour behaviour, Hairpin hairpin) {
  behaviour.hairpin = hairpin;
  return behaviour;
}

Contact Apart(const Access& a, const Access& b) {
  const Contact contact = PredictApart(a, b).contact;
  CHECK(PredictApart(b, a).contact == contact);  // who is called first does not matter
  return contact;
}

TEST_CASE("stable endpoints on both sides: whatever the filters") {
  const Access all[] = {{}, {{kFullCone}}, {{kRestricted}}, {{kPortRestricted}}, {{kMasquerade}}, {{kFirewall}}};
  for (const Access& a : all) {
    for (const Access& b : all) CHECK(Apart(a, b) == Contact::kDirect);
  }
}

TEST_CASE("a port that changes with the remote: direct unless the other side filters by port") {
  CHECK(Apart({{kSymmetric}}, {}) == Contact::kDirect);
  CHECK(Apart({{kSymmetric}}, {{kFullCone}}) == Contact::kDirect);
  CHECK(Apart({{kSymmetric}}, {{kRestricted}}) == Contact::kDirect);
  CHECK(Apart({{kSymmetric}}, {{kPortRestricted}}) == Contact::kRelayed);
  CHECK(Apart({{kSymmetric}}, {{kFirewall}}) == Contact::kRelayed);
  CHECK(Apart({{kSymmetric}}, {{kSymmetric}}) == Contact::kRelayed);
}

TEST_CASE("a taken port is not preserved") {
  CHECK(Apart({{kMasquerade}, true}, {{kPortRestricted}}) == Contact::kRelayed);
  CHECK(Apart({{kPortRestricted}, true}, {{kPortRestricted}}) == Contact::kDirect);
}

TEST_CASE("boxes in series: the strictest filter, and every mapping") {
  CHECK(Apart({{kPortRestricted, kFullCone}}, {{kSymmetric}}) == Contact::kRelayed);
  CHECK(Apart({{kFullCone, kSymmetric}}, {{kRestricted}}) == Contact::kDirect);
  CHECK(Apart({{kFullCone, kSymmetric}}, {{kPortRestricted}}) == Contact::kRelayed);
}

TEST_CASE("behind one box") {
  const Access own{{kPortRestricted}}, open{{kFullCone}};
  CHECK(PredictBehind(Hairpinned(kSymmetric, Hairpin::kNone), {}, {}).contact == Contact::kDirect);
  CHECK(PredictBehind(Hairpinned(kFullCone, Hairpin::kNone), own, own).contact == Contact::kRelayed);
  CHECK(PredictBehind(Hairpinned(kFullCone, Hairpin::kExternalSource), own, own).contact == Contact::kDirect);
  CHECK(PredictBehind(Hairpinned(kFullCone, Hairpin::kInternalSource), own, own).contact == Contact::kRelayed);
  CHECK(PredictBehind(Hairpinned(kFullCone, Hairpin::kInternalSource), open, open).contact == Contact::kDirect);
  CHECK(PredictBehind(Hairpinned(kFullCone, Hairpin::kNone), own, {}).contact == Contact::kDirect);
}

TEST_CASE("blocked UDP reaches nobody") {
  CHECK(Apart({{kBlocked}}, {}) == Contact::kNone);
  CHECK(PredictBehind(kBlocked, {}, {}).contact == Contact::kNone);
}

}  // namespace
}  // namespace zt::sim
