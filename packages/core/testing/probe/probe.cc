#include "testing/probe/probe.h"

namespace zt::probe {

Outcome Run(std::string_view name, ByteSpan input, Bytes& out) {
  for (std::span<const Entry> table :
       {CryptoEntries(), WireEntries(), Vl1Entries(), Vl2Entries(), RulesEntries(), BenchEntries()}) {
    for (const Entry& entry : table) {
      if (entry.name != name) continue;
      ByteReader in(input);
      return entry.run(in, out) ? Outcome::kOk : Outcome::kRejected;
    }
  }
  return Outcome::kUnknownName;
}

}  // namespace zt::probe
