#include "binding/native_node.h"

#include <cstring>

#include "base/byte_reader.h"
#include "binding/instance.h"
#include "binding/values.h"
#include "node/host_codec.h"

namespace zt::binding {

namespace {

constexpr int64_t kInvalid = -static_cast<int64_t>(Status::kInvalidArgument);
constexpr int64_t kClosed = -static_cast<int64_t>(Status::kClosed);

// Two encoded endpoints, from and to, at the start of `out` (raw-node.ts).
bool WriteEndpoints(const Endpoint& from, const Endpoint& to, MutableBytes out) {
  Bytes bytes;
  node::HostWriter writer(bytes);
  writer.Ep(from);
  writer.Ep(to);
  if (bytes.size() > out.size()) return false;
  std::memcpy(out.data(), bytes.data(), bytes.size());
  return true;
}

}  // namespace

Napi::Function NativeNode::Define(Napi::Env env) {
  return DefineClass(env, "NativeNode",
                     {InstanceMethod("command", &NativeNode::Command),
                      InstanceMethod("tcpWrite", &NativeNode::TcpWrite),
                      InstanceMethod("tcpRead", &NativeNode::TcpRead), InstanceMethod("udpSend", &NativeNode::UdpSend),
                      InstanceMethod("udpReceive", &NativeNode::UdpReceive),
                      InstanceMethod("framesSend", &NativeNode::FramesSend),
                      InstanceMethod("framesReceive", &NativeNode::FramesReceive),
                      InstanceMethod("bound", &NativeNode::Bound),
                      InstanceMethod("setExternalEndpoints", &NativeNode::SetExternalEndpoints),
                      InstanceMethod("ref", &NativeNode::Ref), InstanceMethod("unref", &NativeNode::Unref),
                      InstanceMethod("close", &NativeNode::Close)});
}

NativeNode::NativeNode(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  const Napi::Env env = info.Env();
  if (info.Length() != 3 || !info[2].IsFunction()) {
    Napi::TypeError::New(env, "NativeNode(options, bind, onEvents)").ThrowAsJavaScriptException();
    return;
  }
  host::BindPolicy bind;
  host::Engine::Failure failure{EINVAL, Status::kOk, "cannot bind: not IP addresses and ports, or too many"};
  if (!BindPolicyOf(info[1], bind)) {
    ToError(env, failure).ThrowAsJavaScriptException();
    return;
  }
  // Before the engine: its thread may call at once. The queue is one deep, since a flag keeps calls from piling up.
  call_ = EventCall::New(env, info[2].As<Napi::Function>(), "ztkit events", 0, 1, this);
  engine_ = host::Engine::Start(BytesOf(env, info[0]), std::move(bind), *this, failure);
  if (engine_ == nullptr) {
    call_.Release();
    call_gone_ = true;
    ToError(env, failure).ThrowAsJavaScriptException();
    return;
  }
  on_events_ = Napi::Persistent(info[2].As<Napi::Function>());
  Instance::Of(env).Add(this);
  ObjectWrap::Ref();  // lives until it is closed: the engine's thread holds a pointer to it
}

NativeNode::~NativeNode() = default;

Napi::Value NativeNode::Command(const Napi::CallbackInfo& info) {
  if (engine_ == nullptr) {
    const auto closed = static_cast<uint8_t>(Status::kClosed);
    return CopyOf(info.Env(), ByteArray<4>{0, 0, 0, closed});
  }
  engine_->Command(BytesOf(info.Env(), info[0]), reply_);
  return CopyOf(info.Env(), reply_);
}

Napi::Value NativeNode::TcpWrite(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (engine_ == nullptr) return Count(env, kClosed);
  return Count(env, engine_->TcpWrite(SocketOf(env, info[0]), BytesOf(env, info[1])));
}

Napi::Value NativeNode::TcpRead(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (engine_ == nullptr) return Count(env, kClosed);
  return Count(env, engine_->TcpRead(SocketOf(env, info[0]), BytesOf(env, info[1])));
}

Napi::Value NativeNode::UdpSend(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (engine_ == nullptr) return Count(env, kClosed);
  node::HostReader in(BytesOf(env, info[1]));
  const Endpoint to = in.Ep();
  if (!in.AtEnd()) return Count(env, kInvalid);
  return Count(env, engine_->UdpSend(SocketOf(env, info[0]), to, BytesOf(env, info[2])));
}

Napi::Value NativeNode::UdpReceive(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (engine_ == nullptr) return Count(env, kClosed);
  Endpoint from, to;
  const int64_t size = engine_->UdpReceive(SocketOf(env, info[0]), from, to, BytesOf(env, info[1]));
  if (size >= 0 && !WriteEndpoints(from, to, BytesOf(env, info[2]))) return Count(env, kInvalid);
  return Count(env, size);
}

Napi::Value NativeNode::FramesSend(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (engine_ == nullptr) return Count(env, kClosed);
  return Count(env, engine_->FramesSend(SocketOf(env, info[0]).value, BytesOf(env, info[1])));
}

Napi::Value NativeNode::FramesReceive(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (engine_ == nullptr) return Count(env, kClosed);
  return Count(env, engine_->FramesReceive(SocketOf(env, info[0]).value, BytesOf(env, info[1])));
}

Napi::Value NativeNode::Bound(const Napi::CallbackInfo& info) {
  if (engine_ == nullptr) return Napi::Array::New(info.Env());
  return ToArray(info.Env(), engine_->LocalEndpoints());
}

void NativeNode::SetExternalEndpoints(const Napi::CallbackInfo& info) {
  bool valid = false;
  if (engine_ == nullptr || !info[0].IsArray()) return;
  std::vector<Endpoint> endpoints = EndpointsOf(info[0].As<Napi::Array>(), valid);
  if (valid) engine_->SetExternalEndpoints(std::move(endpoints));
}

void NativeNode::Ref(const Napi::CallbackInfo& info) {
  if (!call_gone_) call_.Ref(info.Env());
}

void NativeNode::Unref(const Napi::CallbackInfo& info) {
  if (!call_gone_) call_.Unref(info.Env());
}

void NativeNode::OnEvents() {
  if (!call_pending_.exchange(true)) CallJavaScript(nullptr);
}

void NativeNode::OnStopped() { CallJavaScript(this); }

bool NativeNode::CallJavaScript(void* data) {
  if (call_gone_) return false;
  const napi_status status = call_.NonBlockingCall(data);
  // Then Node has taken this thread's share of the function: it must not be used or released any more.
  if (status == napi_closing) call_gone_ = true;
  return status == napi_ok;
}

void NativeNode::DeliverFromQueue(Napi::Env env, Napi::Function callback, NativeNode* self, void* data) {
  if (env == nullptr || callback.IsEmpty()) return;
  if (data == nullptr) return self->Deliver(env, callback);
  const Napi::HandleScope scope(env);
  self->FinishClose(env);
}

void NativeNode::Deliver(Napi::Env env, Napi::Function callback) {
  // Cleared first: an event that comes while this drains makes another call.
  call_pending_.store(false);
  if (engine_ == nullptr) return;
  const Napi::HandleScope scope(env);
  for (;;) {
    batch_.clear();
    if (!engine_->DrainEvents(batch_, kBatchBytes)) return;
    if (shared_.IsEmpty() || shared_.Value().ByteLength() < batch_.size()) {
      shared_ = Napi::Persistent(Napi::ArrayBuffer::New(env, std::max(batch_.size(), kBatchBytes)));
    }
    Napi::ArrayBuffer buffer = shared_.Value();
    std::memcpy(buffer.Data(), batch_.data(), batch_.size());
    callback.Call({Napi::Uint8Array::New(env, batch_.size(), buffer, 0)});
    if (env.IsExceptionPending()) return;  // onEvents must not throw; Node reports it as uncaught
    if (engine_ == nullptr) return;        // closed inside the callback
  }
}

Napi::Value NativeNode::Close(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto deferred = Napi::Promise::Deferred::New(env);
  if (engine_ == nullptr || closing_.has_value()) {
    Napi::Error::New(env, "close() is called once").ThrowAsJavaScriptException();
    return env.Undefined();
  }
  closing_ = deferred;
  engine_->Stop();  // OnStopped follows
  return deferred.Promise();
}

void NativeNode::FinishClose(Napi::Env env) {
  if (engine_ == nullptr || !closing_.has_value()) return;  // the environment's end came first
  engine_->Join();  // its thread has done its last act: this does not wait
  Deliver(env, on_events_.Value());
  Instance::Of(env).Remove(this);
  engine_.reset();
  if (!call_gone_.exchange(true)) call_.Release();
  on_events_.Reset();
  shared_.Reset();
  closing_->Resolve(env.Undefined());
  ObjectWrap::Unref();
}

void NativeNode::EndWithEnvironment() {
  if (engine_ == nullptr) return;
  engine_.reset();  // stops and joins
  if (!call_gone_.exchange(true)) call_.Release();
}

}  // namespace zt::binding
