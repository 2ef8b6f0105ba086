#include "binding/close_worker.h"

#include "binding/native_node.h"

namespace zt::binding {

void CloseWorker::Execute() { node_.engine_->Join(); }

void CloseWorker::OnOK() {
  node_.FinishClose(Env());
  deferred_.Resolve(Env().Undefined());
}

}  // namespace zt::binding
