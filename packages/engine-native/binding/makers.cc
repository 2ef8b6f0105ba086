#include "binding/makers.h"

#include <atomic>
#include <memory>
#include <string>

#include "binding/values.h"
#include "host/os_random.h"
#include "zt/makers.h"

namespace zt::binding {

namespace {

class IdentityWorker final : public Napi::AsyncWorker {
 public:
  IdentityWorker(Napi::Env env, std::shared_ptr<std::atomic<bool>> cancelled)
      : AsyncWorker(env, "ztkit identity"), deferred_(Napi::Promise::Deferred::New(env)),
        cancelled_(std::move(cancelled)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  void Execute() override {
    const auto maker = IdentityMaker::Create(host::RandomSeed());
    while (text_.empty() && !cancelled_->load()) text_ = maker->Step();
    if (text_.empty()) SetError("the generation was aborted");
  }
  void OnOK() override { deferred_.Resolve(Napi::String::New(Env(), text_)); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

  Napi::Promise::Deferred deferred_;
  std::shared_ptr<std::atomic<bool>> cancelled_;
  std::string text_;
};

}  // namespace

Napi::Value GenerateIdentity(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  auto* worker = new IdentityWorker(env, cancelled);  // deletes itself when done
  Napi::Object out = Napi::Object::New(env);
  out.Set("promise", worker->promise());
  out.Set("cancel", Napi::Function::New(env, [cancelled](const Napi::CallbackInfo&) { cancelled->store(true); }));
  worker->Queue();
  return out;
}

Napi::Value MakeWorld(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Bytes made;
  const Status status = zt::MakeWorld(host::RandomSeed(), BytesOf(env, info[0]), made);
  if (status == Status::kOk) return CopyOf(env, made);
  ToError(env, {0, status, "cannot make the world"}).ThrowAsJavaScriptException();
  return env.Undefined();
}

}  // namespace zt::binding
