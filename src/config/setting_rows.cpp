#include "setting_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "omniroute/http/url.hpp"
#include "omniroute/net/address.hpp"

namespace omniroute::config {
namespace {

using Kind = SettingKind;

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

std::string fault_of_url(std::string_view entry) {
  const Result<http::Url> url = http::Url::parse(entry);
  return url ? std::string() : "has the entry '" + std::string(entry) + "', which is no http or https address";
}

/// An origin is a URL without a path (RFC 6454); "null" is what pages without one send and may never be let in.
std::string fault_of_origin(std::string_view entry) {
  if (entry == "*") return {};
  const Result<http::Url> url = http::Url::parse(entry);
  if (url && entry.find('/', entry.find("://") + 3) == std::string_view::npos && url->target == "/") return {};
  return "has the entry '" + std::string(entry) + "', which is no origin such as https://app.example.com";
}

std::string fault_of_host(std::string_view entry) {
  const bool fine = entry.find_first_of(" \t/@") == std::string_view::npos;
  return fine ? std::string() : "has the entry '" + std::string(entry) + "', which is no host, host:port or .suffix";
}

std::string fault_of_range(std::string_view entry) {
  const bool fine = net::AddressRange::parse(entry).has_value();
  return fine ? std::string()
              : "has the entry '" + std::string(entry) + "', which is no address such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32";
}

std::string fault_of_endpoint(std::string_view text) {
  const Result<http::Url> url = http::Url::parse(text);
  if (!url) return "is no http or https address such as http://127.0.0.1:4318";
  return url->target.find('?') == std::string::npos ? std::string() : "may have no query";
}

/// "name=value", W3C Baggage without its properties; the value may be percent-encoded.
std::string fault_of_pair(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  const bool fine = equals != 0 && equals != std::string_view::npos && entry.find_first_of(";\r\n") == std::string_view::npos;
  return fine ? std::string() : "has an entry that is not name=value";
}

std::string fault_of_pairs(std::string_view text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (std::string fault = fault_of_pair(text.substr(at, end - at)); !fault.empty()) return fault;
    at = end + 1;
  }
  return {};
}

std::string fault_of_share(std::string_view text) {
  double share = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), share);
  const bool fine = failure == std::errc() && end == text.data() + text.size() && share >= 0 && share <= 1;
  return fine ? std::string() : "must be a share from 0 to 1";
}

