// Any bytes are JSON or an error with a place. What was read can be read again from its raw text, and strings survive being written.
#include <string>

#include "check.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/path.hpp"
#include "omniroute/json/writer.hpp"

namespace {

using omniroute::json::Document;
using omniroute::json::Kind;
using omniroute::json::Value;

void walk(Value value, int depth) {
  check(depth <= static_cast<int>(omniroute::json::max_depth) + 1, "nesting stays below the bound");
  check(!value.raw().empty(), "a value has a raw text");
  if (value.is(Kind::string)) {
    std::string_view text = value.text();
    std::string literal;
    omniroute::json::append_string(text, literal);
    Document again;
    check(again.parse(literal).ok(), "a written string is JSON");
  } else if (value.is(Kind::number)) {
    double number = 0;
    value.number(number);
    std::int64_t integer = 0;
    value.integer(integer);
  }
  if (!value.is(Kind::array) && !value.is(Kind::object)) return;
  std::size_t count = 0;
  for (auto it = value.begin(); it != value.end(); ++it, ++count) walk(*it, depth + 1);
  check(count == value.size(), "size() is the number of elements walked");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = text_of(data, size);
  Document document;
  omniroute::Status status = document.parse(text);
  if (!status) {
    check(!status.error().message.empty(), "a refusal says why");
    return 0;
  }
  walk(document.root(), 0);
  Document again;
  check(again.parse(document.root().raw()).ok(), "the root's raw text is JSON");
  std::string compact;
  omniroute::json::append_compact(document.root().raw(), compact);
  check(again.parse(compact).ok(), "the compact text is JSON");
  check(compact.size() <= size, "the compact text is not longer");
  check(compact.find('\n') == std::string::npos, "the compact text is one line");
  return 0;
}
