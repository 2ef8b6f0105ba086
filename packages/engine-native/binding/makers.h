// Identity generation and planets for JavaScript, off any node's path.
#pragma once

#include <napi.h>

namespace zt::binding {

// () => { promise: Promise<string>, cancel(): void }. A cancelled promise rejects.
Napi::Value GenerateIdentity(const Napi::CallbackInfo& info);
// (spec: Uint8Array) => Uint8Array; throws an Error with `status`.
Napi::Value MakeWorld(const Napi::CallbackInfo& info);

}  // namespace zt::binding
