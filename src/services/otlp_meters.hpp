#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "omniroute/pipeline/story.hpp"
#include "otlp_data.hpp"

namespace omniroute::services::otlp {

/// Histograms under the names of OpenTelemetry's conventions for generative AI, since the start. Series beyond `most_series` of a metric
/// count together, with the attribute that the specification has for that. Not for two threads.
class Meters {
 public:
  static constexpr std::size_t most_series = 256;

  void take(const pipeline::RequestStory& story);
  [[nodiscard]] std::vector<Metric> read() const;
  [[nodiscard]] bool empty() const noexcept;

 private:
  enum Which : std::uint8_t { request, first_token, attempt, first_chunk, tokens, overhead, count };
  using Series = std::map<std::string, Point>;  // by the attributes as one text

  void note(Which which, const Attributes& attributes, double value);
  std::array<Series, count> series_;
};

}  // namespace omniroute::services::otlp
