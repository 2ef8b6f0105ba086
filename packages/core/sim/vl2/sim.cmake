# Virtual networks on the simulated internet: multicast, revocation, memory (README.md).
if(ZT_BUILD_TESTS)
  add_library(zt_vl2_lab STATIC ${CMAKE_CURRENT_LIST_DIR}/acquaintance.cc ${CMAKE_CURRENT_LIST_DIR}/network_lab.cc
              ${CMAKE_CURRENT_LIST_DIR}/share.cc ${CMAKE_CURRENT_LIST_DIR}/wiretap.cc)
  target_compile_options(zt_vl2_lab PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_vl2_lab PUBLIC zt_sim)

  add_executable(zt_vl2_sim ${CMAKE_CURRENT_LIST_DIR}/main.cc ${CMAKE_CURRENT_LIST_DIR}/multicast.cc
                 ${CMAKE_CURRENT_LIST_DIR}/revocation.cc)
  target_compile_options(zt_vl2_sim PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_vl2_sim PRIVATE zt_vl2_lab)
  # Small, for the sanitizers; `npm test` runs all 64 members in a release build (step `scale`).
  add_test(NAME core.vl2-sim COMMAND zt_vl2_sim --members 12 --minutes 3 --pcap-directory ${CMAKE_BINARY_DIR})

  add_executable(zt_vl2_memory_tests ${CMAKE_CURRENT_LIST_DIR}/memory_test.cc $<TARGET_OBJECTS:zt_test_main>)
  target_compile_options(zt_vl2_memory_tests PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_vl2_memory_tests PRIVATE zt_vl2_lab)
  add_test(NAME core.vl2-memory COMMAND zt_vl2_memory_tests)
endif()
