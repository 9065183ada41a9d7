# The foreign headers that nearly every source parses, parsed once. The fuzz and bench presets build without, so that a
# source which forgets an include of its own is found there; tests/lint looks at every header alone.
option(OMNIROUTE_PCH "Precompile the foreign headers that nearly every source includes" OFF)

if(OMNIROUTE_PCH)
  file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "")
  add_library(omniroute_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(omniroute_precompiled PRIVATE fmt::fmt)
  target_precompile_headers(omniroute_precompiled PRIVATE
    <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <span> <string>
    <string_view> <system_error> <unordered_map> <utility> <variant> <vector> <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp> <fmt/core.h>)
endif()

function(omniroute_precompile target)
  if(OMNIROUTE_PCH)
    target_precompile_headers(${target} REUSE_FROM omniroute_precompiled)
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # ccache reads what the compiler read
  endif()
endfunction()
