#include "omniroute/services/otlp.hpp"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "omniroute/base/log.hpp"
#include "omniroute/http/url.hpp"
#include "otlp_meters.hpp"
#include "otlp_story.hpp"

namespace omniroute::services {
namespace {

using otlp::Span;
using std::chrono::milliseconds;

constexpr milliseconds look{100};
constexpr std::size_t batch_most = 512;  // spans of one export: the SDKs' own default
constexpr std::size_t largest_answer = 64 * 1024;
constexpr milliseconds first_pause{1'000};
constexpr milliseconds longest_pause{30'000};
constexpr int most_tries = 5;

std::uint64_t unix_ns(WallTime time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

/// Where a signal goes: its own address as it is, else the common one and the signal's path behind it. Empty = nowhere.
std::string address_of(const std::string& own, const std::string& base, std::string_view path) {
  if (!own.empty() || base.empty()) return own;
  return base + (base.ends_with('/') ? "" : "/") + std::string(path);
}

std::string traces_address(const config::Settings& settings) {
  if (settings.otlp_disabled || settings.otlp_no_traces) return {};
  return address_of(settings.otlp_traces_endpoint, settings.otlp_endpoint, "v1/traces");
}

std::string metrics_address(const config::Settings& settings) {
  if (settings.otlp_disabled || settings.otlp_no_metrics) return {};
  return address_of(settings.otlp_metrics_endpoint, settings.otlp_endpoint, "v1/metrics");
}

std::vector<http::Header> headers_of(const config::Settings& settings) {
  std::vector<http::Header> headers{{"content-type", settings.otlp_protobuf ? "application/x-protobuf" : "application/json"},
                                    {"user-agent", "omniroute OTLP exporter"}};
  const std::string_view all = settings.otlp_headers.reveal();
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find(',', at), all.size());
    const std::string_view pair = all.substr(at, end - at);
    const std::size_t equals = pair.find('=');
    at = end + 1;
    if (equals == std::string_view::npos) continue;
    std::string value = http::percent_decode(pair.substr(equals + 1));
    if (value.find_first_of("\r\n") == std::string::npos) headers.push_back({std::string(pair.substr(0, equals)), std::move(value)});
  }
  return headers;
}

/// How an export ended.
struct Ending {
  bool taken = false;
  bool again = false;  ///< may work later
  milliseconds wait{0};
  std::string words;  ///< of a failure
  std::string answer;
};

bool may_work_later(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

/// Spans that a collector says it did not take, though it answered 200.
std::uint64_t rejected(const std::string& answer) {
  const nlohmann::json json = nlohmann::json::parse(answer, nullptr, false);
  if (!json.is_object() || !json.contains("partialSuccess") || !json["partialSuccess"].is_object()) return 0;
  const nlohmann::json& number = json["partialSuccess"].value("rejectedSpans", nlohmann::json(0));
  if (number.is_number_unsigned()) return number.get<std::uint64_t>();
  return number.is_string() ? std::strtoull(number.get<std::string>().c_str(), nullptr, 10) : 0;
}

}  // namespace

struct Otlp::State {
  State(config::Publisher& its_publisher, const Clock& its_clock, std::string_view its_version)
      : publisher(its_publisher), clock(its_clock), version(its_version), began(its_clock.wall_now()) {}

  Task<Ending> send(http::Client& client, const config::Settings& settings, std::string address, std::string body, milliseconds patience);
  Task<bool> export_spans(http::Client& client, milliseconds patience);
  Task<void> export_metrics(http::Client& client, milliseconds patience);
  std::vector<Span> take_batch();
  void failed(const Ending& ending);
  void drop(std::size_t spans) {
    const std::lock_guard lock(mutex);
    counters.spans_dropped += spans;
  }

  config::Publisher& publisher;
  const Clock& clock;
  const std::string_view version;
  const WallTime began;

  mutable std::mutex mutex;  // of what stands up to the blank line
  std::deque<std::vector<Span>> waiting;
  std::size_t spans_waiting = 0;
  otlp::Meters meters;
  Counters counters;
  Tick oldest;

  // The worker's own.
  std::vector<Span> batch;  // under way, or to be tried again
  int tries = 0;
  Tick not_before;
  milliseconds pause = first_pause;
  Tick metrics_due;
  bool exporting = false;
  bool troubled = false;
};

Otlp::Otlp(config::Publisher& publisher, const Clock& clock, std::string_view version)
    : state_(std::make_unique<State>(publisher, clock, version)) {}

Otlp::~Otlp() = default;

bool Otlp::listens(const config::Settings& settings) const noexcept {
  const bool somewhere =
      !settings.otlp_endpoint.empty() || !settings.otlp_traces_endpoint.empty() || !settings.otlp_metrics_endpoint.empty();
  return somewhere && !settings.otlp_disabled;
}

void Otlp::hear(pipeline::RequestStory story) {
  const std::shared_ptr<const config::Snapshot> snapshot = state_->publisher.current();
  const config::Settings& settings = snapshot->settings();
  std::vector<Span> spans;
  if (!traces_address(settings).empty()) spans = otlp::spans_of(story, settings);
  const std::lock_guard lock(state_->mutex);
  if (!metrics_address(settings).empty()) state_->meters.take(story);
  if (spans.empty()) return;
  if (state_->waiting.size() >= static_cast<std::size_t>(settings.otlp_queue)) {
    state_->counters.spans_dropped += spans.size();
    return;
  }
  if (state_->waiting.empty()) state_->oldest = state_->clock.now();
  state_->spans_waiting += spans.size();
  state_->waiting.push_back(std::move(spans));
}

Otlp::Counters Otlp::counters() const {
  const std::lock_guard lock(state_->mutex);
  Counters counters = state_->counters;
  counters.waiting = state_->spans_waiting;
  return counters;
}

std::vector<Span> Otlp::State::take_batch() {
  const std::lock_guard lock(mutex);
  std::vector<Span> taken;
  while (!waiting.empty() && (taken.empty() || taken.size() + waiting.front().size() <= batch_most)) {
    std::vector<Span>& first = waiting.front();
    spans_waiting -= first.size();
    std::move(first.begin(), first.end(), std::back_inserter(taken));
    waiting.pop_front();
  }
  oldest = clock.now();
  return taken;
}

Task<Ending> Otlp::State::send(http::Client& client, const config::Settings& settings, std::string address, std::string body,
                               milliseconds patience) {
  Ending ending;
  Result<http::Url> url = http::Url::parse(address);
  if (!url) {
    ending.words = url.error().message;
    co_return ending;
  }
  http::Outgoing outgoing;
  outgoing.endpoint = url->endpoint("");
  outgoing.target = url->target;
  outgoing.headers = headers_of(settings);
  outgoing.body.push_back(body);
  const Secret& proxy_url = settings.proxy_for(url->tls, url->host, url->port);
  if (!proxy_url.empty()) {
    Result<net::Proxy> proxy = net::Proxy::parse(proxy_url.reveal());
    if (proxy) outgoing.proxy = *std::move(proxy);
  }
  http::Timeouts timeouts;
  timeouts.total = patience;
  timeouts.connect = std::min(timeouts.connect, patience);
  http::CancelHandle cancel;
  Result<std::unique_ptr<http::Incoming>> sent = co_await client.send(outgoing, timeouts, cancel);
  if (!sent) {
    ending.again = true;
    ending.words = sent.error().message;
    co_return ending;
  }
  const int status = (*sent)->status();
  ending.taken = status >= 200 && status <= 299;
  ending.again = may_work_later(status);
  if (!ending.taken) ending.words = "The collector answered with status " + std::to_string(status) + ".";
  const std::string_view after = (*sent)->header("retry-after");
  if (ending.again && !after.empty()) ending.wait = std::min(longest_pause, milliseconds(1000 * std::atoll(std::string(after).c_str())));
  Result<std::string> answer = co_await (*sent)->read_all(largest_answer);
  if (answer) ending.answer = *std::move(answer);
  co_return ending;
}

void Otlp::State::failed(const Ending& ending) {
  {
    const std::lock_guard lock(mutex);
    ++counters.failures;
  }
  if (!std::exchange(troubled, true)) log::warn("traces and metrics cannot be exported: {}", ending.words);
}

Task<bool> Otlp::State::export_spans(http::Client& client, milliseconds patience) {
  const std::shared_ptr<const config::Snapshot> snapshot = publisher.current();
  const config::Settings& settings = snapshot->settings();
  if (batch.empty()) {
    batch = take_batch();
    tries = 0;
  }
  if (batch.empty()) co_return false;
  std::string address = traces_address(settings);
  if (address.empty()) {  // switched off while they waited
    batch.clear();
    co_return false;
  }
  const otlp::Resource resource = otlp::resource_of(settings, version);
  std::string body = settings.otlp_protobuf ? otlp::traces_protobuf(resource, batch) : otlp::traces_json(resource, batch);
  const Ending ending = co_await send(client, settings, std::move(address), std::move(body), patience);
  if (ending.taken) {
    const std::uint64_t lost = settings.otlp_protobuf ? 0 : std::min<std::uint64_t>(rejected(ending.answer), batch.size());
    {
      const std::lock_guard lock(mutex);
      counters.spans_exported += batch.size() - lost;
      counters.spans_dropped += lost;
    }
    batch.clear();
    pause = first_pause;
    if (std::exchange(troubled, false)) log::info("traces and metrics are exported again");
    co_return true;
  }
  failed(ending);
  if (!ending.again || ++tries >= most_tries) {
    drop(batch.size());
    batch.clear();
  }
  not_before = clock.now() + std::max(ending.wait, pause);
  pause = std::min(2 * pause, longest_pause);
  co_return false;
}

Task<void> Otlp::State::export_metrics(http::Client& client, milliseconds patience) {
  const std::shared_ptr<const config::Snapshot> snapshot = publisher.current();
  const config::Settings& settings = snapshot->settings();
  std::string address = metrics_address(settings);
  if (address.empty()) co_return;
  std::vector<otlp::Metric> metrics;
  {
    const std::lock_guard lock(mutex);
    metrics = meters.read();
  }
  if (metrics.empty()) co_return;
  const otlp::Resource resource = otlp::resource_of(settings, version);
  const otlp::Period period{unix_ns(began), unix_ns(clock.wall_now())};
  std::string body =
      settings.otlp_protobuf ? otlp::metrics_protobuf(resource, metrics, period) : otlp::metrics_json(resource, metrics, period);
  const Ending ending = co_await send(client, settings, std::move(address), std::move(body), patience);
  if (!ending.taken) failed(ending);  // they add up: the next export says all
}

Task<void> Otlp::keep(net::Worker& worker, http::Client& client) {
  State& state = *state_;
  state.metrics_due = worker.clock().now();
  for (;;) {
    const Tick next = worker.clock().now() + look;
    co_await worker.sleep_until(next);
    const Tick now = worker.clock().now();
    if (now < next) co_return;
    const std::shared_ptr<const config::Snapshot> snapshot = state.publisher.current();
    const config::Settings& settings = snapshot->settings();
    if (!listens(settings) && state.batch.empty() && counters().waiting == 0) continue;
    bool due = !state.batch.empty();
    {
      const std::lock_guard lock(state.mutex);
      if (!state.waiting.empty() && (state.spans_waiting >= batch_most || now - state.oldest >= settings.otlp_traces_every)) due = true;
    }
    state.exporting = true;
    while (due && now >= state.not_before) due = co_await state.export_spans(client, settings.otlp_timeout);
    if (now >= state.metrics_due) {
      state.metrics_due = now + settings.otlp_metrics_every;
      co_await state.export_metrics(client, settings.otlp_timeout);
    }
    state.exporting = false;
  }
}

Task<void> Otlp::flush(net::Worker& worker, http::Client& client, milliseconds patience) {
  State& state = *state_;
  const Tick end = worker.clock().now() + patience;
  while (state.exporting && worker.clock().now() < end) co_await worker.sleep_until(std::min(end, worker.clock().now() + milliseconds(10)));
  bool more = true;
  while (more && worker.clock().now() < end) more = co_await state.export_spans(client, patience);
  if (worker.clock().now() < end) co_await state.export_metrics(client, patience);
  if (const std::size_t left = counters().waiting + state.batch.size(); left > 0)
    log::warn("spans not exported at shutdown: spans={}", left);
}

}  // namespace omniroute::services
