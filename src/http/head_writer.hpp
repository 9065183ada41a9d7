#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "omniroute/base/clock.hpp"
#include "omniroute/http/message.hpp"

namespace omniroute::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7), made once a second and thread. Lives until the next call.
std::string_view http_date(WallTime now);

/// Appends "name: value" and CRLF; false, and nothing appended, when the field cannot travel: no token, or a control
/// character in the value.
bool append_field(std::string& head, std::string_view name, std::string_view value);

/// "1a2b" with CRLF: the line before a chunk. Returns its length.
std::size_t chunk_line(std::array<char, 20>& into, std::size_t size) noexcept;

/// "HTTP/1.1 404 Not Found" and the Date field, into a string that is reused.
void begin_response(std::string& head, int status, WallTime now);

}  // namespace omniroute::http
