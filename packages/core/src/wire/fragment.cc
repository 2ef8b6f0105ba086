#include "wire/fragment.h"

#include "base/byte_reader.h"
#include "wire/limits.h"
#include "wire/verb/reply.h"

namespace zt::wire {

bool Fragment::operator==(const Fragment& o) const {
  return id == o.id && destination == o.destination && total == o.total && number == o.number && hops == o.hops &&
         SameBytes(data, o.data);
}

std::optional<Fragment> Fragment::Parse(ByteSpan datagram) {
  if (!IsFragment(datagram)) return std::nullopt;
  ByteReader in(datagram);
  Fragment f;
  f.id = {in.U64()};
  f.destination = in.Address();
  in.Skip(1);  // the marker
  const uint8_t counts = in.U8();
  f.total = counts >> 4;
  f.number = counts & 0x0f;
  f.hops = in.U8() & 0x07;
  f.data = in.Rest();
  return f;
}

void Fragment::SerializeTo(ByteWriter& out) const {
  out.U64(id.value);
  out.Address(destination);
  out.U8(kFragmentMarker);
  out.U8(static_cast<uint8_t>(total << 4 | (number & 0x0f)));
  out.U8(hops & 0x07);
  out.Put(data);
}

bool Fragment::IsAcceptable() const {
  return total >= 2 && total <= limits::kMaxFragments && number >= 1 && number < total;
}

size_t FragmentCount(size_t size, size_t mtu) {
  if (size <= mtu) return 1;
  const size_t capacity = mtu - kFragmentHeaderSize;
  return 1 + (size - mtu + capacity - 1) / capacity;
}

}  // namespace zt::wire
