# cmake -DBUNDLE=<folder> -DOUTPUT=<folder> -DSTATE=<full|prebuilt|none> -DGZIP=<program> -P PackWeb.cmake
# Every file of the bundle as gzip bytes in OUTPUT/web.S, and their table, sorted by path, in OUTPUT/web_table.cpp.
file(GLOB_RECURSE files RELATIVE ${BUNDLE} ${BUNDLE}/*)
list(SORT files)
file(REMOVE_RECURSE ${OUTPUT}/packed)
file(MAKE_DIRECTORY ${OUTPUT}/packed)
set(type_of_html "text/html; charset=utf-8")
set(type_of_js "text/javascript; charset=utf-8")
set(type_of_css "text/css; charset=utf-8")
set(type_of_svg "image/svg+xml")
set(type_of_txt "text/plain; charset=utf-8")

set(assembly ".section .rodata\n")
set(symbols "")
set(rows "")
set(number 0)
set(total 0)
foreach(name ${files})
  get_filename_component(extension ${name} LAST_EXT)
  string(SUBSTRING "${extension}" 1 -1 extension)
  if(NOT DEFINED type_of_${extension})
    message(FATAL_ERROR "${name}: no media type is known for .${extension} (cmake/PackWeb.cmake)")
  endif()
  set(type "${type_of_${extension}}")
  # gzip -n writes neither name nor clock, so two builds give the same bytes.
  set(packed ${OUTPUT}/packed/${number}.gz)
  execute_process(COMMAND ${GZIP} -n -9 -c ${BUNDLE}/${name} OUTPUT_FILE ${packed} COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 ${BUNDLE}/${name} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  file(SIZE ${BUNDLE}/${name} size)
  file(SIZE ${packed} packed_size)
  math(EXPR total "${total} + ${packed_size}")
  set(immutable false)
  if(name MATCHES "^assets/.*-[A-Z0-9]+\\.(js|css|svg)$")
    set(immutable true)
  endif()
  string(APPEND assembly ".global omniroute_web_${number}_begin\n.global omniroute_web_${number}_end\n.balign 16\n"
                         "omniroute_web_${number}_begin:\n.incbin \"${packed}\"\nomniroute_web_${number}_end:\n.byte 0\n")
  string(APPEND symbols "extern const char omniroute_web_${number}_begin[];\nextern const char omniroute_web_${number}_end[];\n")
  string(APPEND rows "    {\"/${name}\", \"${type}\", \"${hash}\", omniroute_web_${number}_begin, omniroute_web_${number}_end, ${size}, ${immutable}},\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND assembly ".section .note.GNU-stack,\"\",@progbits\n")
if(number EQUAL 0)
  set(rows "    {},\n")
endif()

file(CONFIGURE OUTPUT ${OUTPUT}/web.S CONTENT "${assembly}" @ONLY)
file(CONFIGURE OUTPUT ${OUTPUT}/web_table.cpp CONTENT "// Written by cmake/PackWeb.cmake.
#include \"pages/asset.hpp\"

extern \"C\" {
${symbols}}

namespace omniroute::api {
namespace {
constinit const Asset table[] = {
${rows}};
}  // namespace
std::span<const Asset> web_assets() noexcept { return {table, ${number}}; }
std::string_view web_state() noexcept { return \"${STATE}\"; }
}  // namespace omniroute::api
" @ONLY)
file(TOUCH ${OUTPUT}/web.S)
if(number GREATER 0)
  message(STATUS "Dashboard: ${number} files, ${total} bytes embedded")
endif()
