#pragma once
#include <charconv>
#include <string_view>

namespace omniroute::pipeline {

/// Counts how often a request has gone through a gateway like this one; sent to nodes alone, no provider gets to see it.
inline constexpr std::string_view hops_header = "x-omniroute-hops";

/// The count in such a header; 0 for any other text.
inline int hops_of(std::string_view text) noexcept {
  int hops = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), hops);
  return failure == std::errc() && end == text.data() + text.size() && hops > 0 ? hops : 0;
}

}  // namespace omniroute::pipeline
