# The simulation of two stacks (README.md). Beside the core, not part of it: it may use what the core must not.
set(ZT_NETSTACK_SIM_SOURCES capture.cc datagrams.cc link.cc oracle.cc scenario.cc simulation.cc talker.cc)
list(TRANSFORM ZT_NETSTACK_SIM_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
if(ZT_BUILD_TESTS)
  add_library(zt_netstack_simulation STATIC ${ZT_NETSTACK_SIM_SOURCES})
  target_include_directories(zt_netstack_simulation PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(zt_netstack_simulation PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_netstack_simulation PUBLIC zt_netstack)

  add_executable(zt_netstack_sim ${CMAKE_CURRENT_LIST_DIR}/main.cc)
  target_compile_options(zt_netstack_sim PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_netstack_sim PRIVATE zt_netstack_simulation)
  add_test(NAME core.netstack_sim COMMAND zt_netstack_sim --seeds 1..300 --small --pcap-directory ${CMAKE_BINARY_DIR})

  add_executable(zt_netstack_sim_tests ${CMAKE_CURRENT_LIST_DIR}/simulation_test.cc $<TARGET_OBJECTS:zt_test_main>)
  target_compile_options(zt_netstack_sim_tests PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_netstack_sim_tests PRIVATE zt_netstack_simulation)
  add_test(NAME core.netstack_sim_self COMMAND zt_netstack_sim_tests)

  # Many connections. Sanitizers make the crowd smaller; `npm test` runs the whole in a release build (step `scale`).
  add_executable(zt_netstack_scale_tests ${CMAKE_CURRENT_LIST_DIR}/idle_test.cc ${CMAKE_CURRENT_SOURCE_DIR}/sim/heap_account.cc
                 ${CMAKE_CURRENT_LIST_DIR}/fairness_test.cc $<TARGET_OBJECTS:zt_test_main>)
  target_compile_options(zt_netstack_scale_tests PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_netstack_scale_tests PRIVATE zt_netstack_simulation)
  add_test(NAME core.netstack_scale COMMAND zt_netstack_scale_tests)
endif()
