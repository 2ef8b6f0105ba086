// The test-only addon: internal functions of the core by name (packages/core/testing/probe).
#include <napi.h>

#include "binding/values.h"
#include "testing/probe/probe.h"

namespace zt::binding {

// (name: string, input: Uint8Array) => Uint8Array | null; throws on an unknown name.
static Napi::Value Probe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string name = info[0].ToString().Utf8Value();
  Bytes out;
  switch (probe::Run(name, BytesOf(env, info[1]), out)) {
    case probe::Outcome::kOk: return CopyOf(env, out);
    case probe::Outcome::kRejected: return env.Null();
    case probe::Outcome::kUnknownName: break;
  }
  Napi::Error::New(env, "probe: unknown name " + name).ThrowAsJavaScriptException();
  return env.Undefined();
}

static Napi::Object InitProbe(Napi::Env env, Napi::Object exports) {
  exports.Set("probe", Napi::Function::New(env, Probe));
  return exports;
}

NODE_API_MODULE(zt_probe, InitProbe)

}  // namespace zt::binding
