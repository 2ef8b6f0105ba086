// Being a network controller: requests go up, decisions come down and leave signed (controller.md §3, §6).
#pragma once

#include "vl2/authorization.h"
#include "vl2/config_client.h"
#include "vl2/credential_intake.h"

namespace zt::vl2 {

struct Eviction;
struct IssuedConfig;

class Controller {
 public:
  static constexpr Millis kMinInterval = 1'000;      // one request per member, network and second (controller.md §3)
  static constexpr size_t kMaxRateEntries = 65'536;  // requesters within a second; beyond it they retry in 5 s

  Controller(Context& context, ConfigClient& client, CredentialIntake& intake, Authorization& authorization)
      : context_(context), client_(client), intake_(intake), authorization_(authorization) {}

  void Enable(bool enabled) { client_.controller_enabled = enabled; }
  void HandleRequest(const Now& now, const vl1::Message& message);
  bool Grant(const Now& now, NodeAddress member, PacketId request, const IssuedConfig& issued);
  void Reject(const Now& now, NodeAddress member, NetworkId network, PacketId request, WireError code);
  void Revoke(const Now& now, NetworkId network, const Eviction& eviction, std::span<const NodeAddress> recipients);

 private:
  bool RateAllows(const Now& now, NetworkId network, NodeAddress member);

  Context& context_;
  ConfigClient& client_;
  CredentialIntake& intake_;
  Authorization& authorization_;
  std::map<std::pair<NetworkId, NodeAddress>, Instant> last_;
  int64_t issued_until_ = 0;  // the latest timestamp of a configuration
};

}  // namespace zt::vl2
