// A flood of strangers' datagrams is thinned out in the kernel, where it costs the peers nothing (stranger_gate.h).
#include "host/clock.h"
#include "host/engine.h"
#include "host/source_filter.h"

namespace zt::host {

void Engine::WatchStrangers(Instant now) {
  const bool due = strangers_.due() <= now;
  bool changed = strangers_.Look(now, from_strangers_);
  if (!due && !changed) return;
  std::optional<std::vector<Endpoint>> known;
  if (!strangers_.open()) {
    auto lock = LockForThread();
    known = node_->KnownEndpoints(kMaxKnownEndpoints);
    if (!known) strangers_.Open();
  }
  changed |= known != known_;
  if (!changed) return;
  known_ = std::move(known);
  FilterSources();
}

// Without the filter everything is read, as at any other time: so on all sockets when one of them does not take it,
// because the gate takes what is let in for a share of what arrives.
void Engine::FilterSources() {
  bool filtered = known_.has_value();
  for (const UdpBinding& binding : bindings_->all()) {
    const int fd = binding.socket->descriptor();
    filtered = filtered && AttachSourceFilter(fd, binding.socket->local().ip.family, *known_, strangers_.share());
  }
  if (filtered) return;
  for (const UdpBinding& binding : bindings_->all()) DetachSourceFilter(binding.socket->descriptor());
  known_.reset();
  strangers_.Open();
}

}  // namespace zt::host
