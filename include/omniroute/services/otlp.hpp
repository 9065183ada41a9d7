#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/config/publisher.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/pipeline/story.hpp"

namespace omniroute::services {

/// Traces and metrics for an OpenTelemetry collector: OTLP over HTTP, in batches, beside the requests. A request never waits for it: what
/// the queue cannot hold is counted and left out. The settings (otlp_…, or the OTEL_… variables) take effect at once.
class Otlp final : public pipeline::Listener {
 public:
  /// All outlive it.
  Otlp(config::Publisher& publisher, const Clock& clock, std::string_view version);
  ~Otlp();
  Otlp(const Otlp&) = delete;
  Otlp& operator=(const Otlp&) = delete;

  [[nodiscard]] bool listens(const config::Settings& settings) const noexcept override;
  void hear(pipeline::RequestStory story) override;

  /// Exports when it is time, until the worker stops. `client` is the worker's own.
  Task<void> keep(net::Worker& worker, http::Client& client);
  /// Exports what waits, and the metrics as they stand, within about `patience`. On the worker of keep().
  Task<void> flush(net::Worker& worker, http::Client& client, std::chrono::milliseconds patience);

  struct Counters {
    std::uint64_t spans_exported = 0;
    std::uint64_t spans_dropped = 0;  ///< the queue was full, or the collector took them for no good
    std::uint64_t failures = 0;       ///< exports that failed, each try
    std::size_t waiting = 0;          ///< spans
  };
  [[nodiscard]] Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace omniroute::services
