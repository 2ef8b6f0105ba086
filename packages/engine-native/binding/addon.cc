// The addon's entry. Everything it keeps belongs to the environment that loaded it.
#include <napi.h>

#include "binding/instance.h"
#include "binding/makers.h"
#include "binding/native_node.h"

namespace zt::binding {

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* instance = new Instance;  // deleted by Node with the environment
  env.SetInstanceData(instance);
  env.AddCleanupHook([](Instance* data) { data->EndAll(); }, instance);
  exports.Set("NativeNode", NativeNode::Define(env));
  exports.Set("generateIdentity", Napi::Function::New(env, GenerateIdentity));
  exports.Set("makeWorld", Napi::Function::New(env, MakeWorld));
  return exports;
}

NODE_API_MODULE(zt, Init)

}  // namespace zt::binding
