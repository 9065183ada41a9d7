#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/log.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/config/environment.hpp"
#include "omniroute/domain/combo.hpp"

namespace omniroute::config {

/// Who is kept out by address. `deny`: all but the denied come in; `allow`: only the allowed; `allow_first`: the denied stay out
/// unless they are allowed, too. Loopback always comes in.
enum class IpFilterMode : std::uint8_t { off, deny, allow, allow_first };

/// Which requests are traced (OpenTelemetry, OTEL_TRACES_SAMPLER): all, none, or a share; with `parent_…` the caller's own decision goes
/// before that.
enum class TraceSampler : std::uint8_t { on, off, ratio, parent_on, parent_off, parent_ratio };

/// What the owner may choose, with effect at once. Defaults, bounds, names and help stand in one table (settings.cpp).
struct Settings {
  std::chrono::milliseconds connect_timeout{};      ///< name, TCP, proxy and TLS together
  std::chrono::milliseconds first_byte_timeout{};   ///< streaming request sent -> head of the answer
  std::chrono::milliseconds stream_idle_timeout{};  ///< silence inside a stream; 0 = no limit
  std::chrono::milliseconds fetch_timeout{};        ///< a request that does not stream: sent -> whole answer; 0 = no limit
  std::chrono::milliseconds total_timeout{};        ///< any request with all its attempts; 0 = no limit
  std::chrono::milliseconds shutdown_timeout{};     ///< how long streams may finish after SIGTERM
  std::chrono::milliseconds heartbeat{};            ///< pause after which a silent stream gets a sign of life; 0 = none
  std::int64_t max_body_bytes = 0;                  ///< of a JSON request
  bool require_api_key = true;                      ///< false counts only while we listen on loopback alone
  std::vector<std::string> cors_origins;            ///< exact origins, or the one entry "*"; empty = no page may read answers
  std::vector<std::string> public_urls;  ///< addresses by which pages may reach us besides localhost: "https://gateway.example.com"
  Secret http_proxy;                     ///< egress proxy for http:// upstreams
  Secret https_proxy;                    ///< … for https://
  Secret all_proxy;                      ///< … where the two above are empty
  std::vector<std::string> no_proxy;     ///< "*", host, host:port, ".suffix"
  log::Level log_level = log::Level::info;
  bool log_json = false;
  std::vector<std::string> trusted_proxies;  ///< address ranges whose X-Forwarded-* headers are believed
  IpFilterMode ip_filter = IpFilterMode::off;
  std::vector<std::string> ip_deny;   ///< address ranges
  std::vector<std::string> ip_allow;  ///< address ranges
  std::int64_t budget_warning_percent = 0;
  std::int64_t backup_interval_hours = 0;  ///< 0 = no scheduled backups
  std::int64_t backup_keep = 0;
  std::int64_t log_retention_days = 0;
  std::int64_t disk_limit_mb = 0;
  bool request_logs = false;             ///< bodies are recorded
  bool request_log_errors_only = false;  ///< … of requests that failed
  std::int64_t request_log_bytes = 0;    ///< of each body
  std::int64_t request_log_hours = 0;

  bool otlp_disabled = false;         ///< nothing is exported, whatever the rest says
  std::string otlp_endpoint;          ///< base address of an OpenTelemetry collector; empty = none
  std::string otlp_traces_endpoint;   ///< the whole address for traces in its place
  std::string otlp_metrics_endpoint;  ///< … for metrics
  Secret otlp_headers;                ///< "name=value,name=value", percent-encoded
  bool otlp_protobuf = false;         ///< protobuf bodies in place of JSON
  bool otlp_no_traces = false;
  bool otlp_no_metrics = false;
  TraceSampler otlp_sampler = TraceSampler::parent_on;
  std::string otlp_sampler_arg;  ///< the share, "0.25"; empty = all
  std::string otlp_service_name;
  std::vector<std::string> otlp_resource;         ///< "name=value", percent-encoded
  std::chrono::milliseconds otlp_timeout{};       ///< of one export
  std::chrono::milliseconds otlp_traces_every{};  ///< longest time that a span waits for company
  std::chrono::milliseconds otlp_metrics_every{};
  std::int64_t otlp_queue = 0;  ///< spans' requests that may wait; what is above is counted and left out

