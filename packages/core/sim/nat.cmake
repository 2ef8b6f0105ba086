# NATs by RFC 4787: a library of its own, without the core, so that tools may use it alone.
set(ZT_NAT_SOURCES nat.cc nat_filter.cc nat_mappings.cc nat_reference.cc)
list(TRANSFORM ZT_NAT_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
if(ZT_BUILD_TESTS)
  add_library(zt_nat STATIC ${ZT_NAT_SOURCES})
  target_include_directories(zt_nat PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(zt_nat PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_nat PUBLIC zt_base)

  add_executable(zt_nat_tests ${CMAKE_CURRENT_LIST_DIR}/nat_test.cc
                 ${CMAKE_CURRENT_LIST_DIR}/nat_reference_test.cc $<TARGET_OBJECTS:zt_test_main>)
  target_compile_options(zt_nat_tests PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_nat_tests PRIVATE zt_nat)
  add_test(NAME core.nat COMMAND zt_nat_tests)
endif()
