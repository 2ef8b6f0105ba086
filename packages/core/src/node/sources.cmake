# Sources of packages/core/src/node, read by CMake and by the WebAssembly build.
set(ZT_NODE_SOURCES
)
set(ZT_NODE_TESTS
)
