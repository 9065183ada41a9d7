# A room is one static library: include/omniroute/<room> is what others may see, src/<room> is the rest.

include(${CMAKE_CURRENT_LIST_DIR}/Embed.cmake)

# omniroute_room(<name> ROOMS <rooms below> LIBRARIES <third parties of its .cpp files>)
function(omniroute_room name)
  cmake_parse_arguments(ROOM "" "" "ROOMS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/src/app/main\\.cpp$")
  if(NOT sources)
    return()
  endif()
  add_library(omniroute_${name} STATIC ${sources})
  target_include_directories(omniroute_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_SOURCE_DIR}/src/${name})
  foreach(room ${ROOM_ROOMS})
    if(TARGET omniroute_${room})
      target_link_libraries(omniroute_${name} PUBLIC omniroute_${room})
    endif()
  endforeach()
  target_link_libraries(omniroute_${name} PRIVATE ${ROOM_LIBRARIES})
  # fmt's core is in the log facade's header, Asio's awaitable in Task.
  target_link_libraries(omniroute_${name} PUBLIC fmt::fmt)
  omniroute_precompile(omniroute_${name})
  omniroute_embed(omniroute_${name} ${name})
endfunction()

# The executable: src/app/main.cpp over the app room.
function(omniroute_binary)
  if(EXISTS ${CMAKE_SOURCE_DIR}/src/app/main.cpp)
    add_executable(omniroute src/app/main.cpp)
    target_link_libraries(omniroute PRIVATE omniroute_app)
    target_compile_definitions(omniroute PRIVATE OMNIROUTE_VERSION="${PROJECT_VERSION}")
    if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT OMNIROUTE_FUZZ)
      # Its malloc takes the place of glibc's (docs/adr/0008); the sanitizers bring their own.
      find_package(mimalloc REQUIRED)
      target_link_libraries(omniroute PRIVATE "-Wl,--push-state,--no-as-needed" mimalloc "-Wl,--pop-state")
    endif()
  endif()
endfunction()
