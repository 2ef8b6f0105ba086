// Work whose time the caller measures, the same inside both engines.
#include "bench/netstack_transfer.h"
#include "testing/probe/probe.h"

namespace zt::probe {
namespace {

void AppendU64(Bytes& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(value >> shift));
}

// in: bytes u64, mtu u16 (1280..10000), v6 u8, in place u8    out: bytes u64, frames u64, data segments u64
bool Netstack(ByteReader& in, Bytes& out) {
  bench::TransferPlan plan;
  plan.bytes = in.U64();
  plan.mtu = in.U16();
  plan.v6 = in.U8() != 0;
  plan.in_place = in.U8() != 0;
  if (!in.ok() || plan.mtu < 1280 || plan.mtu > 10000) return false;
  const bench::TransferResult result = bench::RunTransfer(plan);
  AppendU64(out, result.bytes);
  AppendU64(out, result.frames);
  AppendU64(out, result.segments);
  return true;
}

constexpr Entry kTable[] = {{"bench.netstack", Netstack}};

}  // namespace

std::span<const Entry> BenchEntries() { return kTable; }

}  // namespace zt::probe
