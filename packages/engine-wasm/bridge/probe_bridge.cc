// The test-only module: internal functions of the core by name (packages/core/testing/probe).
#include "testing/probe/probe.h"

#define ZT_EXPORT(name) __attribute__((export_name(name), visibility("default")))

namespace {

zt::Bytes& Result() {
  static zt::Bytes result;
  return result;
}

}  // namespace

extern "C" {

ZT_EXPORT("zt_alloc") uint8_t* zt_alloc(size_t size) { return new uint8_t[size]; }
ZT_EXPORT("zt_free") void zt_free(uint8_t* memory) { delete[] memory; }

// The size of the result at zt_probe_result; -1 rejected, -2 unknown name.
ZT_EXPORT("zt_probe_run")
int zt_probe_run(const char* name, size_t name_size, const uint8_t* input, size_t size) {
  Result().clear();
  switch (zt::probe::Run({name, name_size}, {input, size}, Result())) {
    case zt::probe::Outcome::kOk: return static_cast<int>(Result().size());
    case zt::probe::Outcome::kRejected: return -1;
    case zt::probe::Outcome::kUnknownName: return -2;
  }
  return -2;
}
ZT_EXPORT("zt_probe_result") const uint8_t* zt_probe_result() { return Result().data(); }

}  // extern "C"
