// OTLP's JSON: ids in hexadecimal digits, 64-bit numbers as texts, enumerators as numbers.
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/json/writer.hpp"
#include "otlp_data.hpp"

namespace omniroute::services::otlp {
namespace {

using json::Writer;

void write(Writer& writer, const Value& value) {
  writer.begin_object();
  if (const auto* text = std::get_if<std::string>(&value)) writer.key("stringValue").string(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) writer.key("intValue").string(std::to_string(*number));
  if (const auto* real = std::get_if<double>(&value)) writer.key("doubleValue").number(*real);
  if (const auto* flag = std::get_if<bool>(&value)) writer.key("boolValue").boolean(*flag);
  writer.end_object();
}

void write(Writer& writer, const Attributes& attributes) {
  writer.key("attributes").begin_array();
  for (const auto& [key, value] : attributes) {
    writer.begin_object().key("key").string(key).key("value");
    write(writer, value);
    writer.end_object();
  }
  writer.end_array();
}

/// The frame round spans or metrics: `whole`, `part` and `things` are the names of its three lists.
template <class Things>
std::string framed(const Resource& resource, std::string_view whole, std::string_view part, std::string_view things,
                   Things&& write_things) {
  std::string out;
  Writer writer(out);
  writer.begin_object().key(whole).begin_array().begin_object().key("resource").begin_object();
  write(writer, resource.attributes);
  writer.end_object().key(part).begin_array().begin_object().key("scope").begin_object();
  writer.key("name").string(scope_name).key("version").string(resource.version).end_object().key(things).begin_array();
  write_things(writer);
  writer.end_array().end_object().end_array().end_object().end_array().end_object();
  return out;
}

void write(Writer& writer, const Span& span) {
  writer.begin_object().key("traceId").string(crypto::to_hex(span.trace)).key("spanId").string(crypto::to_hex(span.id));
  if (span.parent) writer.key("parentSpanId").string(crypto::to_hex(*span.parent));
  if (!span.state.empty()) writer.key("traceState").string(span.state);
  writer.key("name").string(span.name).key("kind").integer(static_cast<std::int64_t>(span.kind));
  writer.key("startTimeUnixNano").string(std::to_string(span.start_ns)).key("endTimeUnixNano").string(std::to_string(span.end_ns));
  write(writer, span.attributes);
  writer.key("status").begin_object();
  if (span.failed) writer.key("code").integer(status_error).key("message").string(span.message);
  writer.end_object().end_object();
}

void write(Writer& writer, const Metric& metric, const Point& point, Period period) {
  writer.begin_object();
  write(writer, point.attributes);
  writer.key("startTimeUnixNano").string(std::to_string(period.start_ns)).key("timeUnixNano").string(std::to_string(period.now_ns));
  writer.key("count").string(std::to_string(point.count)).key("sum").number(point.sum);
  writer.key("min").number(point.least).key("max").number(point.most);
  writer.key("bucketCounts").begin_array();
  for (const std::uint64_t count : point.counts) writer.string(std::to_string(count));
  writer.end_array().key("explicitBounds").begin_array();
  for (const double bound : metric.bounds) writer.number(bound);
  writer.end_array().end_object();
}

void write(Writer& writer, const Metric& metric, Period period) {
  writer.begin_object().key("name").string(metric.name).key("unit").string(metric.unit).key("description").string(metric.description);
  writer.key("histogram").begin_object().key("aggregationTemporality").integer(cumulative).key("dataPoints").begin_array();
  for (const Point& point : metric.points) write(writer, metric, point, period);
  writer.end_array().end_object().end_object();
}

}  // namespace

std::string traces_json(const Resource& resource, std::span<const Span> spans) {
  return framed(resource, "resourceSpans", "scopeSpans", "spans", [spans](Writer& writer) {
    for (const Span& span : spans) write(writer, span);
  });
}

std::string metrics_json(const Resource& resource, std::span<const Metric> metrics, Period period) {
  return framed(resource, "resourceMetrics", "scopeMetrics", "metrics", [&](Writer& writer) {
    for (const Metric& metric : metrics) write(writer, metric, period);
  });
}

}  // namespace omniroute::services::otlp
