#include "vl2/vl2.h"

#include <algorithm>

#include "vl2/announcer.h"
#include "vl2/config_client.h"
#include "vl2/context.h"
#include "vl2/controller.h"
#include "vl2/credential_intake.h"
#include "vl2/credential_push.h"
#include "vl2/filter.h"
#include "vl2/frame_in.h"
#include "vl2/frame_out.h"
#include "vl2/gate.h"
#include "vl2/multicast_in.h"
#include "vl2/multicast_out.h"
#include "vl2/rule_trace.h"
#include "wire/verb/error.h"
#include "wire/verb/reply.h"
#include "wire/verb/remote_trace.h"
#include "wire/verb/user_message.h"

namespace zt::vl2 {

struct Vl2::Impl {
  Impl(Link& link, RandomSource& random, DropCounters& drops, const Options& options, Delegate& delegate)
      : context{link, random, drops, delegate, options.low_bandwidth},
        client(context, options.platform, options.protocol_version) {}

  bool Dispatch(const Now& now, const vl1::Message& message);
  void HandleOk(const Now& now, const vl1::Message& message);
  void HandleError(const Now& now, const vl1::Message& message);
  // Takes up the deferred messages whose time has come.
  void RetryDeferred(const Now& now);
  void Announce(const Now& now, Network& network);
  void Clean(const Now& now, Network& network);

