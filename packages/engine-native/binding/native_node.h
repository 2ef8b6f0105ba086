// One engine as a JavaScript object: RawNode of packages/engine-codec/src/raw-node.ts.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <optional>

#include "host/engine.h"

namespace zt::binding {

// Lives on the JavaScript thread; OnEvents and OnStopped come from the engine's. The thread-safe function is called
// once for many events: a flag says that a call is under way.
class NativeNode final : public Napi::ObjectWrap<NativeNode>, private host::Engine::Listener {
 public:
  static Napi::Function Define(Napi::Env env);

  // (options: Uint8Array, bind: { address, port }[] | RawInterfaceBinding, onEvents: (batch: Uint8Array) => void)
  explicit NativeNode(const Napi::CallbackInfo& info);
  ~NativeNode() override;

  // The environment ends (worker exit, process exit): stops the engine and waits for it, calls nothing.
  void EndWithEnvironment();

 private:
  // Crossing the language border costs about as much as decoding this much.
  static constexpr size_t kBatchBytes = 256 * 1024;

  Napi::Value Command(const Napi::CallbackInfo& info);
  Napi::Value TcpWrite(const Napi::CallbackInfo& info);
  Napi::Value TcpRead(const Napi::CallbackInfo& info);
  Napi::Value UdpSend(const Napi::CallbackInfo& info);
  Napi::Value UdpReceive(const Napi::CallbackInfo& info);
  Napi::Value FramesSend(const Napi::CallbackInfo& info);
  Napi::Value FramesReceive(const Napi::CallbackInfo& info);
  Napi::Value Bound(const Napi::CallbackInfo& info);
  void SetExternalEndpoints(const Napi::CallbackInfo& info);
  void Ref(const Napi::CallbackInfo& info);
  void Unref(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  void OnEvents() override;
  void OnStopped() override;

  // From the engine's thread: has `DeliverFromQueue` called with `data`. False when the environment is ending.
  bool CallJavaScript(void* data);

  // On the JavaScript thread. `data`: null for events, anything else when the engine's thread has ended.
  static void DeliverFromQueue(Napi::Env env, Napi::Function callback, NativeNode* self, void* data);
  void Deliver(Napi::Env env, Napi::Function callback);
  Napi::Value Count(Napi::Env env, int64_t result) { return Napi::Number::New(env, static_cast<double>(result)); }

  // After the engine's thread has ended: the last events, then everything is given back.
  void FinishClose(Napi::Env env);

  using EventCall = Napi::TypedThreadSafeFunction<NativeNode, void, DeliverFromQueue>;

  std::unique_ptr<host::Engine> engine_;
  EventCall call_;
  Napi::FunctionReference on_events_;
  std::atomic<bool> call_pending_{false};
  std::atomic<bool> call_gone_{false};  // released, or taken by the end of the environment: not to be touched again
  std::optional<Napi::Promise::Deferred> closing_;  // close() was called
  Bytes reply_;
  Bytes batch_;
  Napi::Reference<Napi::ArrayBuffer> shared_;  // what JavaScript sees of a batch
};

}  // namespace zt::binding
