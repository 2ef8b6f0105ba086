// The packets that carry reports of IGMP and MLD: hop limit 1, Router Alert (RFC 2113, RFC 2711).
#pragma once

#include "netstack/group/group_reporter.h"
#include "netstack/interface.h"
#include "netstack/ip/output_queue.h"

namespace zt::netstack {

void SendIgmp(const Interface& interface, const GroupReporter::Message& message, OutputQueue& out);
void SendMld(const Interface& interface, const GroupReporter::Message& message, OutputQueue& out);

}  // namespace zt::netstack
