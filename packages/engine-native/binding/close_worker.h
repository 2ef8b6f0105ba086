// Joins an engine's thread off the JavaScript thread, then finishes on it.
#pragma once

#include <napi.h>

namespace zt::binding {

class NativeNode;

class CloseWorker final : public Napi::AsyncWorker {
 public:
  CloseWorker(Napi::Env env, NativeNode& node, const Napi::Promise::Deferred& deferred)
      : AsyncWorker(env, "ztkit close"), node_(node), deferred_(deferred) {}

 private:
  void Execute() override;
  void OnOK() override;

  NativeNode& node_;  // keeps itself alive until FinishClose
  Napi::Promise::Deferred deferred_;
};

}  // namespace zt::binding
