// Named limits and intervals of VL1's state, each with its source or reason (those of its messages are in
// wire/limits.h). Times in ms.
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/limits.h"
#include "zt/time.h"

namespace zt::vl1 {

// Sizes and table limits.
inline constexpr size_t kMaxSlotsPerPeer = 64;           // vl1.md §7.1
inline constexpr size_t kMinPeersOption = 64;            // range of Options::max_peers: roots, contacts and more ..
inline constexpr size_t kMaxPeersOption = 1048576;       // .. up to what a large root carries; ~1 KB each
constexpr size_t MaxPaths(size_t max_peers) {            // authenticated (socket, endpoint) pairs; 120 bytes each
  return max_peers < 8192 ? 16384 : 2 * max_peers;
}
inline constexpr size_t kMaxMoons = 16;                  // each adds up to four roots, and 17 bytes to every HELLO
inline constexpr size_t kMaxMoonSeeds = 16;              // moons being looked for; each is contacted all the time
inline constexpr size_t kRelaySources = 8192;            // addresses whose share of relaying is known; 100 bytes each
inline constexpr size_t kEvictionDraw = 64;              // peers looked at to find one that makes room
inline constexpr size_t kCrowdedPlace = kEvictionDraw / 4;  // of them from one network: it has too much of the table
inline constexpr size_t kWaitingPackets = 32;            // receive and transmit each (vl1.md §7.9)
inline constexpr size_t kWaitingPerSource = 8;           // of the receive queue, so that one endpoint cannot fill it
inline constexpr size_t kWhoisEntries = 64;              // both queues full of distinct addresses
inline constexpr size_t kWhoisForOthers = 32;            // of them: the receive queue's, and what peers ask us
inline constexpr size_t kHeldRendezvous = 16;            // introductions that came before the identity did
inline constexpr size_t kRememberedEndpoints = 16;       // of a cached peer: each costs a HELLO at start
inline constexpr size_t kSurfaceEntries = 256;           // reports of our outside address ...
inline constexpr size_t kSurfacePerReporter = 16;        // ... of one peer: a few sockets of each side
inline constexpr size_t kSurfaceStrangers = 32;          // ... of all that share no network with us: free to make up
inline constexpr size_t kMaxPhysicalNetworks = 32;       // vl1.md §3.11
inline constexpr size_t kMaxLocalSockets = 128;          // 32 addresses by 3 ports (vl1.md §3.10), and some
inline constexpr size_t kLocalEndpoints = 64;            // of the host; each is 8..20 bytes of a push
constexpr size_t MaxIntroducedPairs(size_t max_peers) {  // pairs a root remembers to have introduced, per half minute
  return max_peers < 8192 ? 8192 : max_peers;
}
inline constexpr size_t kPushedProbesPerClass = 8;       // per scope and family in one push (vl1.md §5.8)
inline constexpr int kLatencyUnknown = 65535;            // vl1.md §7.2

// Liveness of paths and peers.
inline constexpr Millis kHeartbeat = 14000;              // vl1.md §7.1
inline constexpr Millis kHeartbeatLowBandwidth = 25000;  // the tick of vl1.md §7.13
inline constexpr Millis kPathAlive = 19000;              // vl1.md §7.1
inline constexpr Millis kSlotExpiry = 243000;            // vl1.md §7.1
inline constexpr Millis kPeerAlive = 500000;             // vl1.md §7.1
inline constexpr Millis kGreetCachedWithin = 400000;     // of the start: before kPeerAlive ends by what answers take
inline constexpr Millis kTrustLifetime = 600000;         // vl1.md §7.1
inline constexpr Millis kOnlineTimeout = 30000;          // sdk-api.md §3.3: 30 s in SDK builds
inline constexpr Millis kFullHelloLeaf = 60000;          // vl1.md §7.10
inline constexpr Millis kFullHelloRoot = 224000;         // 14 000 x 16 (vl1.md §7.10)
inline constexpr Millis kContactHello = 28000;           // 14 000 x 2: always-contact leaf without a path (§7.10)
inline constexpr Millis kRootRetry = 5000;               // root without a path (vl1.md §7.10)
inline constexpr Millis kRootRetryLowBandwidth = 25000;  // vl1.md §7.13
inline constexpr Millis kProbeRetry = 5000;              // a heartbeat without an answer is repeated after this
inline constexpr Millis kUrgentRetry = 400;              // the same for a path in doubt, plus its latency, so that ...
inline constexpr Millis kUrgentLatency = 600;            // ... 3 x (400 + 600) ms pass at most until it is silent
inline constexpr Millis kUnheardWhileSending = 2000;     // then the path is in doubt: an address change heals in < 5 s
inline constexpr Millis kSendingPause = 4000;            // a longer pause between packets is not "while sending"
inline constexpr Millis kJustHeard = 1000;               // a path is not asked at once when it was heard within this
inline constexpr Millis kJustHeardGrace = 300;           // ... but after this, if nothing more came
inline constexpr Millis kRoamingGap = 500;               // everything is probed at most this often
inline constexpr size_t kLostPaths = 256;                // whose socket is gone: asked again from others ...
inline constexpr Millis kLostPathsFor = 60000;           // ... in every round of this time
inline constexpr size_t kRoamingStep = 256;              // peers probed at once when everything is in doubt, and ...
inline constexpr Millis kRoamingStepEvery = 100;         // ... the next of them after this
inline constexpr int kSilentAfter = 3;                   // so many unanswered probes make a path unusable
inline constexpr Millis kSecondPortGrace = 2000;         // copies of one HELLO from several sockets arrive within it
inline constexpr int kPortChanges = 4;                   // of one IP that are asked for by HELLO, no further apart ...
inline constexpr Millis kPortChangePause = 60000;        // ... than this
inline constexpr Millis kTableSweep = 30000;             // unused records are looked for so often (vl1.md §7.10)
inline constexpr Millis kTimerGrid = 2500;               // keepalive deadlines are rounded up to it

// Gates (vl1.md §11.3).
inline constexpr Millis kIdentityCheckGate = 2000;       // per physical source bucket
inline constexpr int kStrangersPerSecond = 64;           // of all sources, unless we are a root: key agreements ...
inline constexpr int kValidationsPerSecond = 4;          // ... and work functions, which take tens of ms (vl1.md §2.5)
inline constexpr int kFailedOpeningsPerSecond = 64;      // of one network: more than a peer that lost its keys sends
inline constexpr Millis kUnconfirmedHelloGate = 1000;    // per peer and path
inline constexpr size_t kConfirmsPerPlace = 32;          // datagrams a second to one IPv4 or IPv6 /64 that claims ...
constexpr size_t ConfirmsPerSecond(size_t max_peers) {   // ... to be a peer's, and to all: a root's leaves in seconds
  return max_peers < 4096 ? 512 : max_peers / 8;
}
inline constexpr Millis kEchoAnswerGate = 166;           // per path
inline constexpr Millis kWhoisAnswerGate = 100;          // per peer, unless we are a root
inline constexpr size_t kWhoisAnswersPerSecond = 256;    // identities told to one peer: two packets full of them
inline constexpr size_t kWhoisAnswersUnconfirmed = 4;    // ... in one answer to where nobody answered us yet
inline constexpr Millis kWhoisRetry = 500;               // per address, and the queue timer
inline constexpr Millis kWhoisLongestPause = 4000;       // of questions passed on: remembered a second longer
inline constexpr Millis kWaitingTimeout = 5000;          // both queues
inline constexpr int kPushBurst = 8;                     // vl1.md §5.8
inline constexpr Millis kPushBurstReset = 30000;
inline constexpr Millis kPushRelayed = 15000;            // pushing our own paths (vl1.md §7.4)
inline constexpr Millis kPushDirect = 120000;
inline constexpr Millis kPushDirectLowBandwidth = 1920000;  // vl1.md §7.13
inline constexpr int kPushesPerBurst = 5;                // of the 8 that a receiver takes; the rest is for news
inline constexpr Millis kPushRelayedMargin = 2000;       // the receiver's pause is measured at its end
inline constexpr Millis kHintEvery = 30000;              // vl1.md §7.6
inline constexpr Millis kBeaconAnswerGate = 2500;        // for all of them (vl1.md §3.12)
inline constexpr Millis kSurfaceTellEvery = 1000;        // the application and our peers, however often it changes
inline constexpr Millis kIntroduceGate = 30000;          // per unordered pair (vl1.md §8.2)
inline constexpr Millis kSurfaceLifetime = 600000;       // vl1.md §7.11
inline constexpr int kHelloAnswersPerSecond = 16;        // per peer: one copy per socket, a few sockets (vl1.md §5.2)
inline constexpr Millis kReassemblyTimeout = 3000;       // vl1.md §3.8: a few seconds
inline constexpr Millis kExpectedReplyLifetime = 300000; // a controller may take minutes to decide (vl1.md §5.1)
inline constexpr Millis kRootWarningAfter = 10000;       // no root answered since start
inline constexpr Millis kRootWarningEvery = 60000;
inline constexpr Millis kOwnAddressWarningEvery = 10000;

// Diagnosis of a node that is not online.
inline constexpr size_t kTriedRootEndpoints = 256;       // stable endpoints whose HELLOs are counted: 8 full roots
inline constexpr Millis kJudgeGap = 1000;                // evidence that comes is judged at most this often
inline constexpr Millis kSilence = 30000;                // no datagram from anywhere: as long as being online lasts
inline constexpr Millis kEvidenceLifetime = 300000;      // what a root's endpoint once sent explains nothing later
inline constexpr WallTime kEarliestWall{1577836800000};  // 2020-01-01: older than this program
inline constexpr WallTime kLatestWall{4102444800000};    // 2100-01-01

// Announced instead of limits::kProtocolVersion when we cannot do suite 3 (vl1.md §4.8, §4.10).
inline constexpr uint8_t kProtocolWithoutAes = 11;
constexpr uint8_t AnnouncedProtocol(bool aes) {
  return aes ? limits::kProtocolVersion : kProtocolWithoutAes;
}
inline constexpr uint8_t kFirstProtocolWithAes = 12;

// Deadlines that may be late by a little are rounded up to a common grid, so that one wake-up serves several.
inline constexpr Instant OnGrid(Instant at) { return {(at.ms + kTimerGrid - 1) / kTimerGrid * kTimerGrid}; }

}  // namespace zt::vl1
