# Virtual networks on the simulated internet: multicast, revocation (../README.md).
if(ZT_BUILD_TESTS)
  add_executable(zt_vl2_sim ${CMAKE_CURRENT_LIST_DIR}/main.cc ${CMAKE_CURRENT_LIST_DIR}/multicast.cc
                 ${CMAKE_CURRENT_LIST_DIR}/network_lab.cc ${CMAKE_CURRENT_LIST_DIR}/revocation.cc
                 ${CMAKE_CURRENT_LIST_DIR}/wiretap.cc)
  target_compile_options(zt_vl2_sim PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_vl2_sim PRIVATE zt_sim)
  # Small, for the sanitizers; `npm test` runs all 64 members in a release build (step `scale`).
  add_test(NAME core.vl2-sim COMMAND zt_vl2_sim --members 12 --minutes 3 --pcap-directory ${CMAKE_BINARY_DIR})
endif()
