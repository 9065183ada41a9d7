# The dashboard inside the binary: esbuild bundles web/src with web/vendor, PackWeb.cmake turns what comes out into gzip
# bytes (.incbin) and a table. Neither Node nor a network is needed.
set(OMNIROUTE_WEB AUTO CACHE STRING "The dashboard: ON = must be built, AUTO = built where esbuild is, OFF = a plain page instead")
set_property(CACHE OMNIROUTE_WEB PROPERTY STRINGS AUTO ON OFF)

# omniroute_web(<target>): gives <target> the table of src/api/pages/asset.hpp; an empty one where there is no dashboard.
function(omniroute_web target)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(output ${CMAKE_BINARY_DIR}/web)
  set(state none)
  if(NOT OMNIROUTE_WEB STREQUAL "OFF")
    find_program(OMNIROUTE_ESBUILD esbuild DOC "The bundler, Debian package esbuild (0.17 or later)")
    if(OMNIROUTE_ESBUILD)
      set(state full)
    elseif(OMNIROUTE_WEB STREQUAL "ON")
      message(FATAL_ERROR "OMNIROUTE_WEB=ON needs esbuild: apt-get install esbuild")
    elseif(EXISTS ${web}/prebuilt/index.html)
      set(state prebuilt)
    else()
      message(WARNING "No esbuild: the binary will carry a plain page instead of the dashboard. Remedy: apt-get install esbuild")
    endif()
  endif()
  find_program(OMNIROUTE_GZIP gzip REQUIRED)

  file(GLOB_RECURSE inputs CONFIGURE_DEPENDS ${web}/src/* ${web}/vendor/* ${web}/prebuilt/*)
  list(APPEND inputs ${web}/index.html ${web}/bundle.sh ${web}/tsconfig.build.json ${CMAKE_SOURCE_DIR}/cmake/PackWeb.cmake)
  set(bundle COMMAND ${CMAKE_COMMAND} -E true)
  set(bundled ${web}/prebuilt)
  if(state STREQUAL "full")
    set(bundled ${output}/bundle)
    set(bundle COMMAND sh ${web}/bundle.sh ${OMNIROUTE_ESBUILD} ${bundled})
  elseif(state STREQUAL "none")
    set(bundled ${output}/empty)
  endif()
  add_custom_command(
    OUTPUT ${output}/web.S ${output}/web_table.cpp
    ${bundle}
    COMMAND ${CMAKE_COMMAND} -DBUNDLE=${bundled} -DOUTPUT=${output} -DSTATE=${state} -DGZIP=${OMNIROUTE_GZIP}
            -P ${CMAKE_SOURCE_DIR}/cmake/PackWeb.cmake
    DEPENDS ${inputs}
    COMMENT "Dashboard: ${state}"
    VERBATIM)
  set_source_files_properties(${output}/web.S PROPERTIES LANGUAGE ASM)
  target_sources(${target} PRIVATE ${output}/web.S ${output}/web_table.cpp)
endfunction()
