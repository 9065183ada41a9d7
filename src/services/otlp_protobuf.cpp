// The same as protobuf. Field numbers are those of opentelemetry-proto's trace, metrics, common and resource files.
#include <bit>

#include "otlp_data.hpp"

namespace omniroute::services::otlp {
namespace {

/// One message, built by appending (protobuf's encoding: a tag of field number and wire type before each value).
class Message {
 public:
  Message& integer(unsigned field, std::uint64_t value) {
    tag(field, 0);
    varint(value);
    return *this;
  }
  Message& fixed(unsigned field, std::uint64_t value) {
    tag(field, 1);
    little(value);
    return *this;
  }
  Message& real(unsigned field, double value) { return fixed(field, std::bit_cast<std::uint64_t>(value)); }
  Message& bytes(unsigned field, std::string_view value) {
    tag(field, 2);
    varint(value.size());
    text_ += value;
    return *this;
  }
  Message& bytes(unsigned field, std::span<const std::uint8_t> value) {
    return bytes(field, std::string_view(reinterpret_cast<const char*>(value.data()), value.size()));
  }
  Message& message(unsigned field, const Message& inner) { return bytes(field, inner.text_); }
  /// Values of 8 bytes without tags: a packed field's content.
  Message& bare(std::uint64_t value) {
    little(value);
    return *this;
  }
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  void tag(unsigned field, unsigned type) { varint(std::uint64_t{field} << 3U | type); }
  void varint(std::uint64_t value) {
    for (; value > 0x7f; value >>= 7U) text_ += static_cast<char>((value & 0x7fU) | 0x80U);
    text_ += static_cast<char>(value);
  }
  void little(std::uint64_t value) {
    for (int byte = 0; byte < 8; ++byte, value >>= 8U) text_ += static_cast<char>(value & 0xffU);
  }
  std::string text_;
};

Message message_of(const Value& value) {
  Message any;
  if (const auto* text = std::get_if<std::string>(&value)) any.bytes(1, *text);
  if (const auto* flag = std::get_if<bool>(&value)) any.integer(2, *flag ? 1 : 0);
  if (const auto* number = std::get_if<std::int64_t>(&value)) any.integer(3, static_cast<std::uint64_t>(*number));
  if (const auto* real = std::get_if<double>(&value)) any.real(4, *real);
  return any;
}

void add(Message& message, unsigned field, const Attributes& attributes) {
  for (const auto& [key, value] : attributes) {
    Message pair;
    pair.bytes(1, key).message(2, message_of(value));
    message.message(field, pair);
  }
}

/// The frame round spans or metrics, which have the same numbers.
std::string framed(const Resource& resource, Message scoped) {
  Message who;
  add(who, 1, resource.attributes);
  Message all;
  all.message(1, who).message(2, scoped);
  Message request;
  request.message(1, all);
  return std::move(request).text();
}

Message scope(const Resource& resource) {
  Message name;
  name.bytes(1, scope_name).bytes(2, resource.version);
  Message scoped;
  scoped.message(1, name);
  return scoped;
}

Message message_of(const Span& span) {
  Message message;
  message.bytes(1, span.trace).bytes(2, span.id);
  if (!span.state.empty()) message.bytes(3, span.state);
  if (span.parent) message.bytes(4, *span.parent);
  message.bytes(5, span.name).integer(6, static_cast<std::uint64_t>(span.kind)).fixed(7, span.start_ns).fixed(8, span.end_ns);
  add(message, 9, span.attributes);
  if (span.failed) {
    Message status;
    status.bytes(2, span.message).integer(3, status_error);
    message.message(15, status);
  }
  return message;
}

Message message_of(const Metric& metric, const Point& point, Period period) {
  Message counts;
  for (const std::uint64_t count : point.counts) counts.bare(count);
  Message bounds;
  for (const double bound : metric.bounds) bounds.bare(std::bit_cast<std::uint64_t>(bound));
  Message message;
  message.fixed(2, period.start_ns).fixed(3, period.now_ns).fixed(4, point.count).real(5, point.sum);
  message.message(6, counts).message(7, bounds);
  add(message, 9, point.attributes);
  message.real(11, point.least).real(12, point.most);
  return message;
}

}  // namespace

std::string traces_protobuf(const Resource& resource, std::span<const Span> spans) {
  Message scoped = scope(resource);
  for (const Span& span : spans) scoped.message(2, message_of(span));
  return framed(resource, std::move(scoped));
}

std::string metrics_protobuf(const Resource& resource, std::span<const Metric> metrics, Period period) {
  Message scoped = scope(resource);
  for (const Metric& metric : metrics) {
    Message histogram;
    for (const Point& point : metric.points) histogram.message(1, message_of(metric, point, period));
    histogram.integer(2, cumulative);
    Message message;
    message.bytes(1, metric.name).bytes(2, metric.description).bytes(3, metric.unit).message(9, histogram);
    scoped.message(2, message);
  }
  return framed(resource, std::move(scoped));
}

}  // namespace omniroute::services::otlp