  std::unique_ptr<Link> owned_link;
  Context context;
  Announcer announcer{context};
  Gate gate{context, announcer};
  CredentialIntake intake{context};
  Filter filter{context};
  MulticastMembers members;
  MulticastOut multicast_out{context, announcer, filter, members};
  Authorization authorization;
  MulticastIn multicast_in{context, gate, intake, filter, members, multicast_out, authorization};
  FrameIn frame_in{context, gate, intake, filter};
  FrameOut frame_out{context, filter, multicast_out};
  ConfigClient client;
  Controller controller{context, client, intake, authorization};
};

Vl2::Vl2(std::unique_ptr<Link> link, RandomSource& random, DropCounters& drops, const Options& options,
         Delegate& delegate)
    : Vl2(*link, random, drops, options, delegate) {
  impl_->owned_link = std::move(link);
}

Vl2::Vl2(Link& link, RandomSource& random, DropCounters& drops, const Options& options, Delegate& delegate)
    : impl_(std::make_unique<Impl>(link, random, drops, options, delegate)) {}

Vl2::~Vl2() = default;

bool Vl2::Join(const Now& now, NetworkId id, ByteSpan cached) {
  if (impl_->context.Find(id) != nullptr) return true;
  if (impl_->context.networks.size() >= kMaxNetworks) return false;
  Network& network =
      *impl_->context.networks.emplace(id, std::make_unique<Network>(id, impl_->context.self())).first->second;
  network.next_announce = Instant::Never();
  network.cleaned = now.mono;
  if (!impl_->client.LoadCached(now, network, cached)) {
    static constexpr uint8_t kPlaceholder[] = {'\n'};  // its existence re-joins after a restart (vl2.md §3.2)
    impl_->context.delegate.StoreNetwork(now, id, kPlaceholder);
  }
  impl_->client.Request(now, network);
  return true;
}

bool Vl2::Leave(const Now& now, NetworkId id) {
  if (impl_->context.networks.erase(id) == 0) return false;
  impl_->context.deferred.Forget(id);
  impl_->multicast_out.Forget(id);
  // Roots and the network's controller collect its announcements also for others (vl2.md §12.1).
  if (!impl_->context.link.WeAreRoot() && id.Controller() != impl_->context.self()) impl_->members.Forget(id);
  impl_->context.delegate.StoreNetwork(now, id, {});
  return true;
}

std::optional<NetworkInfo> Vl2::Info(NetworkId id) const {
  const Network* network = impl_->context.Find(id);
  if (network == nullptr) return std::nullopt;
  return InfoOf(*network);
}

std::vector<NetworkId> Vl2::Networks() const {
  std::vector<NetworkId> out;
  for (const auto& [id, network] : impl_->context.networks) out.push_back(id);
  return out;
}

const RuleHits* Vl2::Hits(NetworkId id) const {
  const Network* network = impl_->context.Find(id);
  return network == nullptr ? nullptr : &network->rule_hits;
}

std::optional<Explanation> Vl2::ExplainRules(NetworkId id, bool inbound, NodeAddress peer, const Frame& frame) const {
  const Network* network = impl_->context.Find(id);
  if (network == nullptr || network->config() == nullptr) return std::nullopt;
  const Membership* remote = peer.value == 0 ? nullptr : network->FindMember(peer);
  const NodeAddress self = network->self;
  return Explain({*network->config(), remote, self, inbound ? peer : self, inbound ? self : peer, inbound,
                  impl_->context.random}, frame);
}

void Vl2::SetGroups(const Now& now, NetworkId id, std::span<const MulticastGroup> groups) {
  Network* network = impl_->context.Find(id);
  if (network == nullptr) return;
  std::vector<MulticastGroup> sorted(groups.begin(), groups.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (sorted.size() > Network::kMaxGroups) sorted.resize(Network::kMaxGroups);
  std::vector<MulticastGroup> added;
  std::set_difference(sorted.begin(), sorted.end(), network->groups.begin(), network->groups.end(),
                      std::back_inserter(added));
  network->groups = std::move(sorted);
  impl_->announcer.NewGroups(now, *network, added);
  if (!added.empty() && network->config() != nullptr && network->next_announce == Instant::Never()) {
    impl_->client.ScheduleAnnouncement(*network, now.mono + Announcer::kPeriod);
  }
}

bool Vl2::HandleMessage(const Now& now, const vl1::Message& message) {
  const bool trust = impl_->Dispatch(now, message);
  impl_->RetryDeferred(now);
  return trust;
}

bool Vl2::Impl::Dispatch(const Now& now, const vl1::Message& message) {
  switch (message.verb) {
    case Verb::kFrame: return frame_in.HandleFrame(now, message);
    case Verb::kExtFrame: return frame_in.HandleExtFrame(now, message);
    case Verb::kMulticastFrame: return multicast_in.HandleFrame(now, message);
    case Verb::kMulticastLike: return multicast_in.HandleLike(now, message);
    case Verb::kMulticastGather: return multicast_in.HandleGather(now, message);
    case Verb::kNetworkCredentials: return intake.HandleMessage(now, message);
    case Verb::kNetworkConfigRequest: controller.HandleRequest(now, message); return false;
    case Verb::kNetworkConfig: client.HandlePush(now, message); return false;
    case Verb::kOk: HandleOk(now, message); return false;
    case Verb::kError: HandleError(now, message); return false;
    case Verb::kUserMessage:
      if (const auto user = wire::UserMessage::Parse(message.payload)) {
        context.delegate.OnUserMessage(now, message.source->address, user->type, user->data);
      } else {
        context.drops.Count(DropReason::kMalformed);
      }
      return false;
    case Verb::kRemoteTrace:
      if (const auto trace = wire::RemoteTrace::Parse(message.payload)) {
        for (ByteSpan text : trace->dictionaries) context.delegate.OnRemoteTrace(now, message.source->address, text);
      }
      return false;
    default: return false;  // what VL1 may pass up besides: nothing to do (vl2.md §16)
  }
}

void Vl2::Impl::HandleOk(const Now& now, const vl1::Message& message) {
  const std::optional<wire::Ok> ok = wire::Ok::Parse(message.payload);
  if (!ok) return context.drops.Count(DropReason::kMalformed);
  switch (ok->in_re_verb) {
    case Verb::kNetworkConfigRequest: return client.HandleOk(now, message);
    case Verb::kMulticastGather: return multicast_in.HandleOkGather(now, message);
    case Verb::kMulticastFrame: return multicast_in.HandleOkFrame(now, message);
    default: return;  // acknowledgements of EXT_FRAME are informational (vl2.md §9.3)
  }
}

void Vl2::Impl::HandleError(const Now& now, const vl1::Message& message) {
  const std::optional<wire::Error> error = wire::Error::Parse(message.payload);
  if (!error) return context.drops.Count(DropReason::kMalformed);
  switch (error->code) {
    case WireError::kNeedMembershipCertificate: {
      const std::optional<NetworkId> id = error->Network();
      Network* network = id ? context.Find(*id) : nullptr;
      if (network == nullptr || network->config() == nullptr || !network->config()->com) return;
      return PushCredentials(context, now, *network, message.source->address, kCredentialRepushAge);
    }
    case WireError::kUnwantedMulticast: return multicast_in.HandleUnwanted(now, message, error->data);
    default: return client.HandleError(now, message.source->address, *error);
  }
}

void Vl2::Impl::RetryDeferred(const Now& now) {
  while (const std::optional<DeferralQueue::Deferred> taken = context.deferred.TakeReady()) {
    context.deferral_end = taken->until;
    context.deferral_tries = taken->tries + 1;
    Dispatch(now, taken->message());
    context.deferral_end = Instant::Never();
    context.deferral_tries = 0;
  }
}

void Vl2::OnIdentityKnown(const Now& now, const Identity& identity) {
  impl_->context.deferred.WakeIdentity(identity.address);
  impl_->RetryDeferred(now);
}

std::vector<NodeAddress> Vl2::AlwaysContact() const {
  std::vector<NodeAddress> out;
  for (const auto& [id, network] : impl_->context.networks) {
    out.insert(out.end(), network->always_contact().begin(), network->always_contact().end());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Vl2::Impl::Announce(const Now& now, Network& network) {
  announcer.Pass(now, network);
  const bool worth_while = network.config() != nullptr && !network.AnnouncedGroups().empty();
  network.next_announce = Instant::Never();
  if (worth_while) client.ScheduleAnnouncement(network, now.mono + Announcer::kPeriod);
}

// Rides on wake-ups that happen anyway (vl2.md §8.1 Do).
void Vl2::Impl::Clean(const Now& now, Network& network) {
  if (now.mono - network.cleaned < kCleaningPeriod || network.config() == nullptr) return;
  network.cleaned = now.mono;
  for (auto& [address, record] : network.members()) record.Clean(*network.config());
  std::erase_if(network.members(), [&](const auto& entry) {
    return entry.second.HasNoRevocations() && context.link.FindIdentity(entry.first) == nullptr;
  });
  std::erase_if(network.behind_me, [&](const auto& e) { return now.mono - e.second >= Network::kGroupExpiry; });
  std::erase_if(network.last_gather,
                [&](const auto& e) { return now.mono - e.second >= multicast_out.GatherPeriod(); });
  network.routes.Expire(now.mono);
}

void Vl2::HandleTimeout(const Now& now) {
  for (auto& [id, network] : impl_->context.networks) {
    const bool request = now.mono >= network->next_request, announce = now.mono >= network->next_announce;
    if (request) impl_->client.Request(now, *network);
    if (announce) impl_->Announce(now, *network);
    if (request || announce) impl_->Clean(now, *network);
  }
  impl_->RetryDeferred(now);
  for (size_t n = impl_->context.deferred.Expire(now.mono); n > 0; --n) {
    impl_->context.drops.Count(DropReason::kQueueTimeout);
  }
  impl_->multicast_out.Expire(now);
  impl_->members.Expire(now.mono);
  Flush(now);
}

Deadline Vl2::NextTimeout() const {
  const Context& context = impl_->context;
  if (!context.loopback.empty()) return {Instant::LongAgo(), "frames for our own port"};
  Deadline next = Earliest(context.deferred.NextExpiry(), impl_->multicast_out.NextTimeout());
  next = Earliest(next, impl_->members.NextExpiry());
  for (const auto& [id, network] : context.networks) {
    next = Earliest(next, {network->next_request, "network configuration request"});
    next = Earliest(next, {network->next_announce, "multicast announcement"});
  }
  return next;
}

void Vl2::SendFrame(const Now& now, NetworkId id, Mac source, Mac destination, uint16_t ether_type,
                    vl1::Gather payload) {
  Network* network = impl_->context.Find(id);
  if (network == nullptr) return impl_->context.drops.Count(DropReason::kUnknownNetwork);
  impl_->frame_out.Send(now, *network, source, destination, ether_type, payload);
}

void Vl2::Flush(const Now& now) {
  if (impl_->context.loopback.empty()) return;  // the usual case, after every input: no queue is made for it
  for (const LoopbackQueue::Entry& e : impl_->context.loopback.TakeAll()) {
    if (impl_->context.Find(e.network) == nullptr) continue;
    impl_->context.delegate.DeliverFrame(now, e.network, e.source, e.destination, e.ether_type, e.payload);
  }
}

void Vl2::EnableController(bool enabled) { impl_->controller.Enable(enabled); }

bool Vl2::Grant(const Now& now, NodeAddress member, PacketId request, const IssuedConfig& issued) {
  return impl_->controller.Grant(now, member, request, issued);
}

void Vl2::Reject(const Now& now, NodeAddress member, NetworkId network, PacketId request, WireError code) {
  impl_->controller.Reject(now, member, network, request, code);
}

void Vl2::Revoke(const Now& now, NetworkId network, const Eviction& eviction,
                 std::span<const NodeAddress> recipients) {
  impl_->controller.Revoke(now, network, eviction, recipients);
}

}  // namespace zt::vl2
