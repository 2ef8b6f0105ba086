#include "vl2/credential_push.h"

#include "wire/verb/network_credentials.h"

namespace zt::vl2 {
namespace {

// Collects objects into as few messages as fit the largest packet that VL1 delivers.
class Packer {
 public:
  Packer(Context& context, const Now& now, NodeAddress to) : context_(context), now_(now), to_(to) {}
  template <typename T>
  void Add(std::vector<T> wire::NetworkCredentials::*list, const T& object, size_t size) {
    if (used_ + size > kRoom) Flush();
    (message_.*list).push_back(object);
    used_ += size;
  }
  void Flush() {
    if (used_ == kFraming) return;
    context_.Send(now_, to_, Verb::kNetworkCredentials, message_);
    message_ = {};
    used_ = kFraming;
  }

 private:
  static constexpr size_t kFraming = 9;  // the COM list's end and four counts
  static constexpr size_t kRoom = limits::kMaxDeliverablePacketSize - 28;

  Context& context_;
  const Now& now_;
  NodeAddress to_;
  wire::NetworkCredentials message_;
  size_t used_ = kFraming;
};

}  // namespace

void PushCredentials(Context& context, const Now& now, Network& network, NodeAddress peer, Millis age) {
  const NetworkConfig* config = network.config();
  if (config == nullptr) return;
  Membership* record = network.Member(peer);
  if (record == nullptr) return;
  if (record->pushed >= network.config_accepted && now.mono - record->pushed <= age) return;
  record->pushed = now.mono;
  using wire::NetworkCredentials;
  Packer packer(context, now, peer);
  if (config->com) {
    packer.Add(&NetworkCredentials::coms, *config->com, CertificateOfMembership::kMaxSize);
  }
  for (const Capability& c : config->capabilities) packer.Add(&NetworkCredentials::capabilities, c, c.SerializedSize());
  for (const Tag& t : config->tags) packer.Add(&NetworkCredentials::tags, t, Tag::kSize);
  for (const auto& o : config->ownerships) packer.Add(&NetworkCredentials::ownerships, o, o.SerializedSize());
  packer.Flush();
}

}  // namespace zt::vl2
