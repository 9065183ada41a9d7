#pragma once
#include <string>
#include <string_view>

/// Arguments of a tool call, which stay raw JSON text, as the targets want them (cases 28 to 32, 40).
namespace omniroute::codec {

/// As a JSON object for formats that take no other: "" and null become {}, other values {"value": …}. Text that is not
/// JSON is closed where it was cut; failing that it becomes {"value": "<text>"}. Objects stay byte for byte.
std::string as_object(std::string_view arguments);
/// As text for formats that carry a string: "" and null become {}, everything else stays.
std::string_view as_text(std::string_view arguments) noexcept;

/// The input of a free-text tool as a function's arguments, {"input": …}, and back (the arguments themselves where they
/// are of another shape).
std::string wrap_input(std::string_view input);
std::string unwrap_input(std::string_view arguments);

/// Follows one JSON value that comes in pieces and tells whether an object or array is whole.
class Balance {
 public:
  void take(std::string_view piece) noexcept;
  [[nodiscard]] bool whole() const noexcept { return begun_ && depth_ == 0; }

 private:
  int depth_ = 0;
  bool begun_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
};

/// Takes the string out of {"input":"…"} while it comes in pieces.
class InputUnwrapper {
 public:
  /// Appends the characters of the string that `piece` completes.
  void take(std::string_view piece, std::string& out);

 private:
  enum class State : unsigned char { before, inside, behind, another_shape };
  State state_ = State::before;
  std::string held_;  // the members' beginning, or an escape sequence that is cut
};

}  // namespace omniroute::codec
