// Prometheus' text format (exposition format 0.0.4). Labels come from the owner's own lists, so that no caller can make series.
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "handlers.hpp"
#include "omniroute/services/otlp.hpp"
#include "omniroute/store/analytics.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

constexpr std::size_t most_series = 50;

std::string escaped(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    if (c == '\\' || c == '"') clean.push_back('\\');
    clean += c == '\n' ? "\\n" : std::string(1, c);
  }
  return clean;
}

/// One family under way.
class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += "# HELP omniroute_" + name_ + " " + std::string(help) + "\n# TYPE omniroute_" + name_ + " " + std::string(type) + "\n";
  }
  void value(const std::string& labels, const std::string& number) { value("", labels, number); }
  void value(std::string_view ending, const std::string& labels, const std::string& number) {
    text_ += "omniroute_" + name_ + std::string(ending) + (labels.empty() ? "" : "{" + labels + "}") + " " + number + "\n";
  }
  void value(const std::string& labels, std::int64_t number) { value(labels, std::to_string(number)); }
  void single(std::string_view name, std::string_view type, std::string_view help, std::int64_t number) {
    family(name, type, help);
    value("", number);
  }
  [[nodiscard]] std::string text() && { return std::move(text_); }
  std::string& raw() { return text_; }

 private:
  std::string name_;
  std::string text_;
};

/// The first groups by name, the rest together as "other".
template <class Number>
void by_group(Page& page, const std::vector<store::UsageGroup>& groups, std::string_view label, const std::string& more, Number number) {
  store::UsageTotals other;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i >= most_series) {
      other.add(groups[i].totals);
      continue;
    }
    page.value(std::string(label) + "=\"" + escaped(groups[i].id.empty() ? "none" : groups[i].id) + "\"" + more, number(groups[i].totals));
  }
  if (groups.size() > most_series) page.value(std::string(label) + "=\"other\"" + more, number(other));
}

void usage(Page& page, const store::Analytics& all) {
  using Totals = store::UsageTotals;
  page.family("requests_total", "counter", "Requests by the provider that answered or was tried last.");
  by_group(page, all.by_provider, "provider", "", [](const Totals& t) { return t.requests; });
  page.family("request_errors_total", "counter", "Requests that ended with status 400 or above.");
  by_group(page, all.by_provider, "provider", "", [](const Totals& t) { return t.errors; });
  page.family("tokens_total", "counter", "Tokens by class; cache_read and cache_write are part of input, reasoning is part of output.");
  const auto tokens = [&](const char* kind, std::int64_t Totals::*member) {
    by_group(page, all.by_model, "model", std::string(",class=\"") + kind + "\"", [member](const Totals& t) { return t.*member; });
  };
  tokens("input", &Totals::input);
  tokens("output", &Totals::output);
  tokens("cache_read", &Totals::cache_read);
  tokens("cache_write", &Totals::cache_write);
  tokens("reasoning", &Totals::reasoning);
  page.family("cost_usd_total", "counter", "US dollars, of the requests whose price is known.");
  by_group(page, all.by_provider, "provider", "", [](const Totals& t) { return config::money_text(t.cost_nano); });
  page.family("unpriced_requests_total", "counter", "Requests whose price is not known.");
  by_group(page, all.by_provider, "provider", "", [](const Totals& t) { return t.unpriced; });
}

std::string seconds_text(std::uint64_t microseconds) {
  std::string digits = std::to_string(microseconds);
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  return digits.insert(digits.size() - 6, ".");
}

/// Buckets end at powers of two of a microsecond, where the histograms are exact.
struct Bounds {
  unsigned first;
  unsigned last;
};
constexpr Bounds own_bounds{4, 20};      // 16 us to 1 s
constexpr Bounds waited_bounds{10, 29};  // 1 ms to 9 min

void histogram(Page& page, const std::string& provider, const pipeline::Histogram::Reading& reading, Bounds bounds) {
  const std::string labels = "provider=\"" + escaped(provider.empty() ? "none" : provider) + "\"";
  for (unsigned power = bounds.first; power <= bounds.last; ++power)
    page.value("_bucket", labels + ",le=\"" + seconds_text(std::uint64_t{1} << power) + "\"", std::to_string(reading.up_to(power)));
  page.value("_bucket", labels + ",le=\"+Inf\"", std::to_string(reading.count()));
  page.value("_sum", labels, seconds_text(reading.sum()));
  page.value("_count", labels, std::to_string(reading.count()));
}

