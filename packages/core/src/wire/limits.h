// Every maximum of the protocol that a decoder or an encoder obeys, with its source.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zt::limits {

// Packets and datagrams.
inline constexpr size_t kMaxPacketSize = 10024;           // assembled, header included (vl1.md §1.3)
inline constexpr size_t kMaxPayloadSize = 9996;           // after decompression (vl1.md §4.7)
inline constexpr size_t kMaxDeliverablePacketSize = 9928;  // 7 fragments at 1432 bytes (vl1.md §3.7)
inline constexpr size_t kMinCompressiblePayload = 65;     // "longer than 64" (vl1.md §4.7)
inline constexpr unsigned kMaxFragments = 7;              // head included (vl1.md §3.7)
inline constexpr unsigned kMaxRelayHops = 3;              // forwarded only below this (vl1.md §3.6)
inline constexpr size_t kDefaultPhysicalMtu = 1432;       // UDP payload (vl1.md §3.9)
inline constexpr size_t kMinPhysicalMtu = 1400;           // vl1.md §3.9
inline constexpr size_t kMaxPhysicalMtu = 10324;          // vl1.md §3.9

// VL1 messages.
inline constexpr size_t kMaxWorldRoots = 4;            // vl1.md §6.1
inline constexpr size_t kMaxRootEndpoints = 32;        // vl1.md §6.1
inline constexpr size_t kMaxWorldSize = 8480;          // vl1.md §6.1
inline constexpr size_t kMaxPushDirectPathsSize = 1200;  // size limit when building a push (vl1.md §5.8)
inline constexpr size_t kMaxTraceLength = 10000;       // vl1.md §5.11
inline constexpr size_t kMaxQosRecords = 140;          // vl1.md §5.10
inline constexpr size_t kMaxCachedEndpoints = 64;      // path slots per peer (vl1.md A.1)
inline constexpr uint8_t kMinProtocolVersion = 4;      // vl1.md §4.10
inline constexpr uint8_t kProtocolVersion = 12;        // announced (vl1.md §4.10)
inline constexpr uint8_t kSoftwareMajor = 1;           // vl1.md §5.2
inline constexpr uint8_t kSoftwareMinor = 14;
inline constexpr uint16_t kSoftwareRevision = 1;

// Network configuration (vl2.md §17 unless stated).
inline constexpr size_t kMaxConfigDictionary = 484519;  // bytes without the NUL (vl2.md §4, §5.4)
inline constexpr size_t kMaxMetadata = 1023;            // bytes without the NUL (vl2.md §4)
inline constexpr size_t kMaxErrorDictionary = 8191;     // bytes without the NUL (vl2.md §4)
inline constexpr size_t kMaxChunkData = 9740;           // what a controller cuts (vl2.md §5.3)
inline constexpr size_t kMaxChunksPerUpdate = 474;
inline constexpr size_t kMaxPartialUpdates = 3;
inline constexpr uint64_t kMinConfigVersion = 6;        // vl2.md §6.1
inline constexpr uint64_t kConfigVersion = 7;
inline constexpr size_t kMaxRules = 1024;
inline constexpr size_t kMaxCapabilities = 128;
inline constexpr size_t kMaxRulesPerCapability = 64;
inline constexpr size_t kMaxTags = 128;
inline constexpr size_t kMaxOwnerships = 4;
inline constexpr size_t kMaxOwnedThings = 16;
inline constexpr size_t kMaxCustodyLinks = 7;
inline constexpr size_t kMaxQualifiers = 8;
inline constexpr size_t kMaxSpecialists = 256;
inline constexpr size_t kMaxRoutes = 128;
inline constexpr size_t kMaxAddresses = 32;
inline constexpr size_t kDnsServers = 4;                // always exactly four slots (vl2.md §6.6)
inline constexpr size_t kMaxNetworkName = 127;
inline constexpr size_t kDnsDomainField = 128;          // NUL padded (vl2.md §6.6)
inline constexpr uint16_t kMinMtu = 1280;
inline constexpr uint16_t kMaxMtu = 10000;
inline constexpr uint16_t kDefaultMtu = 2800;

// Frames (vl2.md §9.1, §12.5).
inline constexpr size_t kMaxFramePayload = 9986;
inline constexpr size_t kMaxExtFramePayload = 9973;
inline constexpr size_t kMaxMulticastPayload = 10000;   // cut by the sender, refused by the receiver
inline constexpr size_t kMaxGatherLimit = 65535;        // vl2.md §12.7

}  // namespace zt::limits
