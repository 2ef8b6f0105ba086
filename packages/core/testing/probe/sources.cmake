# The probe's sources, one file per area. Read by CMake and by the WebAssembly build.
set(ZT_PROBE_SOURCES
  probe.cc
  probe_crypto.cc
  probe_wire.cc
  probe_vl1.cc
  probe_vl2.cc
  probe_rules.cc
  probe_bench.cc
  ../../bench/netstack_transfer.cc
)
