// Each behaviour against the sentence of RFC 4787 it obeys.
#include "sim/nat.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace zt::sim {
namespace {

using enum Dependence;
using enum PortAssignment;

const IpAddress kOutsideIp = IpAddress::V4(203, 0, 113, 1);
const IpAddress kOutsideIp2 = IpAddress::V4(203, 0, 113, 2);
const Endpoint kInside{IpAddress::V4(10, 0, 0, 2), 9993};
const Endpoint kInside2{IpAddress::V4(10, 0, 0, 3), 9993};
const Endpoint kRemote{IpAddress::V4(198, 51, 100, 1), 9993};
const Endpoint kRemotePort{kRemote.ip, 9994};
const Endpoint kOther{IpAddress::V4(198, 51, 100, 2), 9993};

// A NAT and the time it lives in.
struct Box {
  explicit Box(const NatBehaviour& behaviour, std::vector<IpAddress> outside = {kOutsideIp}, uint64_t seed = 1)
      : nat(behaviour, std::move(outside), seed) {}
  // The outside endpoint a datagram leaves with; none if it does not leave.
  Endpoint Out(const Endpoint& inside, const Endpoint& remote) {
    const NatVerdict v = nat.FromInside(now, {inside, remote});
    return v.to == NatVerdict::To::kOutside ? v.flow.source : Endpoint{};
  }
  // The inside endpoint it reaches; none if it does not pass.
  Endpoint In(const Endpoint& remote, const Endpoint& outside) {
    const NatVerdict v = nat.FromOutside(now, {remote, outside});
    return v.to == NatVerdict::To::kInside ? v.flow.destination : Endpoint{};
  }
  Nat nat;
  Instant now{1'000'000};
};

TEST_CASE("endpoint-independent mapping: the same outside endpoint for every remote (RFC 4787 §4.1, REQ-1)") {
  for (PortAssignment ports : {kPreserving, kSequential, kRandom}) {
    Box box({.ports = ports});
    const Endpoint outside = box.Out(kInside, kRemote);
    CHECK(outside.ip == kOutsideIp);
    CHECK(box.Out(kInside, kRemotePort) == outside);
    CHECK(box.Out(kInside, kOther) == outside);
  }
}

TEST_CASE("address-dependent mapping: reused for the same remote address, regardless of its port (§4.1)") {
  Box box({.mapping = kAddressDependent, .ports = kRandom});
  const Endpoint outside = box.Out(kInside, kRemote);
  CHECK(box.Out(kInside, kRemotePort) == outside);
  CHECK(box.Out(kInside, kOther) != outside);
}

TEST_CASE("address- and port-dependent mapping: reused only for the same remote address and port (§4.1)") {
  Box box({.mapping = kAddressAndPortDependent, .ports = kSequential});
  const Endpoint outside = box.Out(kInside, kRemote);
  CHECK(box.Out(kInside, kRemote) == outside);
  CHECK(box.Out(kInside, kRemotePort).port == outside.port + 1);
  CHECK(box.Out(kInside, kOther).port == outside.port + 2);
}

TEST_CASE("paired pooling: all sessions of an inside address use the same outside address (§4.1, REQ-2)") {
  Box paired({.pooling = Pooling::kPaired}, {kOutsideIp, kOutsideIp2});
  Box arbitrary({.pooling = Pooling::kArbitrary}, {kOutsideIp, kOutsideIp2});
  std::set<IpAddress> of_paired, of_arbitrary;
  for (uint16_t port = 2000; port < 2032; ++port) {
    of_paired.insert(paired.Out({kInside.ip, port}, kRemote).ip);
    of_arbitrary.insert(arbitrary.Out({kInside.ip, port}, kRemote).ip);
  }
  CHECK(of_paired.size() == 1);
  CHECK(of_arbitrary.size() == 2);
}

TEST_CASE("port preservation keeps the inside port while it is free (§4.2.1)") {
  Box box({.ports = kPreserving});
  CHECK(box.Out(kInside, kRemote).port == kInside.port);
}

TEST_CASE("a port assignment must not have the behaviour of port overloading (REQ-3)") {
  for (PortAssignment ports : {kPreserving, kSequential, kRandom}) {
    for (Dependence mapping : {kEndpointIndependent, kAddressDependent, kAddressAndPortDependent}) {
      Box box({.mapping = mapping, .ports = ports});
      const Endpoint first = box.Out(kInside, kRemote);
      const Endpoint second = box.Out(kInside2, kRemote);
      CHECK_FALSE(second.IsNone());
      CHECK(second.port != first.port);
      CHECK(second.port >= NatMappings::kFirstPort);  // REQ-3a
    }
  }
}

TEST_CASE("port overloading: both inside endpoints get the port, and only the last one hears strangers (§4.2.1)") {
  Box box({.ports = kOverloading});
  const Endpoint outside = box.Out(kInside, kRemote);
  box.now = box.now + 1;
  CHECK(box.Out(kInside2, kRemote) == outside);
  CHECK(box.In(kOther, outside) == kInside2);
}

TEST_CASE("a sender that keeps its port per session shares it among its own sessions only (§4.2.1)") {
  Box box({.mapping = kAddressAndPortDependent, .ports = kPreserving});
  CHECK(box.Out(kInside, kRemote).port == kInside.port);
  CHECK(box.Out(kInside, kOther).port == kInside.port);
  const Endpoint second = box.Out(kInside2, kRemote);
  CHECK(second.port != kInside.port);
  CHECK(box.Out(kInside2, kOther).port != second.port);
}

TEST_CASE("port parity is preserved (§4.2.2, REQ-4)") {
  Box box({.ports = kRandom, .keep_parity = true});
  for (uint16_t port = 3000; port < 3064; ++port) CHECK(box.Out({kInside.ip, port}, kRemote).port % 2 == port % 2);
}

TEST_CASE("an idle mapping expires not before its time, and outbound packets refresh it (§4.3, REQ-5, REQ-6)") {
  Box box({.ports = kRandom, .lifetime = 120'000});
  const Endpoint outside = box.Out(kInside, kRemote);
  box.now = box.now + 119'999;
  CHECK(box.In(kRemote, outside) == kInside);
  CHECK(box.Out(kInside, kRemote) == outside);
  box.now = box.now + 119'999;
  CHECK(box.In(kRemote, outside) == kInside);
  box.now = box.now + 1;
  CHECK(box.In(kRemote, outside).IsNone());
  CHECK(box.nat.counters().no_mapping == 1);
  CHECK(box.Out(kInside, kRemote) != outside);
}

TEST_CASE("inbound packets refresh a mapping only where that is configured (REQ-6)") {
  for (bool refresh : {false, true}) {
    Box box({.inbound_refresh = refresh});
    const Endpoint outside = box.Out(kInside, kRemote);
    for (int i = 0; i < 3; ++i) {
      box.now = box.now + 60'000;
      CHECK((box.In(kRemote, outside) == kInside) == (refresh || i == 0));
    }
  }
}

TEST_CASE("a filter does not open a pair longer than its own traffic, whatever else keeps the mapping (REQ-6, §5)") {
  Box box({.filtering = kAddressAndPortDependent});
  const Endpoint outside = box.Out(kInside, kRemote);
  box.now = box.now + 100'000;
  CHECK(box.Out(kInside, kOther) == outside);
  box.now = box.now + 100'000;
  CHECK(box.In(kRemote, outside).IsNone());
  CHECK(box.In(kOther, outside) == kInside);
}

TEST_CASE("endpoint-independent filtering admits every sender to a mapping (§5, REQ-8)") {
  Box box({.filtering = kEndpointIndependent});
  const Endpoint outside = box.Out(kInside, kRemote);
  CHECK(box.In(kOther, outside) == kInside);
  CHECK(box.In(kOther, {outside.ip, static_cast<uint16_t>(outside.port + 1)}).IsNone());
}

TEST_CASE("address-dependent filtering admits who was sent to, from any of its ports (§5, REQ-8)") {
  Box box({.filtering = kAddressDependent});
  const Endpoint outside = box.Out(kInside, kRemote);
  CHECK(box.In(kRemotePort, outside) == kInside);
  CHECK(box.In(kOther, outside).IsNone());
  CHECK(box.nat.counters().filtered == 1);
}

TEST_CASE("address- and port-dependent filtering admits only the endpoint that was sent to (§5, REQ-8)") {
  Box box({.filtering = kAddressAndPortDependent});
  const Endpoint outside = box.Out(kInside, kRemote);
  CHECK(box.In(kRemote, outside) == kInside);
  CHECK(box.In(kRemotePort, outside).IsNone());
  CHECK(box.In(kOther, outside).IsNone());
}

TEST_CASE("the filter goes by what the inside endpoint sent, through whichever mapping (§5)") {
  Box box({.mapping = kAddressAndPortDependent, .filtering = kAddressDependent, .ports = kRandom});
  const Endpoint outside = box.Out(kInside, kRemote);
  CHECK(box.In(kOther, outside).IsNone());
  CHECK(box.Out(kInside, kOther) != outside);
  CHECK(box.In(kOther, outside) == kInside);
}

TEST_CASE("hairpinning presents the external source address and port (§6, REQ-9, REQ-9a)") {
  Box box({.hairpin = Hairpin::kExternalSource});
  const Endpoint first = box.Out(kInside, kRemote);
  const Endpoint second = box.Out(kInside2, kRemote);
  const NatVerdict v = box.nat.FromInside(box.now, {kInside, second});
  CHECK(v.to == NatVerdict::To::kInside);
  CHECK(v.flow == NatFlow{first, kInside2});
}

TEST_CASE("hairpinning with the internal source presents the inside endpoint (§6)") {
  Box box({.hairpin = Hairpin::kInternalSource});
  const Endpoint second = box.Out(kInside2, kRemote);
  const NatVerdict v = box.nat.FromInside(box.now, {kInside, second});
  CHECK(v.to == NatVerdict::To::kInside);
  CHECK(v.flow == NatFlow{kInside, kInside2});
}

TEST_CASE("a NAT without hairpinning keeps what is addressed to its outside (§6)") {
  Box box({.hairpin = Hairpin::kNone});
  const Endpoint second = box.Out(kInside2, kRemote);
  CHECK(box.nat.FromInside(box.now, {kInside, second}).to == NatVerdict::To::kNowhere);
  CHECK(box.nat.counters().no_hairpin == 1);
}

TEST_CASE("the hairpin obeys the filter (§5, §6)") {
  Box box({.filtering = kAddressAndPortDependent, .hairpin = Hairpin::kExternalSource});
  const Endpoint first = box.Out(kInside, kRemote);
  const Endpoint second = box.Out(kInside2, kRemote);
  CHECK(box.nat.FromInside(box.now, {kInside, second}).to == NatVerdict::To::kNowhere);
  CHECK(box.nat.FromInside(box.now, {kInside2, first}).to == NatVerdict::To::kInside);
  CHECK(box.nat.FromInside(box.now, {kInside, second}).to == NatVerdict::To::kInside);
}

TEST_CASE("two NATs in series: the mapping depends on what either one depends on") {
  Box home({.ports = kPreserving}, {IpAddress::V4(100, 64, 0, 2)});
  Box carrier({.mapping = kAddressAndPortDependent, .ports = kRandom});
  const auto out = [&](const Endpoint& remote) { return carrier.Out(home.Out(kInside, remote), remote); };
  CHECK(out(kRemote).ip == kOutsideIp);
  CHECK(out(kRemote) == out(kRemote));
  CHECK(out(kRemote) != out(kOther));
  CHECK(home.In(kRemote, carrier.In(kRemote, out(kRemote))) == kInside);
}

TEST_CASE("a firewall translates nothing and filters like RFC 6092: outbound opens, the idle time closes") {
  const Endpoint host = *Endpoint::Parse("2001:db8::2/9993"), remote = *Endpoint::Parse("2001:db8:1::1/9993");
  Box box({.filtering = kAddressAndPortDependent, .translate = false}, {});
  CHECK(box.In(remote, host).IsNone());
  CHECK(box.Out(host, remote) == host);
  CHECK(box.In(remote, host) == host);
  CHECK(box.In({remote.ip, 1}, host).IsNone());
  box.now = box.now + 120'000;
  CHECK(box.In(remote, host).IsNone());
}

TEST_CASE("blocked UDP passes neither way") {
  Box box({.block_udp = true});
  CHECK(box.Out(kInside, kRemote).IsNone());
  CHECK(box.In(kRemote, {kOutsideIp, kInside.port}).IsNone());
  CHECK(box.nat.counters().blocked == 2);
}

TEST_CASE("behaviour is deterministic: the same seed gives the same ports (REQ-11)") {
  Box a({.ports = kRandom}), b({.ports = kRandom}), c({.ports = kRandom}, {kOutsideIp}, 2);
  const Endpoint port = a.Out(kInside, kRemote);
  CHECK(b.Out(kInside, kRemote) == port);
  CHECK(c.Out(kInside, kRemote) != port);
}

TEST_CASE("a restart forgets mappings and filters") {
  Box box({});
  const Endpoint outside = box.Out(kInside, kRemote);
  box.nat.Forget();
  CHECK(box.In(kRemote, outside).IsNone());
  CHECK(box.nat.mappings() == 0);
}

}  // namespace
}  // namespace zt::sim
