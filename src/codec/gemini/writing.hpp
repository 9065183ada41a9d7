#pragma once
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"

namespace omniroute::codec::gemini {

/// {"error": {code, message, status, details}}.
std::string error_body(const Error& error);

}  // namespace omniroute::codec::gemini
