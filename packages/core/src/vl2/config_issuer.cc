#include "vl2/config_issuer.h"

#include <algorithm>

#include "wire/config_chunk.h"

namespace zt::vl2 {
namespace {

std::optional<std::vector<Capability>> IssueCapabilities(const SecretIdentity& controller, NodeAddress member,
                                                         const IssuedConfig& issued) {
  if (issued.capabilities.size() > limits::kMaxCapabilities) return std::nullopt;
  std::vector<Capability> out;
  for (const IssuedCapability& wanted : issued.capabilities) {
    Capability capability;
    capability.network = issued.config.network;
    capability.timestamp = issued.config.timestamp;
    capability.id = wanted.id;
    if (!capability.SetRules(wanted.rules) || capability.rule_count != wanted.rule_count) return std::nullopt;
    capability.SignFor(member, controller);
    out.push_back(std::move(capability));
  }
  // Emitted as given: the reference keeps the member's order, receivers sort (vl2.md §6.1).
  return out;
}

std::optional<std::vector<Tag>> IssueTags(const SecretIdentity& controller, NodeAddress member,
                                          const IssuedConfig& issued) {
  if (issued.tags.size() > limits::kMaxTags) return std::nullopt;
  std::vector<Tag> out;
  for (const IssuedTag& wanted : issued.tags) {
    Tag tag;
    tag.network = issued.config.network;
    tag.timestamp = issued.config.timestamp;
    tag.id = wanted.id;
    tag.value = wanted.value;
    tag.issued_to = member;
    tag.Sign(controller);
    out.push_back(tag);
  }
  std::stable_sort(out.begin(), out.end(), [](const Tag& a, const Tag& b) { return a.id < b.id; });
  return out;
}

CertificateOfOwnership IssueOwnership(const SecretIdentity& controller, NodeAddress member,
                                      const NetworkConfig& config) {
  CertificateOfOwnership coo;
  coo.network = config.network;
  coo.timestamp = config.timestamp;
  coo.id = 1;
  const size_t count = std::min(config.addresses.size(), limits::kMaxOwnedThings);
  for (size_t i = 0; i < count; ++i) coo.things.push_back(OwnedThing::Of(config.addresses[i].address));
  coo.issued_to = member;
  coo.Sign(controller);
  return coo;
}

}  // namespace

std::optional<NetworkConfig> IssueConfig(const SecretIdentity& controller, const Identity& member,
                                         const IssuedConfig& issued) {
  NetworkConfig config = issued.config;
  if (config.network.Controller() != controller.address() || config.issued_to != member.address) return std::nullopt;
  if (config.rules.size() > limits::kMaxRules || config.routes.size() > limits::kMaxRoutes ||
      config.addresses.size() > limits::kMaxAddresses || config.specialists.size() > limits::kMaxSpecialists ||
      config.name.size() > limits::kMaxNetworkName || config.credential_time_max_delta < 0) {
    return std::nullopt;
  }
  auto capabilities = IssueCapabilities(controller, member.address, issued);
  auto tags = IssueTags(controller, member.address, issued);
  if (!capabilities || !tags) return std::nullopt;
  config.capabilities = std::move(*capabilities);
  config.tags = std::move(*tags);
  config.ownerships.clear();
  if (!config.addresses.empty()) {
    config.ownerships.push_back(IssueOwnership(controller, member.address, config));
  }
  config.com.reset();
  if (issued.include_com) {
    config.com = CertificateOfMembership::Issue(controller, config.network, member, config.timestamp,
                                                static_cast<uint64_t>(config.credential_time_max_delta));
  }
  return config;
}

std::vector<Bytes> CutConfig(const SecretIdentity& controller, NetworkId network, ByteSpan dictionary,
                             uint64_t update_id) {
  std::vector<Bytes> out;
  for (size_t at = 0; at < dictionary.size(); at += limits::kMaxChunkData) {
    ConfigChunk chunk;
    chunk.network = network;
    chunk.data = dictionary.subspan(at, std::min(limits::kMaxChunkData, dictionary.size() - at));
    chunk.update_id = update_id;
    chunk.total_length = static_cast<uint32_t>(dictionary.size());
    chunk.position = static_cast<uint32_t>(at);
    Bytes bytes(limits::kMaxPayloadSize);
    ByteWriter writer(bytes);
    chunk.SerializeSigned(writer, controller);
    bytes.resize(writer.size());
    out.push_back(std::move(bytes));
  }
  return out;
}

}  // namespace zt::vl2
