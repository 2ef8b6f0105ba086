#include "binding/values.h"

#include <cerrno>
#include <cstring>

namespace zt::binding {

namespace {

// The codes Node gives these errors (errno(3)); others go as EIO.
const char* CodeOf(int error) {
  switch (error) {
    case EADDRINUSE: return "EADDRINUSE";
    case EADDRNOTAVAIL: return "EADDRNOTAVAIL";
    case EAFNOSUPPORT: return "EAFNOSUPPORT";
    case EACCES: return "EACCES";
    case EPERM: return "EPERM";
    case EMFILE: return "EMFILE";
    case ENFILE: return "ENFILE";
    case ENOBUFS: return "ENOBUFS";
    case ENOMEM: return "ENOMEM";
    case EINVAL: return "EINVAL";
    default: return "EIO";
  }
}

}  // namespace

MutableBytes BytesOf(napi_env env, napi_value value) {
  napi_typedarray_type type;
  size_t length = 0, offset = 0;
  void* data = nullptr;
  napi_value buffer;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset) != napi_ok) return {};
  if (type != napi_uint8_array || data == nullptr) return {};
  return {static_cast<uint8_t*>(data), length};
}

SocketId SocketOf(napi_env env, napi_value value) {
  uint32_t number = 0;
  return napi_get_value_uint32(env, value, &number) == napi_ok ? SocketId{number} : SocketId{};
}

Napi::Uint8Array CopyOf(Napi::Env env, ByteSpan bytes) {
  Napi::Uint8Array out = Napi::Uint8Array::New(env, bytes.size());
  if (!bytes.empty()) std::memcpy(out.Data(), bytes.data(), bytes.size());
  return out;
}

std::vector<Endpoint> EndpointsOf(const Napi::Array& array, bool& valid) {
  std::vector<Endpoint> out;
  valid = true;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Value item = array.Get(i);
    if (!item.IsObject()) {
      valid = false;
      break;
    }
    const Napi::Object object = item.As<Napi::Object>();
    const auto ip = IpAddress::Parse(object.Get("address").ToString().Utf8Value());
    const int64_t port = object.Get("port").ToNumber().Int64Value();
    valid = ip.has_value() && port >= 0 && port <= 0xffff;
    if (!valid) break;
    out.push_back({*ip, static_cast<uint16_t>(port)});
  }
  return out;
}

namespace {

bool PortOf(const Napi::Value& value, uint16_t& out) {
  const int64_t port = value.IsNumber() ? value.ToNumber().Int64Value() : -1;
  out = static_cast<uint16_t>(port);
  return port >= 0 && port <= 0xffff;
}

// Absent: the port is not used.
bool ChoiceOf(const Napi::Value& value, host::PortChoice& out) {
  out.used = !value.IsUndefined();
  return !out.used || PortOf(value, out.number);
}

template <typename Add>
bool ForEachText(const Napi::Value& list, Add add) {
  if (!list.IsArray()) return false;
  const auto array = list.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); ++i) {
    if (!add(array.Get(i).ToString().Utf8Value())) return false;
  }
  return true;
}

}  // namespace

bool BindPolicyOf(const Napi::Value& value, host::BindPolicy& out) {
  bool valid = false;
  if (value.IsArray()) {
    out.fixed = EndpointsOf(value.As<Napi::Array>(), valid);
    return valid && out.fixed.size() <= host::kMaxFixedEndpoints;
  }
  if (!value.IsObject()) return false;
  const auto object = value.As<Napi::Object>();
  out.automatic = true;
  out.loopback = object.Get("loopback").ToBoolean().Value();
  const auto exclude = [&](std::string name) {
    out.excluded.push_back(std::move(name));
    return true;
  };
  const auto forbid = [&](const std::string& text) {
    const auto prefix = IpPrefix::Parse(text);
    if (prefix) out.blacklist.push_back(*prefix);
    return prefix.has_value();
  };
  return PortOf(object.Get("primaryPort"), out.primary_port) &&
         ChoiceOf(object.Get("secondaryPort"), out.secondary) && ChoiceOf(object.Get("tertiaryPort"), out.tertiary) &&
         ForEachText(object.Get("exclude"), exclude) && ForEachText(object.Get("blacklist"), forbid);
}

Napi::Array ToArray(Napi::Env env, const std::vector<Endpoint>& endpoints) {
  Napi::Array out = Napi::Array::New(env, endpoints.size());
  for (uint32_t i = 0; i < endpoints.size(); ++i) {
    Napi::Object item = Napi::Object::New(env);
    item.Set("address", endpoints[i].ip.ToString());
    item.Set("port", static_cast<uint32_t>(endpoints[i].port));
    out.Set(i, item);
  }
  return out;
}

Napi::Error ToError(Napi::Env env, const host::Engine::Failure& failure) {
  std::string message = failure.what;
  if (failure.system_error != 0) message += ": " + std::string(std::strerror(failure.system_error));
  Napi::Error error = Napi::Error::New(env, message);
  if (failure.system_error != 0) {
    error.Set("code", Napi::String::New(env, CodeOf(failure.system_error)));
  } else {
    error.Set("status", Napi::Number::New(env, static_cast<int32_t>(failure.status)));
  }
  return error;
}

}  // namespace zt::binding
