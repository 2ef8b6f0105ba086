# The NAT matrix: docs/nat-matrix.md (node scripts/nat-matrix.mjs).
if(ZT_BUILD_TESTS)
  add_executable(zt_nat_matrix ${CMAKE_CURRENT_LIST_DIR}/nat_matrix_main.cc ${CMAKE_CURRENT_LIST_DIR}/nat_matrix.cc)
  target_compile_options(zt_nat_matrix PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(zt_nat_matrix PRIVATE zt_sim)
  add_test(NAME core.nat_matrix COMMAND zt_nat_matrix --check ${CMAKE_CURRENT_SOURCE_DIR}/../../docs/nat-matrix.md)
endif()
