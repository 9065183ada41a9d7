#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// What OTLP says of traces and metrics (opentelemetry-proto 1.x), as far as we use it, and its two wordings.
namespace omniroute::services::otlp {

using Value = std::variant<std::string, std::int64_t, double, bool>;
using Attributes = std::vector<std::pair<std::string, Value>>;
using TraceId = std::array<std::uint8_t, 16>;
using SpanId = std::array<std::uint8_t, 8>;

struct Span {
  enum class Kind : std::uint8_t { server = 2, client = 3 };  // numbers of the protocol
  TraceId trace{};
  SpanId id{};
  std::optional<SpanId> parent;
  std::string state;  ///< tracestate
  std::string name;
  Kind kind = Kind::server;
  std::uint64_t start_ns = 0;  ///< Unix time
  std::uint64_t end_ns = 0;
  Attributes attributes;
  bool failed = false;
  std::string message;  ///< of a failure
};

/// One series of a histogram, counted from the program's start.
struct Point {
  Attributes attributes;
  std::uint64_t count = 0;
  double sum = 0;
  double least = 0;
  double most = 0;
  std::vector<std::uint64_t> counts;  ///< one more than bounds
};

struct Metric {
  std::string_view name;
  std::string_view unit;
  std::string_view description;
  std::span<const double> bounds;
  std::vector<Point> points;
};

/// Who speaks.
struct Resource {
  Attributes attributes;
  std::string_view version;  ///< of the program
};

/// The moments between which metrics were counted, Unix nanoseconds.
struct Period {
  std::uint64_t start_ns = 0;
  std::uint64_t now_ns = 0;
};

std::string traces_json(const Resource& resource, std::span<const Span> spans);
std::string metrics_json(const Resource& resource, std::span<const Metric> metrics, Period period);
std::string traces_protobuf(const Resource& resource, std::span<const Span> spans);
std::string metrics_protobuf(const Resource& resource, std::span<const Metric> metrics, Period period);

inline constexpr std::string_view scope_name = "omniroute";
inline constexpr int status_error = 2;
inline constexpr int cumulative = 2;

}  // namespace omniroute::services::otlp
