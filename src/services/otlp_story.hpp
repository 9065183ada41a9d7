#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/config/settings.hpp"
#include "omniroute/pipeline/story.hpp"
#include "otlp_data.hpp"

namespace omniroute::services::otlp {

/// The caller's place in its own trace (W3C Trace Context, level 1).
struct Parent {
  TraceId trace{};
  SpanId span{};
  bool sampled = false;
};
/// Nothing for what is no traceparent.
std::optional<Parent> read_traceparent(std::string_view text) noexcept;

/// Whether a request of this trace is recorded. The share is taken of the trace's last 8 bytes, as other implementations do, so that all
/// parts of a trace are recorded or none.
bool sampled(const config::Settings& settings, const std::optional<Parent>& parent, const TraceId& trace) noexcept;

/// The provider as OpenTelemetry's conventions for generative AI name it, where they do; else its id.
std::string provider_name(const std::string& id);

/// The request's span and one for each attempt; nothing where it is not sampled.
std::vector<Span> spans_of(const pipeline::RequestStory& story, const config::Settings& settings);

/// What the settings say of us.
Resource resource_of(const config::Settings& settings, std::string_view version);

}  // namespace omniroute::services::otlp
