# Micro-benchmarks, built only when asked for: ninja zt_seal_bench.
add_executable(zt_seal_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/seal_bench.cc)
target_link_libraries(zt_seal_bench PRIVATE zt_vl1)

add_executable(zt_netstack_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/netstack_bench.cc
               ${CMAKE_CURRENT_LIST_DIR}/netstack_transfer.cc)
target_include_directories(zt_netstack_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(zt_netstack_bench PRIVATE zt_netstack)
