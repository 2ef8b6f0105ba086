// What one environment (the main thread or a worker) has loaded: no state is shared between environments.
#pragma once

#include <napi.h>

#include <vector>

namespace zt::binding {

class NativeNode;

class Instance {
 public:
  static Instance& Of(Napi::Env env) { return *env.GetInstanceData<Instance>(); }

  void Add(NativeNode* node) { nodes_.push_back(node); }
  void Remove(NativeNode* node) { std::erase(nodes_, node); }
  // At the end of the environment: no engine thread outlives it.
  void EndAll();

 private:
  std::vector<NativeNode*> nodes_;
};

}  // namespace zt::binding
