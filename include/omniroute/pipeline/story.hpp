#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/domain/usage.hpp"

namespace omniroute::pipeline {

/// One thing that was asked of a provider. Times count from the request's beginning.
struct AttemptStory {
  std::string provider;  ///< id
  std::string model;     ///< as the upstream knows it
  std::string host;
  std::uint16_t port = 0;
  std::chrono::microseconds began{0};
  std::chrono::microseconds took{0};
  std::optional<std::chrono::microseconds> first_content;
  bool ok = false;
  bool retry = false;
  bool hedge = false;
  int status = 0;          ///< of the upstream; 0 = none came
  std::string error_kind;  ///< class of its failure
};

/// What became of one request, for whoever tells others of it.
struct RequestStory {
  domain::UsageRow row;
  std::string_view operation;  ///< "chat", "generate_content", "count_tokens", "compact"
  std::string traceparent;     ///< as the client sent them (W3C Trace Context)
  std::string tracestate;
  WallTime began;
  std::chrono::microseconds took{0};
  std::optional<std::chrono::microseconds> first_token;
  std::chrono::microseconds own{0};
  std::vector<AttemptStory> attempts;
};

/// Hears of each request when it is over. Any worker; must return at once.
class Listener {
 public:
  /// Whether a story is worth making.
  [[nodiscard]] virtual bool listens(const config::Settings& settings) const noexcept = 0;
  virtual void hear(RequestStory story) = 0;

 protected:
  ~Listener() = default;
};

}  // namespace omniroute::pipeline
