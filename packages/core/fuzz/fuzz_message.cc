// The payload of any verb: first byte the verb, the rest the payload from packet offset 28.
#include "fuzz/round_trip.h"
#include "wire/verb/echo.h"
#include "wire/verb/error.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/frame.h"
#include "wire/verb/hello.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_like.h"
#include "wire/verb/network_config_push.h"
#include "wire/verb/network_config_request.h"
#include "wire/verb/network_credentials.h"
#include "wire/verb/ok_hello.h"
#include "wire/verb/path_negotiation.h"
#include "wire/verb/push_direct_paths.h"
#include "wire/verb/remote_trace.h"
#include "wire/verb/rendezvous.h"
#include "wire/verb/reply.h"
#include "wire/verb/user_message.h"
#include "wire/verb/whois.h"

using namespace zt;  // NOLINT: a fuzz target is its own program
using fuzz::Payload;

namespace {

void RunOk(ByteSpan payload) {
  Payload<wire::Ok>(payload);
  Payload<wire::OkHello>(payload);
  Payload<wire::OkWhois>(payload);
  Payload<wire::OkExtFrame>(payload);
  Payload<wire::OkEcho>(payload);
  Payload<wire::OkNetworkConfigPush>(payload);
  Payload<wire::OkNetworkConfigRequest>(payload);
  Payload<wire::OkMulticastGather>(payload);
  Payload<wire::OkMulticastFrame>(payload);
}

void RunError(ByteSpan payload) {
  Payload<wire::Error>(payload);
  const auto error = wire::Error::Parse(payload);
  if (!error) return;
  (void)error->Network();
  (void)wire::UnwantedMulticast::Parse(error->data);
  (void)wire::AuthenticationRequired::Parse(error->data);
}

void Run(Verb verb, ByteSpan payload) {
  switch (verb) {
    case Verb::kHello: return Payload<wire::Hello>(payload);
    case Verb::kError: return RunError(payload);
    case Verb::kOk: return RunOk(payload);
    case Verb::kWhois: return Payload<wire::Whois>(payload);
    case Verb::kRendezvous: return Payload<wire::Rendezvous>(payload);
    case Verb::kFrame: return Payload<wire::Frame>(payload);
    case Verb::kExtFrame: return Payload<wire::ExtFrame>(payload);
    case Verb::kEcho: return Payload<wire::Echo>(payload);
    case Verb::kMulticastLike: return Payload<wire::MulticastLike>(payload);
    case Verb::kNetworkCredentials: return Payload<wire::NetworkCredentials>(payload);
    case Verb::kNetworkConfigRequest: return Payload<wire::NetworkConfigRequest>(payload);
    case Verb::kNetworkConfig: return Payload<wire::NetworkConfigPush>(payload);
    case Verb::kMulticastGather: return Payload<wire::MulticastGather>(payload);
    case Verb::kMulticastFrame: return Payload<wire::MulticastFrame>(payload);
    case Verb::kPushDirectPaths: return Payload<wire::PushDirectPaths>(payload);
    case Verb::kQosMeasurement: return Payload<wire::QosMeasurement>(payload);
    case Verb::kUserMessage: return Payload<wire::UserMessage>(payload);
    case Verb::kRemoteTrace: return Payload<wire::RemoteTrace>(payload);
    case Verb::kPathNegotiationRequest: return Payload<wire::PathNegotiationRequest>(payload);
    default: return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 65536) return 0;
  Run(static_cast<Verb>(data[0] & 0x1f), {data + 1, size - 1});
  return 0;
}
