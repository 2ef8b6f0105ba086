# The simulated internet (README.md). Beside the core, not part of it: it may use what the core must not.
set(ZT_SIM_SOURCES
  capture.cc chaos.cc chaos_checks.cc chaos_plan.cc heap_account.cc host.cc internet.cc known_identities.cc link.cc
  messenger.cc reference.cc router.cc segment.cc simulator.cc tcp_relay.cc)
list(TRANSFORM ZT_SIM_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
if(ZT_BUILD_TESTS)
  add_library(zt_sim STATIC ${ZT_SIM_SOURCES})
  target_include_directories(zt_sim PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(zt_sim PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_sim PUBLIC zt_core zt_nat)
  # zt::Identity::Validate, const (known_identities.cc): wrapped, and the wrapper taken from the archive.
  target_link_options(zt_sim INTERFACE -Wl,--wrap=_ZNK2zt8Identity8ValidateEv
                      -Wl,-u,__wrap__ZNK2zt8Identity8ValidateEv)

  add_executable(zt_sim_tests ${CMAKE_CURRENT_LIST_DIR}/internet_test.cc ${CMAKE_CURRENT_LIST_DIR}/simulator_test.cc
                 $<TARGET_OBJECTS:zt_test_main>)
  target_compile_options(zt_sim_tests PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_sim_tests PRIVATE zt_sim)
  add_test(NAME core.sim COMMAND zt_sim_tests)

  add_executable(zt_chaos ${CMAKE_CURRENT_LIST_DIR}/chaos_main.cc)
  target_compile_options(zt_chaos PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_chaos PRIVATE zt_sim)
  # Small, for the sanitizers; `npm test` runs a hundred seeds of full size in a release build (step `scale`).
  add_test(NAME core.chaos
           COMMAND zt_chaos --seeds 1..4 --hosts 12 --faults 20 --pcap-directory ${CMAKE_BINARY_DIR})

  add_executable(zt_make_identities EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/make_identities.cc)
  target_compile_options(zt_make_identities PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_make_identities PRIVATE zt_core)
endif()

# Hostile traffic at two peers that talk: what it costs them and what the victim believes afterwards.
if(ZT_BUILD_TESTS)
  add_executable(zt_flood_tests ${CMAKE_CURRENT_LIST_DIR}/flood/flood_test.cc ${CMAKE_CURRENT_LIST_DIR}/flood/attacker.cc
                 ${CMAKE_CURRENT_LIST_DIR}/heap_account.cc $<TARGET_OBJECTS:zt_test_main>)
  target_include_directories(zt_flood_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(zt_flood_tests PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_flood_tests PRIVATE zt_core)
  add_test(NAME core.flood COMMAND zt_flood_tests)
endif()
