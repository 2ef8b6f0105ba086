# Micro-benchmarks, built only when asked for: ninja zt_seal_bench.
add_executable(zt_seal_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/seal_bench.cc)
target_link_libraries(zt_seal_bench PRIVATE zt_vl1)

add_executable(zt_netstack_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/netstack_bench.cc
               ${CMAKE_CURRENT_LIST_DIR}/netstack_transfer.cc)
target_include_directories(zt_netstack_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(zt_netstack_bench PRIVATE zt_netstack)

# Many peers, many nodes: npm run bench -- scale. Counts the heap by owner.
add_executable(zt_scale_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/scale/scale_main.cc
               ${CMAKE_CURRENT_LIST_DIR}/scale/crowd.cc
               ${CMAKE_CURRENT_LIST_DIR}/scale/leaves.cc ${CMAKE_CURRENT_LIST_DIR}/scale/root_load.cc
               ${CMAKE_CURRENT_LIST_DIR}/scale/stranger_cost.cc
               ${CMAKE_CURRENT_SOURCE_DIR}/sim/heap_account.cc)
target_include_directories(zt_scale_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(zt_scale_bench PRIVATE -Wall -Wextra -Werror)
target_link_libraries(zt_scale_bench PRIVATE zt_node)

# The attacker of npm run bench -- hostile. Linux only: raw sockets.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  add_executable(zt_flood_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/hostile/flood_main.cc
                 ${CMAKE_CURRENT_LIST_DIR}/hostile/raw_wire.cc ${CMAKE_CURRENT_SOURCE_DIR}/sim/flood/attacker.cc)
  target_include_directories(zt_flood_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(zt_flood_bench PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_flood_bench PRIVATE zt_node)
endif()

# Rules on a frame, without the rest: rule-cost.mjs.
add_executable(zt_rules_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/rules_bench.cc)
target_link_libraries(zt_rules_bench PRIVATE zt_vl2)
