#include "omniroute/ir/event.hpp"

namespace omniroute::ir {

void Usage::merge(const Usage& later) {
  const auto take = [](std::optional<std::int64_t>& mine, const std::optional<std::int64_t>& theirs) {
    if (theirs) mine = theirs;
  };
  take(input, later.input);
  take(output, later.output);
  take(cache_read, later.cache_read);
  take(cache_write, later.cache_write);
  take(reasoning, later.reasoning);
  take(total, later.total);
}

void drop_void(Events& events) {
  for (std::size_t n = events.size(); n > 0; --n) {
    if (!std::holds_alternative<Restart>(events[n - 1])) continue;
    events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n));
    return;
  }
}

std::string_view to_string(FinishClass reason) noexcept {
  switch (reason) {
    case FinishClass::stop: return "stop";
    case FinishClass::tool: return "tool";
    case FinishClass::length: return "length";
    case FinishClass::filter: return "filter";
    case FinishClass::pause: return "pause";
    case FinishClass::error: return "error";
    case FinishClass::other: return "other";
  }
  return "other";
}

}  // namespace omniroute::ir
