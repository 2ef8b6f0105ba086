# Captured sessions replayed around a node of ours (testing/replay/README.md).
add_executable(zt_session_replay_tests ${CMAKE_CURRENT_LIST_DIR}/session.cc ${CMAKE_CURRENT_LIST_DIR}/replay.cc ${CMAKE_CURRENT_LIST_DIR}/decisions.cc ${CMAKE_CURRENT_LIST_DIR}/fields.cc
               ${CMAKE_CURRENT_LIST_DIR}/replay_test.cc $<TARGET_OBJECTS:zt_test_main>)
target_include_directories(zt_session_replay_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(zt_session_replay_tests PRIVATE -Wall -Wextra -Werror
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_compile_definitions(zt_session_replay_tests PRIVATE ZT_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/vectors")
target_link_libraries(zt_session_replay_tests PRIVATE zt_node)
add_test(NAME core.session-replay COMMAND zt_session_replay_tests)
