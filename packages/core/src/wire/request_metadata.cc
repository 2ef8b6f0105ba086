#include "wire/request_metadata.h"

#include "wire/dictionary.h"

namespace zt {

RequestMetadata RequestMetadata::Parse(ByteSpan dictionary) {
  const wire::DictionaryReader in(dictionary);
  RequestMetadata m;
  m.config_version = in.U64("v");
  m.vendor = in.U64("vend");
  m.protocol_version = in.U64("pv");
  m.major = in.U64("majv");
  m.minor = in.U64("minv");
  m.revision = in.U64("revv");
  m.max_rules = in.U64("mr");
  m.max_capabilities = in.U64("mc");
  m.max_capability_rules = in.U64("mcr");
  m.max_tags = in.U64("mt");
  m.flags = in.U64("f");
  m.rules_engine = in.U64("revr");
  m.platform = in.Text("o", limits::kMaxMetadata);
  m.join_credential = in.Text("a", limits::kMaxMetadata);
  return m;
}

std::optional<Bytes> RequestMetadata::Serialize() const {
  wire::DictionaryWriter out(limits::kMaxMetadata);
  out.U64("v", config_version);
  out.U64("vend", vendor);
  out.U64("pv", protocol_version);
  out.U64("majv", major);
  out.U64("minv", minor);
  out.U64("revv", revision);
  out.U64("mr", max_rules);
  out.U64("mc", max_capabilities);
  out.U64("mcr", max_capability_rules);
  out.U64("mt", max_tags);
  out.U64("f", flags);
  out.U64("revr", rules_engine);
  if (!platform.empty()) out.Text("o", platform);
  if (!join_credential.empty()) out.Text("a", join_credential);
  if (!out.ok()) return std::nullopt;
  return out.Release();
}

}  // namespace zt
