// Where we speak otherwise than the captured nodes, on purpose or because other programs ran on
// them. Any other difference fails the replay, and so does a row that no longer happens.
#pragma once

#include <string_view>

namespace zt::replay {

struct Difference {
  std::string_view
      what;  // session and difference, as DifferencesOf says it; `*` stands for anything
  std::string_view reason;
};

inline constexpr Difference kDeliberate[] = {
    {"*: missing whois to fc7120dae1 fc7120dae1",
     "They keep the path to the root open by asking for its identity; we send ECHO, which every "
     "node answers without "
     "looking anything up (vl1.md §7.10, its quirk)."},
    {"*: extra echo to *",
     "The keepalive in place of that WHOIS, heartbeats at other seconds than theirs, and the check of "
     "a path in doubt (vl1.md §7.10)."},
    {"*: push_direct_paths to *: compressed: captured 1, ours 0",
     "They list every path twice, which compresses; we list each once, and two do not shrink "
     "(vl1.md §4.7)."},
    {"*: push_direct_paths to *: datagrams: captured *, ours 64 ",
     "The size of the list with each path once, as above; the paths are compared as a set."},
    {"*: multicast_gather to *: certificate: *",
     "Our stack announces itself as soon as the configuration is there, with its certificate; "
     "theirs, behind a device "
     "of Linux, speaks after the second configuration, 1 ms later, which has a new one."},
    {"*: missing multicast_gather to * 33:33:00:00:00:02/00000000",
     "Linux looks for IPv6 routers; a network configuration lists our routes, so our stack does "
     "not (vl2.md §6.4)."},
    {"*: missing multicast_gather to * ff:ff:ff:ff:ff:ff/00000000",
     "A program on their machine broadcast."},
    {"*: missing multicast_gather to * 01:00:5e:00:00:fb/00000000",
     "mDNS of a program on their machine."},
    {"*: missing multicast_gather to * 33:33:00:00:00:fb/00000000",
     "mDNS of a program on their machine."},
    {"*: extra multicast_gather to * ff:ff:ff:ff:ff:ff/0a9*",
     "Our stack probes for and announces its IPv4 address (RFC 5227); Linux does neither."},
    {"*: extra multicast_gather to * 33:33:ff:*",
     "Our stack looks for a duplicate of its IPv6 address (RFC 4862 §5.4); on their device that "
     "was switched off."},
    {"*: extra multicast_like to fc7120dae1 * ff:ff:ff:ff:ff:ff/00000000",
     "Our first list of all groups, the broadcast group among them, goes out before their first; "
     "to peers theirs has "
     "it too (vl2.md §12.2)."},
    {"*: frame to * ARP operation 2: suite: captured 3, ours 1",
     "Our stack answers in the same millisecond, before the peer's HELLO told its protocol "
     "version; Linux took 10 ms."},
    {"h-session2-relay: path of ok to 3610b6a610 in re multicast_gather: captured 10.77.0.11/9993, "
     "ours fd77::11/9993",
     "We answer for networks by the peer's best path, which is confirmed. The path of arrival, which "
     "theirs takes here but not for configurations, is whatever the source of a replayed datagram "
     "says, and the list of members is longer than the request."},
    {"h-session2-relay: extra hello to *",
     "We try the paths the peer pushed and the root introduced; their machines' packet filter, "
     "which cut the clients "
     "off from each other, swallowed such packets before they could be captured."},
    {"h-session3-config: extra multicast_like to *",
     "The captures do not tell when a network was left, only when the next was joined, 5 s after "
     "it; our announcement "
     "of the groups of its addresses falls into that time, theirs would have come just after "
     "(vl2.md §3.4)."},
    {"h-session3-config: missing multicast_like to fc7120dae1 fc7120dae1ffffff *",
     "A network that does not exist: groups of ours begin with its addresses, a device of Linux "
     "has some from the "
     "start."},
    {"h-session3-config: missing multicast_like to fc7120dae1 fc7120dae1261b94 "
     "01:00:5e:00:00:01/00000000",
     "A network without IPv4 addresses: our stack then has no IPv4 groups, a device of Linux "
     "always has this one."},
    {"h-session3-config: extra multicast_gather to * 33:33:00:00:00:16/00000000",
     "As above: the reports of these groups are late enough in theirs that the network was left."},
    {"h-session3-config: network_credentials to *: compressed: captured 0, ours 1",
     "A revocation: theirs is not compressed, ours as every NETWORK_CREDENTIALS, if that "
     "makes it shorter "
     "(vl1.md §4.7)."},
    {"h-session3-config: network_credentials to *: datagrams: captured 189 , ours ",
     "As above: sizes are compared where nothing is compressed."},
    {"h-session3-config: missing push_direct_paths to 1d0d79b24b",
     "Theirs trusts a peer that passes on a revocation it has already; we do not verify one that "
     "changes nothing, so "
     "it proves nothing, and paths are told to trusted peers only."},
    {"h-session3-config: missing push_direct_paths to 3610b6a610",
     "As above, from the other side."},
    {"h-session3-config: network_credentials to 1d0d79b24b: payload: *",
     "The second revocation reaches 3610b6a610 twice within 3 ms, from the controller and then "
     "from the only other "
     "member. We judge the controller's first and pass it on to that member; theirs passes on "
     "nothing, which is what "
     "vl2.md §8.2 gives for the other order."},
    {"h-session3-config: network_credentials to 1d0d79b24b: suite: captured 1, ours 3",
     "The same packet of ours, sent when the member's version is known."},
};

}  // namespace zt::replay
