#include "binding/instance.h"

#include "binding/native_node.h"

namespace zt::binding {

void Instance::EndAll() {
  for (NativeNode* node : nodes_) node->EndWithEnvironment();
  nodes_.clear();
}

}  // namespace zt::binding
