#include "otlp_meters.hpp"

#include <algorithm>

#include "otlp_story.hpp"

namespace omniroute::services::otlp {
namespace {

// The bounds that the conventions advise.
constexpr std::array duration_bounds{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
constexpr std::array first_token_bounds{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0};
constexpr std::array token_bounds{1.0,     4.0,     16.0,     64.0,      256.0,     1024.0,     4096.0,
                                  16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0};
// Ours.
constexpr std::array own_bounds{0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 1.0};

struct Kind {
  std::string_view name;
  std::string_view unit;
  std::string_view description;
  std::span<const double> bounds;
};

constexpr std::array<Kind, 6> kinds{{
    {"gen_ai.server.request.duration", "s", "From a request's arrival to the end of its answer.", duration_bounds},
    {"gen_ai.server.time_to_first_token", "s", "From a request's arrival to the first content of its answer.", first_token_bounds},
    {"gen_ai.client.operation.duration", "s", "One attempt at a provider.", duration_bounds},
    {"gen_ai.client.operation.time_to_first_chunk", "s", "From an attempt's beginning to its first content.", first_token_bounds},
    {"gen_ai.client.token.usage", "{token}", "Tokens that requests took and gave.", token_bounds},
    {"omniroute.overhead", "s", "The gateway's own part of a request: not waiting for a provider, the client or a place in a line.",
     own_bounds},
}};

double seconds(std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1e6; }

std::string key_of(const Attributes& attributes) {
  std::string key;
  for (const auto& [name, value] : attributes) {
    key += name + '\0';
    if (const auto* text = std::get_if<std::string>(&value)) key += *text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) key += std::to_string(*number);
    key += '\0';
  }
  return key;
}

Attributes attributes_of(std::string_view operation, const std::string& provider, const std::string& model, const std::string& error) {
  Attributes attributes;
  attributes.emplace_back("gen_ai.operation.name", std::string(operation));
  if (!provider.empty()) attributes.emplace_back("gen_ai.provider.name", provider_name(provider));
  if (!model.empty()) attributes.emplace_back("gen_ai.request.model", model);
  if (!error.empty()) attributes.emplace_back("error.type", error);
  return attributes;
}

}  // namespace

void Meters::note(Which which, const Attributes& attributes, double value) {
  const std::span<const double> bounds = kinds[which].bounds;
  Series& series = series_[which];
  std::string key = key_of(attributes);
  const bool overflows = !series.contains(key) && series.size() >= most_series;
  if (overflows) key = "overflow";
  Point& point = series[std::move(key)];
  if (point.count == 0) {
    if (overflows)
      point.attributes.emplace_back("otel.metric.overflow", true);
    else
      point.attributes = attributes;
    point.counts.resize(bounds.size() + 1);
    point.least = value;
    point.most = value;
  }
  ++point.count;
  point.sum += value;
  point.least = std::min(point.least, value);
  point.most = std::max(point.most, value);
  ++point.counts[static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin())];
}

void Meters::take(const pipeline::RequestStory& story) {
  const domain::UsageRow& row = story.row;
  const Attributes whole = attributes_of(story.operation, row.provider, row.upstream_model, row.error_kind);
  note(request, whole, seconds(story.took));
  note(overhead, whole, seconds(story.own));
  if (story.first_token) note(first_token, whole, seconds(*story.first_token));
  const auto used = [&](const char* type, const std::optional<std::int64_t>& number) {
    if (!number) return;
    Attributes attributes = attributes_of(story.operation, row.provider, row.upstream_model, "");
    attributes.emplace_back("gen_ai.token.type", std::string(type));
    note(tokens, attributes, static_cast<double>(*number));
  };
  used("input", row.tokens.input);
  used("output", row.tokens.output);
  for (const pipeline::AttemptStory& each : story.attempts) {
    Attributes attributes = attributes_of(story.operation, each.provider, each.model, each.error_kind);
    if (!each.host.empty()) attributes.emplace_back("server.address", each.host);
    note(attempt, attributes, seconds(each.took));
    if (each.first_content && row.streamed) note(first_chunk, attributes, seconds(*each.first_content));
  }
}

bool Meters::empty() const noexcept { return series_[request].empty(); }

std::vector<Metric> Meters::read() const {
  std::vector<Metric> metrics;
  for (std::size_t which = 0; which < kinds.size(); ++which) {
    if (series_[which].empty()) continue;
    const Kind& kind = kinds[which];
    Metric& metric = metrics.emplace_back(Metric{kind.name, kind.unit, kind.description, kind.bounds, {}});
    for (const auto& [key, point] : series_[which]) metric.points.push_back(point);
  }
  return metrics;
}

}  // namespace omniroute::services::otlp
