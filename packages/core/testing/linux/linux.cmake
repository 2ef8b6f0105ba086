# The harness against the Linux kernel (testing/linux/README.md): not part of the core, so it may call the system.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "Emscripten")
  add_executable(zt_linux_lab EXCLUDE_FROM_ALL)
  foreach(source capture_file event_loop impairment kernel_address kernel_options kernel_sockets link main session settings stack_end
                 stream tap_end)
    target_sources(zt_linux_lab PRIVATE ${CMAKE_CURRENT_LIST_DIR}/${source}.cc)
  endforeach()
  target_include_directories(zt_linux_lab PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(zt_linux_lab PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_linux_lab PRIVATE zt_netstack)
endif()
