# The packet scripts (src/netstack/tcp/script/README.md): the language as a library, its own tests, the scripts.
set(ZT_TCP_SCRIPT_SOURCES application.cc load.cc parse.cc print.cc run.cc stage.cc wire.cc)
list(TRANSFORM ZT_TCP_SCRIPT_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
add_library(zt_tcp_script STATIC ${ZT_TCP_SCRIPT_SOURCES})
target_include_directories(zt_tcp_script PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
# GCC 12 sees overlaps in std::string that are not there (its bugs 105651 and 105329).
target_compile_options(zt_tcp_script PRIVATE -Wall -Wextra -Werror
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_link_libraries(zt_tcp_script PUBLIC zt_netstack)

add_executable(zt_tcp_scripts ${CMAKE_CURRENT_LIST_DIR}/main.cc)
target_compile_options(zt_tcp_scripts PRIVATE -Wall -Wextra -Werror)
target_link_libraries(zt_tcp_scripts PRIVATE zt_tcp_script)
add_test(NAME core.netstack.scripts COMMAND zt_tcp_scripts ${CMAKE_CURRENT_SOURCE_DIR}/src/netstack/tcp/script)

add_executable(zt_tcp_script_tests ${CMAKE_CURRENT_LIST_DIR}/language_test.cc $<TARGET_OBJECTS:zt_test_main>)
target_compile_options(zt_tcp_script_tests PRIVATE -Wall -Wextra -Werror)
target_link_libraries(zt_tcp_script_tests PRIVATE zt_tcp_script)
add_test(NAME core.netstack.script-language COMMAND zt_tcp_script_tests)