void times(Page& page, const pipeline::Meters& meters) {
  using Reading = pipeline::Meters::Reading;
  const std::vector<Reading> readings = meters.read();
  const auto all = [&](std::string_view name, std::string_view help, pipeline::Histogram::Reading Reading::*which, Bounds bounds) {
    page.family(name, "histogram", help);
    for (const Reading& reading : readings) histogram(page, reading.provider, reading.*which, bounds);
  };
  all("request_duration_seconds", "From a request's arrival to the end of its answer, since the start.", &Reading::total, waited_bounds);
  all("first_token_seconds", "From a request's arrival to the first content of its answer, since the start.", &Reading::first_token,
      waited_bounds);
  all("overhead_seconds", "The gateway's own part of it: not waiting for a provider, the client or a place in a line, since the start.",
      &Reading::own, own_bounds);
}

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t whole = 0;
  std::int64_t resident = 0;
  file >> whole >> resident;
  return file ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

void process(Page& page, const Services& services) {
  const store::Database::Counters counters = services.database.counters();
  const auto streams = static_cast<std::int64_t>(services.server != nullptr ? services.server->in_flight() : 0);
  page.single("active_streams", "gauge", "Requests being answered now.", streams);
  page.single("store_commits_total", "counter", "Commits of the configuration.", static_cast<std::int64_t>(counters.commits));
  page.single("store_failed_commits_total", "counter", "Commits that failed, of either database.",
              static_cast<std::int64_t>(counters.failed_commits));
  page.single("usage_rows_lost_total", "counter", "Usage rows that could not be kept.", static_cast<std::int64_t>(counters.usage_lost));
  const net::EgressLog::Counts egress = services.egress.counts();
  page.single("egress_connections_total", "counter", "Tries to connect to somebody outside.", static_cast<std::int64_t>(egress.tries));
  page.single("egress_refused_total", "counter", "… that the address rules forbade.", static_cast<std::int64_t>(egress.refused));
  page.single("egress_failed_total", "counter", "… that came to nothing.", static_cast<std::int64_t>(egress.failed));
  if (services.otlp != nullptr) {
    const services::Otlp::Counters otlp = services.otlp->counters();
    page.single("otlp_spans_exported_total", "counter", "Spans that a collector took.", static_cast<std::int64_t>(otlp.spans_exported));
    page.single("otlp_spans_dropped_total", "counter", "Spans left out: the queue was full, or nobody took them.",
                static_cast<std::int64_t>(otlp.spans_dropped));
    page.single("otlp_failures_total", "counter", "Exports of traces and metrics that failed.", static_cast<std::int64_t>(otlp.failures));
    page.single("otlp_spans_waiting", "gauge", "Spans that wait for their export.", static_cast<std::int64_t>(otlp.waiting));
  }
  page.family("config_revision_info", "gauge", "The configuration's revision.");
  page.value("revision=\"" + std::to_string(services.publisher.current()->revision()) + "\"", 1);
  page.family("build_info", "gauge", "The program's version.");
  page.value("version=\"" + escaped(services.version) + "\"", 1);
  page.raw() +=
      "# HELP process_resident_memory_bytes Resident memory.\n# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes " +
      std::to_string(resident_bytes()) + "\n";
}

}  // namespace

Task<void> show_metrics(Services& services, Call& call) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.wall_now().time_since_epoch()).count();
  store::UsageSlots slots(services.database);
  Result<store::Analytics> all = co_await slots.analytics(0, now, 0);
  if (!all) co_return co_await send_error(call, std::move(all).error());
  Page page;
  usage(page, *all);
  times(page, services.pipeline.meters());
  process(page, services);
  const std::string text = std::move(page).text();
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", "text/plain; version=0.0.4; charset=utf-8"});
  headers.push_back({"cache-control", "no-store"});
  Status sent = co_await call.reply.send(200, headers, text);
  static_cast<void>(sent);
}

}  // namespace omniroute::api