// To add a setting: a member of Settings and a row here.
// key, kind, environment, help, default, least, most, choices; member
constexpr std::array rows{
    SettingRow{{"connect_timeout_ms", Kind::milliseconds, "CONNECT_TIMEOUT_MS",
                "How long connecting to a provider may take: name, TCP, proxy and TLS together.", "10000", 100, hour_ms, ""},
               &Settings::connect_timeout},
    SettingRow{{"first_byte_timeout_ms", Kind::milliseconds, "FIRST_BYTE_TIMEOUT_MS",
                "How long a provider may take to begin a streamed answer; 0 = no limit.", "120000", 0, day_ms, ""},
               &Settings::first_byte_timeout},
    SettingRow{{"stream_idle_timeout_ms", Kind::milliseconds, "STREAM_IDLE_TIMEOUT_MS",
                "The longest silence inside a stream; 0 = no limit.", "60000", 0, day_ms, ""},
               &Settings::stream_idle_timeout},
    SettingRow{{"fetch_timeout_ms", Kind::milliseconds, "FETCH_TIMEOUT_MS",
                "How long a provider may take for an answer that is not streamed; 0 = no limit.", "120000", 0, day_ms, ""},
               &Settings::fetch_timeout},
    SettingRow{{"total_timeout_ms", Kind::milliseconds, "TOTAL_TIMEOUT_MS",
                "How long a request may take with all its attempts; 0 = no limit.", "0", 0, day_ms, ""},
               &Settings::total_timeout},
    SettingRow{{"shutdown_timeout_ms", Kind::milliseconds, "SHUTDOWN_TIMEOUT_MS",
                "How long running requests may finish when the gateway stops.", "30000", 0, hour_ms, ""},
               &Settings::shutdown_timeout},
    SettingRow{
        {"heartbeat_ms", Kind::milliseconds, "HEARTBEAT_MS",
         "After such a silence of the provider a stream gets a sign of life that clients ignore; 0 = none.", "15000", 0, hour_ms, ""},
        &Settings::heartbeat},
    SettingRow{
        {"max_body_bytes", Kind::bytes, "MAX_BODY_SIZE_BYTES", "The largest JSON request that is taken.", "33554432", 1024, 1 << 30, ""},
        &Settings::max_body_bytes},
    SettingRow{{"require_api_key", Kind::boolean, "REQUIRE_API_KEY",
                "Whether inference needs a key. Off counts only while the gateway listens on loopback alone.", "true", 0, 1, ""},
               &Settings::require_api_key},
    SettingRow{{"cors_origins", Kind::list, "CORS_ORIGINS CORS_ORIGIN", "Origins of web pages that may read answers, or * for all.", "", 0,
                100, ""},
               &Settings::cors_origins,
               fault_of_origin},
    SettingRow{{"public_urls", Kind::list, "PUBLIC_URLS BASE_URL",
                "Addresses by which browsers may reach the gateway besides localhost, for use behind a reverse proxy.", "", 0, 100, ""},
               &Settings::public_urls,
               fault_of_url},
    SettingRow{{"http_proxy", Kind::secret_url, "HTTP_PROXY http_proxy",
                "Egress proxy for http:// upstreams (http, https, socks5, socks5h).", "", 0, 2000, ""},
               &Settings::http_proxy},
    SettingRow{{"https_proxy", Kind::secret_url, "HTTPS_PROXY https_proxy", "Egress proxy for https:// upstreams.", "", 0, 2000, ""},
               &Settings::https_proxy},
    SettingRow{{"all_proxy", Kind::secret_url, "ALL_PROXY all_proxy", "Egress proxy where the two above are not set.", "", 0, 2000, ""},
               &Settings::all_proxy},
    SettingRow{{"no_proxy", Kind::list, "NO_PROXY no_proxy", "Hosts that are reached directly: *, host, host:port, or a .suffix.", "", 0,
                1000, ""},
               &Settings::no_proxy,
               fault_of_host},
    SettingRow{{"log_level", Kind::choice, "LOG_LEVEL", "The least important lines that are logged.", "info", 0, 0,
                "trace debug info warn error off"},
               &Settings::log_level},
    SettingRow{{"log_format", Kind::choice, "LOG_FORMAT", "How log lines look.", "text", 0, 0, "text json"}, &Settings::log_json},
    SettingRow{{"fallback_strategy", Kind::choice, "FALLBACK_STRATEGY", "How the accounts of a provider are ordered.", "fill-first", 0, 0,
                "fill-first weighted round-robin p2c random least-used cost-optimized"},
               &Settings::fallback_strategy},
    SettingRow{{"sticky_round_robin_limit", Kind::count, "STICKY_ROUND_ROBIN_LIMIT",
                "With round-robin: how many requests an account serves before the next one's turn.", "3", 0, 1000, ""},
               &Settings::sticky_round_robin_limit},
    SettingRow{{"oauth_transient_cooldown_ms", Kind::milliseconds, "OAUTH_TRANSIENT_COOLDOWN_MS",
                "Accounts that log in: the first rest after a server error; it doubles with each level.", "5000", 0, hour_ms, ""},
               &Settings::oauth_transient_cooldown},
    SettingRow{{"oauth_rate_limit_cooldown_ms", Kind::milliseconds, "OAUTH_RATE_LIMIT_COOLDOWN_MS",
                "Accounts that log in: the shortest rest after a 429.", "60000", 0, day_ms, ""},
               &Settings::oauth_rate_limit_cooldown},
    SettingRow{{"oauth_max_backoff_level", Kind::count, "OAUTH_MAX_BACKOFF_LEVEL", "Accounts that log in: how often the rest doubles.", "8",
                0, 30, ""},
               &Settings::oauth_max_backoff_level},
    SettingRow{{"oauth_breaker_threshold", Kind::count, "OAUTH_BREAKER_THRESHOLD",
                "Accounts that log in: failures in a row that open a breaker.", "3", 1, 1000, ""},
               &Settings::oauth_breaker_threshold},
    SettingRow{{"oauth_breaker_reset_ms", Kind::milliseconds, "OAUTH_BREAKER_RESET_MS",
                "Accounts that log in: how long an open breaker waits for its probe.", "60000", 0, day_ms, ""},
               &Settings::oauth_breaker_reset},
    SettingRow{{"apikey_transient_cooldown_ms", Kind::milliseconds, "APIKEY_TRANSIENT_COOLDOWN_MS",
                "Accounts with a key, and nodes: the first rest after a server error; it doubles with each level.", "3000", 0, hour_ms, ""},
               &Settings::apikey_transient_cooldown},
    SettingRow{{"apikey_rate_limit_cooldown_ms", Kind::milliseconds, "APIKEY_RATE_LIMIT_COOLDOWN_MS",
                "Accounts with a key, and nodes: the shortest rest after a 429; 0 = what the provider says.", "0", 0, day_ms, ""},
               &Settings::apikey_rate_limit_cooldown},
    SettingRow{{"apikey_max_backoff_level", Kind::count, "APIKEY_MAX_BACKOFF_LEVEL",
                "Accounts with a key, and nodes: how often the rest doubles.", "5", 0, 30, ""},
               &Settings::apikey_max_backoff_level},
    SettingRow{{"apikey_breaker_threshold", Kind::count, "APIKEY_BREAKER_THRESHOLD",
                "Accounts with a key, and nodes: failures in a row that open a breaker.", "5", 1, 1000, ""},
               &Settings::apikey_breaker_threshold},
    SettingRow{{"apikey_breaker_reset_ms", Kind::milliseconds, "APIKEY_BREAKER_RESET_MS",
                "Accounts with a key, and nodes: how long an open breaker waits for its probe.", "30000", 0, day_ms, ""},
               &Settings::apikey_breaker_reset},
    SettingRow{{"rate_limit_per_minute", Kind::count, "RATE_LIMIT_PER_MINUTE",
                "Requests a minute of an account with rate-limit protection.", "100", 1, 1'000'000, ""},
               &Settings::rate_limit_per_minute},
    SettingRow{{"rate_limit_min_gap_ms", Kind::milliseconds, "RATE_LIMIT_MIN_GAP_MS",
                "The least time between two requests of such an account.", "200", 0, hour_ms, ""},
               &Settings::rate_limit_min_gap},
    SettingRow{
        {"rate_limit_concurrency", Kind::count, "RATE_LIMIT_CONCURRENCY", "Requests at once of such an account.", "10", 1, 100'000, ""},
        &Settings::rate_limit_concurrency},
    SettingRow{
        {"warm_up", Kind::boolean, "WARM_UP", "Whether an account that was not asked for long is asked by few at first.", "true", 0, 1, ""},
        &Settings::warm_up},
    SettingRow{{"cooldown_ceiling_ms", Kind::milliseconds, "COOLDOWN_CEILING_MS",
                "The longest rest of an account, whatever its provider says; 0 = unbounded.", "3600000", 0, 31 * day_ms, ""},
               &Settings::cooldown_ceiling},
    SettingRow{{"trusted_proxies", Kind::list, "TRUSTED_PROXIES",
                "Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: address, CIDR or 10.0.*.*.", "", 0,
                100, ""},
               &Settings::trusted_proxies,
               fault_of_range},
    SettingRow{{"ip_filter", Kind::choice, "IP_FILTER",
                "Who is kept out by address: off; blacklist = the denied; whitelist = all but the allowed; whitelist-priority = the denied "
                "unless they are allowed, too. This machine itself always comes in.",
                "off", 0, 0, "off blacklist whitelist whitelist-priority"},
               &Settings::ip_filter},
    SettingRow{{"ip_deny", Kind::list, "IP_DENY", "Addresses that are kept out: address, CIDR or 10.0.*.*.", "", 0, 1000, ""},
               &Settings::ip_deny,
               fault_of_range},
    SettingRow{{"ip_allow", Kind::list, "IP_ALLOW", "Addresses that are let in: address, CIDR or 10.0.*.*.", "", 0, 1000, ""},
               &Settings::ip_allow,
               fault_of_range},
    SettingRow{{"budget_warning_percent", Kind::count, "BUDGET_WARNING_PERCENT",
                "How much of a budget may be spent before the log and the budget's page warn.", "80", 1, 100, ""},
               &Settings::budget_warning_percent},
    SettingRow{{"backup_interval_hours", Kind::count, "BACKUP_INTERVAL_HOURS",
                "How often a copy of the configuration goes to db_backups; 0 = only by hand and before migrations.", "24", 0, 8760, ""},
               &Settings::backup_interval_hours},
    SettingRow{{"backup_keep", Kind::count, "BACKUP_KEEP", "How many scheduled copies are kept.", "20", 1, 1000, ""},
               &Settings::backup_keep},
    SettingRow{{"log_retention_days", Kind::count, "LOG_RETENTION_DAYS",
                "How long records of requests are kept; those of the audit log twice as long.", "90", 1, 3650, ""},
               &Settings::log_retention_days},
    SettingRow{{"request_logs", Kind::boolean, "ENABLE_REQUEST_LOGS",
                "Whether what requests and answers say is recorded, with secrets masked. A key can have it by itself.", "false", 0, 1, ""},
               &Settings::request_logs},
    SettingRow{
        {"request_log_errors_only", Kind::boolean, "REQUEST_LOG_ERRORS_ONLY",
         "Whether of that only requests that failed leave a record. A key that has its own switch has this one, too.", "false", 0, 1, ""},
        &Settings::request_log_errors_only},
    SettingRow{
        {"request_log_bytes", Kind::bytes, "REQUEST_LOG_BYTES", "How much of each body such a record keeps.", "65536", 1024, 4 << 20, ""},
        &Settings::request_log_bytes},
    SettingRow{{"request_log_hours", Kind::count, "REQUEST_LOG_HOURS",
                "How long such records are kept; they are the first to go when the disk limit is reached.", "24", 1, 8760, ""},
               &Settings::request_log_hours},
    SettingRow{{"otlp_endpoint", Kind::text, "OTEL_EXPORTER_OTLP_ENDPOINT",
                "Address of an OpenTelemetry collector (OTLP over HTTP); v1/traces and v1/metrics are put behind it. Empty = no export.",
                "", 0, 2000, ""},
               &Settings::otlp_endpoint,
               fault_of_endpoint},
    SettingRow{{"otlp_traces_endpoint", Kind::text, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "The whole address for traces, where it is another one.", "", 0, 2000, ""},
               &Settings::otlp_traces_endpoint,
               fault_of_endpoint},
    SettingRow{{"otlp_metrics_endpoint", Kind::text, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
                "The whole address for metrics, where it is another one.", "", 0, 2000, ""},
               &Settings::otlp_metrics_endpoint,
               fault_of_endpoint},
    SettingRow{{"otlp_headers", Kind::secret_text, "OTEL_EXPORTER_OTLP_HEADERS",
                "Headers for the collector: name=value, separated by commas, values percent-encoded.", "", 0, 4000, ""},
               &Settings::otlp_headers,
               fault_of_pairs},
    SettingRow{{"otlp_protocol", Kind::choice, "OTEL_EXPORTER_OTLP_PROTOCOL", "How exported data look.", "http/json", 0, 0,
                "http/json http/protobuf"},
               &Settings::otlp_protobuf},
    SettingRow{
        {"otlp_traces", Kind::choice, "OTEL_TRACES_EXPORTER", "Whether traces are exported: otlp or none.", "otlp", 0, 0, "otlp none"},
        &Settings::otlp_no_traces},
    SettingRow{
        {"otlp_metrics", Kind::choice, "OTEL_METRICS_EXPORTER", "Whether metrics are exported: otlp or none.", "otlp", 0, 0, "otlp none"},
        &Settings::otlp_no_metrics},
    SettingRow{{"otlp_sampler", Kind::choice, "OTEL_TRACES_SAMPLER",
                "Which requests are traced; with parentbased_ the caller's own decision goes before.", "parentbased_always_on", 0, 0,
                "always_on always_off traceidratio parentbased_always_on parentbased_always_off parentbased_traceidratio"},
               &Settings::otlp_sampler},
    SettingRow{
        {"otlp_sampler_arg", Kind::text, "OTEL_TRACES_SAMPLER_ARG", "The share of traceidratio, from 0 to 1; empty = 1.", "", 0, 32, ""},
        &Settings::otlp_sampler_arg,
        fault_of_share},
    SettingRow{{"otlp_service_name", Kind::text, "OTEL_SERVICE_NAME", "What this gateway is called in traces and metrics.", "omniroute", 0,
                200, ""},
               &Settings::otlp_service_name},
    SettingRow{{"otlp_resource_attributes", Kind::list, "OTEL_RESOURCE_ATTRIBUTES",
                "What else is said of this gateway there: name=value, values percent-encoded.", "", 0, 100, ""},
               &Settings::otlp_resource,
               fault_of_pair},
    SettingRow{
        {"otlp_timeout_ms", Kind::milliseconds, "OTEL_EXPORTER_OTLP_TIMEOUT", "How long one export may take.", "10000", 100, 60'000, ""},
        &Settings::otlp_timeout},
    SettingRow{{"otlp_traces_every_ms", Kind::milliseconds, "OTEL_BSP_SCHEDULE_DELAY", "The longest time that a span waits for its export.",
                "5000", 100, hour_ms, ""},
               &Settings::otlp_traces_every},
    SettingRow{{"otlp_metrics_every_ms", Kind::milliseconds, "OTEL_METRIC_EXPORT_INTERVAL", "How often metrics are exported.", "60000", 100,
                hour_ms, ""},
               &Settings::otlp_metrics_every},
    SettingRow{{"otlp_queue", Kind::count, "OTEL_BSP_MAX_QUEUE_SIZE",
                "How many traced requests may wait for export; what is above that is left out and counted.", "2048", 1, 65'536, ""},
               &Settings::otlp_queue},
    SettingRow{{"otlp_disabled", Kind::boolean, "OTEL_SDK_DISABLED", "Nothing is exported, whatever the rest says.", "false", 0, 1, ""},
               &Settings::otlp_disabled},
    SettingRow{{"disk_limit_mb", Kind::count, "DISK_LIMIT_MB SQLITE_MAX_SIZE_MB",
                "How much the data directory may hold: the oldest records of requests go before it holds more.", "2048", 16, 1 << 20, ""},
               &Settings::disk_limit_mb},
};

}  // namespace

std::span<const SettingRow> setting_rows() noexcept { return rows; }

const SettingRow* find_setting_row(std::string_view key) noexcept {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const SettingRow& row) { return row.info.key == key; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace omniroute::config
