#include <array>
#include <charconv>
#include <utility>

#include "omniroute/services/mock.hpp"

namespace omniroute::services {
namespace {

using Kind = MockStep::Kind;
using std::chrono::milliseconds;

struct Word {
  std::string_view name;
  Kind kind;
};
constexpr std::array words{Word{"ok", Kind::ok},     Word{"cut", Kind::cut},     Word{"slow", Kind::slow},   Word{"drip", Kind::drip},
                           Word{"hang", Kind::hang}, Word{"reset", Kind::reset}, Word{"empty", Kind::empty}, Word{"error", Kind::error}};

Error wrong(std::string_view step, const std::string& what) {
  return {ErrorKind::bad_request, "The step '" + std::string(step) + "' of the script " + what + ".", "script"};
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// "500ms", "5s", "2m"; false if it is none.
bool read_pause(std::string_view text, milliseconds& pause) {
  std::int64_t unit = 0;
  for (const auto& [suffix, length] : {std::pair<std::string_view, std::int64_t>("ms", 1), {"s", 1'000}, {"m", 60'000}}) {
    if (!text.ends_with(suffix)) continue;
    unit = length;
    text.remove_suffix(suffix.size());
    break;
  }
  std::int64_t number = 0;
  constexpr std::int64_t a_day = 86'400'000;
  if (unit == 0 || !read_number(text, number) || number < 0 || number > a_day / unit) return false;
  pause = milliseconds(number * unit);
  return true;
}

/// Takes "xN" off the end.
Status take_times(std::string_view whole, std::string_view& step, MockStep& out) {
  const std::size_t x = step.rfind('x');
  if (x == std::string_view::npos || x == 0 || step.find_first_not_of("0123456789", x + 1) != std::string_view::npos ||
      x + 1 == step.size())
    return {};
  if (!read_number(step.substr(x + 1), out.times) || out.times == 0 || out.times > 1'000'000)
    return wrong(whole, "repeats 1 to 1000000 times");
  step = step.substr(0, x);
  return {};
}

Status read_name(std::string_view whole, std::string_view name, MockStep& out) {
  for (const Word& word : words) {
    if (word.name != name) continue;
    out.kind = word.kind;
    return {};
  }
  out.kind = Kind::status;
  if (!read_number(name, out.status)) return wrong(whole, "is none of ok, a status, cut, slow, drip, hang, reset, empty, error");
  if (out.status < 400 || out.status > 599) return wrong(whole, "needs a status from 400 to 599");
  return {};
}

Status read_value(std::string_view whole, std::string_view value, MockStep& out) {
  switch (out.kind) {
    case Kind::cut:
      if (!read_number(value, out.bytes)) return wrong(whole, "needs a number of bytes: cut@512");
      return {};
    case Kind::slow:
    case Kind::drip:
      if (!read_pause(value, out.pause)) return wrong(whole, "needs a pause such as 500ms, 5s or 2m");
      return {};
    case Kind::status:
    case Kind::error:
      if (!value.empty() && !read_pause(value, out.pause)) out.text = value;
      return {};
    default: return value.empty() ? Status() : Status(wrong(whole, "takes no value"));
  }
}

Result<MockStep> read_step(std::string_view whole) {
  MockStep out;
  std::string_view step = whole;
  if (Status times = take_times(whole, step, out); !times) return std::move(times).error();
  const std::size_t mark = step.find_first_of("=@");
  if (Status named = read_name(whole, step.substr(0, mark), out); !named) return std::move(named).error();
  const std::string_view value = mark == std::string_view::npos ? std::string_view() : step.substr(mark + 1);
  if (Status valued = read_value(whole, value, out); !valued) return std::move(valued).error();
  return out;
}

}  // namespace

Result<MockScript> MockScript::parse(std::string_view text) {
  MockScript script;
  while (true) {
    const std::size_t comma = text.find(',');
    std::string_view step = text.substr(0, comma);
    while (step.starts_with(' ')) step.remove_prefix(1);
    while (step.ends_with(' ')) step.remove_suffix(1);
    Result<MockStep> read = read_step(step);
    if (!read) return std::move(read).error();
    script.steps.push_back(*std::move(read));
    if (comma == std::string_view::npos) return script;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace omniroute::services
