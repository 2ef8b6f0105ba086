#include "vl1/root_evidence.h"

#include <algorithm>

#include "vl1/limits.h"

namespace zt::vl1 {
namespace {

bool Names(const WorldRoot& root, const Endpoint& endpoint) {
  return std::find(root.endpoints.begin(), root.endpoints.end(), endpoint) != root.endpoints.end();
}

}  // namespace

void RootEvidence::HelloSent(Instant now, const WorldRoot* root, const Endpoint& to) {
  if (root == nullptr || !Names(*root, to)) return;
  const NodeAddress address = root->identity.address;
  for (Tries& tries : tries_) {
    if (tries.root != address || tries.endpoint != to) continue;
    ++tries.count;
    tries.last = now;
    return;
  }
  if (tries_.size() < kTriedRootEndpoints) tries_.push_back({address, to, 1, now});
}

void RootEvidence::Answered(NodeAddress root, const Endpoint& from) {
  for (Tries& tries : tries_) {
    if (tries.root == root && tries.endpoint == from) tries.count = 0;
  }
}

void RootEvidence::NotAuthentic(Instant now, const RootSet& roots, const Endpoint& from) {
  const auto names = [&from](const WorldRoot& root) { return Names(root, from); };
  if (std::any_of(roots.roots().begin(), roots.roots().end(), names)) not_authentic_ = now;
}

void RootEvidence::RootsChanged(const RootSet& roots) {
  std::erase_if(tries_, [&roots](const Tries& tries) {
    const WorldRoot* root = roots.Find(tries.root);
    return root == nullptr || !Names(*root, tries.endpoint);
  });
}

const RootEvidence::Tries* RootEvidence::Find(NodeAddress root, const Endpoint& endpoint) const {
  for (const Tries& tries : tries_) {
    if (tries.root == root && tries.endpoint == endpoint) return &tries;
  }
  return nullptr;
}

}  // namespace zt::vl1
