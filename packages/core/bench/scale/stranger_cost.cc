#include "bench/scale/stranger_cost.h"

#include <iterator>

#include "base/check.h"
#include "bench/scale/cpu_meter.h"
#include "node/host_codec.h"
#include "sim/identities.h"
#include "testing/test_identities.h"
#include "testing/test_planet.h"
#include "testing/vl1_packets.h"
#include "zt/node.h"

namespace zt::bench {

double StrangerUs() {
  const SecretIdentity self = *SecretIdentity::ParseText(testing::kTestSecrets[0]);
  Bytes options;
  node::HostWriter writer(options);
  const std::string secret = self.ToSecretText();
  const auto option = [&writer](CreateOption tag, ByteSpan value) {
    writer.U16(static_cast<uint16_t>(tag));
    writer.Blob32(value);
  };
  option(CreateOption::kIdentitySecret, {reinterpret_cast<const uint8_t*>(secret.data()), secret.size()});
  option(CreateOption::kPlanet, testing::TestPlanet({{self.identity(), {IpAddress::V4(19, 0, 0, 1), 9993}}}));
  option(CreateOption::kRandomSeed, Bytes(32, 7));
  Status status = Status::kOk;
  int64_t time = 1'000;
  const auto now = [&time] { return Now{{time}, {1'800'000'000'000 + time}}; };
  const std::unique_ptr<Node> root = Node::Create(now(), options, status);
  ZT_CHECK(status == Status::kOk);
  CpuMeter cpu;
  size_t answered = 0;
  uint32_t network = 20u << 24;
  for (const std::string_view text : sim::kIdentities) {
    time += 100;  // within the budget of a root
    network += 256;
    Bytes hello = testing::MakeHello(*SecretIdentity::ParseText(text), self.identity());
    const InboundDatagram datagram{hello, {IpAddress::V4(network + 1), 9993}, {0}};
    cpu.Start();
    root->HandleDatagrams(now(), {&datagram, 1});
    const bool any = !root->PollTransmit(now()).empty();
    cpu.Stop();
    answered += any;
    while (!root->PollTransmit(now()).empty()) {}
  }
  ZT_CHECK(answered == std::size(sim::kIdentities));
  return cpu.seconds() * 1e6 / static_cast<double>(std::size(sim::kIdentities));
}

}  // namespace zt::bench
