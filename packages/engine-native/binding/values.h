// Conversions between JavaScript values and the host's. Arguments were validated in TypeScript; what would be unsafe
// to trust (memory) is checked again here.
#pragma once

#include <napi.h>

#include "host/engine.h"
#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::binding {

// The memory of a Uint8Array (or Buffer), no copy. Empty for anything else. Valid until JavaScript runs again.
MutableBytes BytesOf(napi_env env, napi_value value);
// A number as a socket id; 0, which is no socket, for anything else.
SocketId SocketOf(napi_env env, napi_value value);
// A fresh Uint8Array with a copy.
Napi::Uint8Array CopyOf(Napi::Env env, ByteSpan bytes);
// [{ address, port }]
std::vector<Endpoint> EndpointsOf(const Napi::Array& array, bool& valid);
// Fixed endpoints as above, or the object of RawInterfaceBinding (packages/engine-codec/src/raw-node.ts).
bool BindPolicyOf(const Napi::Value& value, host::BindPolicy& out);
Napi::Array ToArray(Napi::Env env, const std::vector<Endpoint>& endpoints);
// An Error with `code` (of the system error) or `status` (of the node).
Napi::Error ToError(Napi::Env env, const host::Engine::Failure& failure);

}  // namespace zt::binding