  domain::Strategy fallback_strategy = domain::Strategy::fill_first;  ///< orders the accounts of a provider
  std::int64_t sticky_round_robin_limit = 0;                          ///< requests an account serves before the next one's turn
  std::chrono::milliseconds oauth_transient_cooldown{};               ///< product-spec.md e.6, the profile of accounts that log in
  std::chrono::milliseconds oauth_rate_limit_cooldown{};
  std::int64_t oauth_max_backoff_level = 0;
  std::int64_t oauth_breaker_threshold = 0;
  std::chrono::milliseconds oauth_breaker_reset{};
  std::chrono::milliseconds apikey_transient_cooldown{};  ///< the profile of all others
  std::chrono::milliseconds apikey_rate_limit_cooldown{};
  std::int64_t apikey_max_backoff_level = 0;
  std::int64_t apikey_breaker_threshold = 0;
  std::chrono::milliseconds apikey_breaker_reset{};
  std::int64_t rate_limit_per_minute = 0;  ///< of each account with rate-limit protection
  std::chrono::milliseconds rate_limit_min_gap{};
  std::int64_t rate_limit_concurrency = 0;
  bool warm_up = true;                           ///< cold accounts are asked by few at first
  std::chrono::milliseconds cooldown_ceiling{};  ///< no cooldown is longer, whatever a provider says; 0 = unbounded

  /// The defaults.
  Settings();
  /// The proxy URL for an upstream, or an empty one for a direct connection. Loopback addresses are always direct.
  [[nodiscard]] const Secret& proxy_for(bool tls, std::string_view host, std::uint16_t port) const;
};

enum class SettingKind : std::uint8_t { milliseconds, bytes, count, boolean, list, secret_url, choice, money, text, secret_text };
/// Kept sealed, and never shown whole.
constexpr bool is_secret(SettingKind kind) noexcept { return kind == SettingKind::secret_url || kind == SettingKind::secret_text; }

/// A row of the table, for the API, the command line and the docs.
struct SettingInfo {
  std::string_view key;  ///< "stream_idle_timeout_ms"
  SettingKind kind;
  std::string_view environment;  ///< names of variables that override it, the first that is set wins: "CORS_ORIGINS CORS_ORIGIN"
  std::string_view help;
  std::string_view fallback;  ///< the default, as text
  std::int64_t least = 0;     ///< bounds of numbers
  std::int64_t most = 0;
  std::string_view choices;  ///< words of a choice, separated by spaces
};
std::span<const SettingInfo> setting_table() noexcept;

/// US dollars as billionths: "12.5" is 12'500'000'000. Nothing for what is no plain amount, or finer than that.
std::optional<std::int64_t> parse_money(std::string_view text) noexcept;
/// The other way: "12.5". Not for negative amounts.
std::string money_text(std::int64_t nano);
inline constexpr std::int64_t nano_per_dollar = 1'000'000'000;

const SettingInfo* find_setting(std::string_view key) noexcept;

enum class SettingSource : std::uint8_t { fallback, stored, environment };
std::string_view to_string(SettingSource source) noexcept;

/// Sets one member from JSON text (as stored and as the API gets it). Errors: bad_request, `param` = the key.
Status set_from_json(Settings& settings, std::string_view key, std::string_view json);
/// Sets one member from plain text, as variables and the command line have it.
Status set_from_text(Settings& settings, std::string_view key, std::string_view text);
/// The present value as JSON text. A secret shows only whether it is set, and its host.
std::string to_json(const Settings& settings, std::string_view key);
/// Applies the variables that override settings; `overridden` gets their keys. The error names the variable.
Status apply_environment(Settings& settings, const Environment& environment, std::vector<std::string>& overridden);

}  // namespace omniroute::config
