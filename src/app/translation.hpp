#pragma once
#include <string>
#include <string_view>

#include "arguments.hpp"
#include "omniroute/base/result.hpp"

namespace omniroute::app {

/// A translated text and what it cost.
struct Translated {
  std::string text;
  std::string report;  ///< {"what","from","to","losses":[…]} as JSON, one line
};

/// `omniroute translate`: one text from one wire format into another, without a daemon or a data directory. The same
/// input gives the same output: ids come from the text, and a time that the source does not give is 0. Errors name the option
/// or the field.
Result<Translated> translate_text(const Arguments& arguments, std::string_view input);

/// An error as one line of JSON: {"field":…,"error":{"type","message","param"}}; field is null where the whole text is at fault.
std::string error_line(const Error& error);

/// The command: stdin to stdout, an error to stderr, the report to the file that the arguments name. Gives the exit code.
int run_translate(const Arguments& arguments);

}  // namespace omniroute::app
