// A request as spans. Names of attributes: OpenTelemetry's semantic conventions for HTTP and for generative AI.
#include "otlp_story.hpp"

#include <algorithm>
#include <charconv>

#include "omniroute/crypto/encoding.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/http/url.hpp"

namespace omniroute::services::otlp {
namespace {

constexpr std::size_t longest_state = 512;  // W3C Trace Context, 3.3.1.5

bool is_lower_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// False for all zeros, which is no id.
template <class Id>
bool read_id(std::string_view text, Id& id) noexcept {
  const std::optional<std::string> bytes = crypto::from_hex(text);
  if (!bytes || bytes->size() != id.size()) return false;
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return std::any_of(id.begin(), id.end(), [](std::uint8_t byte) { return byte != 0; });
}

bool within_share(std::string_view share_text, const TraceId& trace) noexcept {
  double share = 1;
  if (!share_text.empty()) std::from_chars(share_text.data(), share_text.data() + share_text.size(), share);
  std::uint64_t number = 0;
  for (std::size_t i = 8; i < trace.size(); ++i) number = number << 8U | trace[i];
  constexpr double range = 9223372036854775808.0;  // 2^63, to which the largest numbers are rounded up
  return share >= 1 || static_cast<double>(number >> 1U) < share * range;
}

std::uint64_t unix_ns(WallTime time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

double seconds(std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1e6; }

SpanId new_span_id() {
  SpanId id;
  crypto::random_bytes(id);
  return id;
}

void say(Attributes& attributes, std::string_view key, Value value) { attributes.emplace_back(key, std::move(value)); }
void say_known(Attributes& attributes, std::string_view key, const std::string& value) {
  if (!value.empty()) say(attributes, key, value);
}
void say_known(Attributes& attributes, std::string_view key, const std::optional<std::int64_t>& value) {
  if (value) say(attributes, key, *value);
}

Attributes attributes_of(const pipeline::RequestStory& story) {
  const domain::UsageRow& row = story.row;
  Attributes attributes;
  say(attributes, "gen_ai.operation.name", std::string(story.operation));
  if (!row.provider.empty()) say(attributes, "gen_ai.provider.name", provider_name(row.provider));
  say_known(attributes, "gen_ai.request.model", row.model_asked);
  say_known(attributes, "gen_ai.response.model", row.upstream_model);
  say_known(attributes, "gen_ai.usage.input_tokens", row.tokens.input);
  say_known(attributes, "gen_ai.usage.output_tokens", row.tokens.output);
  say_known(attributes, "gen_ai.usage.cache_read.input_tokens", row.tokens.cache_read);
  say_known(attributes, "gen_ai.usage.cache_creation.input_tokens", row.tokens.cache_write);
  say(attributes, "http.request.method", std::string("POST"));
  say(attributes, "http.route", row.endpoint);
  say(attributes, "http.response.status_code", std::int64_t{row.status});
  say_known(attributes, "error.type", row.error_kind);
  say(attributes, "omniroute.request.id", row.request_id);
  say(attributes, "omniroute.request.stream", row.streamed);
  say(attributes, "omniroute.attempts", std::int64_t{row.attempts});
  say(attributes, "omniroute.overhead", seconds(story.own));
  if (story.first_token) say(attributes, "omniroute.time_to_first_token", seconds(*story.first_token));
  if (row.cost_nano) say(attributes, "omniroute.cost_usd", static_cast<double>(*row.cost_nano) / 1e9);
  say_known(attributes, "omniroute.key.id", row.key_id);
  return attributes;
}

Span attempt_span(const pipeline::RequestStory& story, const pipeline::AttemptStory& attempt, const Span& above) {
  Span span;
  span.trace = above.trace;
  span.id = new_span_id();
  span.parent = above.id;
  span.state = above.state;
  span.name = std::string(story.operation) + " " + attempt.model;
  span.kind = Span::Kind::client;
  span.start_ns = unix_ns(story.began + attempt.began);
  span.end_ns = unix_ns(story.began + attempt.began + attempt.took);
  Attributes& attributes = span.attributes;
  say(attributes, "gen_ai.operation.name", std::string(story.operation));
  say(attributes, "gen_ai.provider.name", provider_name(attempt.provider));
  say(attributes, "gen_ai.request.model", attempt.model);
  say_known(attributes, "server.address", attempt.host);
  if (attempt.port != 0) say(attributes, "server.port", std::int64_t{attempt.port});
  if (attempt.status != 0) say(attributes, "http.response.status_code", std::int64_t{attempt.status});
  say_known(attributes, "error.type", attempt.error_kind);
  if (attempt.retry) say(attributes, "omniroute.retry", true);
  if (attempt.hedge) say(attributes, "omniroute.hedge", true);
  if (attempt.first_content) say(attributes, "omniroute.time_to_first_token", seconds(*attempt.first_content));
  span.failed = !attempt.ok;
  if (span.failed) span.message = attempt.error_kind;
  return span;
}

}  // namespace

std::optional<Parent> read_traceparent(std::string_view text) noexcept {
  // version - 32 digits of trace - 16 of span - flags; later versions may go on behind another dash.
  constexpr std::size_t length = 55;
  if (text.size() < length || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  if (!is_lower_hex(version) || version == "ff" || (version == "00" && text.size() != length)) return std::nullopt;
  if (text.size() > length && text[length] != '-') return std::nullopt;
  const std::string_view trace = text.substr(3, 32);
  const std::string_view span = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  Parent parent;
  if (!is_lower_hex(trace) || !is_lower_hex(span) || !is_lower_hex(flags)) return std::nullopt;
  if (!read_id(trace, parent.trace) || !read_id(span, parent.span)) return std::nullopt;
  const std::optional<std::string> bits = crypto::from_hex(flags);
  parent.sampled = bits && (static_cast<unsigned char>(bits->front()) & 1U) != 0;
  return parent;
}

bool sampled(const config::Settings& settings, const std::optional<Parent>& parent, const TraceId& trace) noexcept {
  using config::TraceSampler;
  const TraceSampler sampler = settings.otlp_sampler;
  const bool asks_parent =
      sampler == TraceSampler::parent_on || sampler == TraceSampler::parent_off || sampler == TraceSampler::parent_ratio;
  if (asks_parent && parent) return parent->sampled;
  switch (sampler) {
    case TraceSampler::on:
    case TraceSampler::parent_on: return true;
    case TraceSampler::off:
    case TraceSampler::parent_off: return false;
    case TraceSampler::ratio:
    case TraceSampler::parent_ratio: return within_share(settings.otlp_sampler_arg, trace);
  }
  return true;
}

std::string provider_name(const std::string& id) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names{{{"claude", "anthropic"},
                                                                                {"codex", "openai"},
                                                                                {"gemini", "gcp.gemini"},
                                                                                {"gemini-cli", "gcp.gemini"},
                                                                                {"mistral", "mistral_ai"},
                                                                                {"xai", "x_ai"}}};
  const auto found = std::find_if(names.begin(), names.end(), [&id](const auto& pair) { return pair.first == id; });
  return found == names.end() ? id : std::string(found->second);
}

std::vector<Span> spans_of(const pipeline::RequestStory& story, const config::Settings& settings) {
  const std::optional<Parent> parent = read_traceparent(story.traceparent);
  Span whole;
  if (parent) {
    whole.trace = parent->trace;
    whole.parent = parent->span;
    if (story.tracestate.size() <= longest_state) whole.state = story.tracestate;
  } else {
    crypto::random_bytes(whole.trace);
  }
  std::vector<Span> spans;
  if (!sampled(settings, parent, whole.trace)) return spans;
  whole.id = new_span_id();
  whole.name = std::string(story.operation) + (story.row.model_asked.empty() ? "" : " " + story.row.model_asked);
  whole.start_ns = unix_ns(story.began);
  whole.end_ns = unix_ns(story.began + story.took);
  whole.attributes = attributes_of(story);
  whole.failed = story.row.status >= 500 || (story.row.status < 400 && !story.row.error_kind.empty());
  if (whole.failed) whole.message = story.row.error_message;
  spans.push_back(std::move(whole));
  for (const pipeline::AttemptStory& attempt : story.attempts) spans.push_back(attempt_span(story, attempt, spans.front()));
  return spans;
}

Resource resource_of(const config::Settings& settings, std::string_view version) {
  Resource resource;
  resource.version = version;
  say(resource.attributes, "service.name", settings.otlp_service_name);
  say(resource.attributes, "service.version", std::string(version));
  say(resource.attributes, "telemetry.sdk.name", std::string("omniroute"));
  say(resource.attributes, "telemetry.sdk.language", std::string("cpp"));
  say(resource.attributes, "telemetry.sdk.version", std::string(version));
  for (const std::string& pair : settings.otlp_resource) {
    const std::size_t equals = pair.find('=');
    std::string key = http::percent_decode(pair.substr(0, equals));
    std::string value = http::percent_decode(pair.substr(equals + 1));
    const auto known =
        std::find_if(resource.attributes.begin(), resource.attributes.end(), [&key](const auto& each) { return each.first == key; });
    if (known == resource.attributes.end()) {
      resource.attributes.emplace_back(std::move(key), std::move(value));
    } else if (key != "service.name" || settings.otlp_service_name == "omniroute") {
      known->second = std::move(value);  // OTEL_SERVICE_NAME goes before service.name of the list
    }
  }
  return resource;
}

}  // namespace omniroute::services::otlp
