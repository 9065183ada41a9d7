// The failure table, as data (failure.hpp says what its columns mean).
#include "omniroute/resilience/failure.hpp"

namespace omniroute::resilience {
namespace {

using std::chrono::seconds;
using K = ErrorKind;
using P = Phase;
using O = Origin;
using C = FailureClass;
using S = Statuses;

// Words of providers, lower case. Sources: product-spec.md e.6; the vendors' error pages; messages users of gateways report.
constexpr std::string_view context_words =
    "context_length_exceeded|context length|context_length|maximum context|context window|prompt is too long|"
    "input is too long|too many input tokens|input token count|exceeds the maximum number of tokens|reduce the length|"
    "max_prompt_tokens|prompt too long";
constexpr std::string_view filter_words =
    "content_filter|content_policy|content policy|content management policy|content filtering|safety system|safety settings|"
    "prohibited_content|data_inspection_failed|inappropriate content|flagged as|moderation|usage policies";
constexpr std::string_view payment_words =
    "credit balance is too low|insufficient balance|insufficient_balance|insufficient credits|insufficient_credits|"
    "billing_error|billing_hard_limit|billing hard limit|billing_not_active|payment required|payment_required|"
    "not enough credit|out of credits|in arrears|account is not active|overdue";
constexpr std::string_view quota_words =
    "insufficient_quota|exceeded your current quota|quota exceeded|quota_exceeded|quota exhausted|quota_exhausted|"
    "exhausted your|usage limit|usage_limit_reached|usage_limit_exceeded|out of quota|quota has been|daily limit|"
    "weekly limit|monthly limit|per day|per month|perday|free tier limit|5-hour limit|session limit|limit will reset";
constexpr std::string_view rate_words =
    "rate limit|rate_limit|ratelimit|too many requests|too_many_requests|requests per min|tokens per min|throttl|"
    "concurrency limit|slow down|resource_exhausted|resource exhausted";
constexpr std::string_view capacity_words = "overloaded|capacity|engine_overloaded|temporarily unavailable|server is busy|system is busy";
constexpr std::string_view state_words = "previous_response|previous response|response with id|item with id";
constexpr std::string_view missing_words = "model_not_found|model not found|no such model|unknown model|model_not_supported";

// Read from top to bottom. Rows for whoever is at fault beside the provider come first, then what a text says whatever the
// status, then statuses, then what came without one.
// clang-format off
constexpr std::array table{
    FailureRow{.name = "client_gone", .origins = {O::client}, .kinds = {K::cancelled}, .next = Next::give_up, .kind = C::client_gone},
    FailureRow{.name = "asked_wrongly", .origins = {O::client}, .next = Next::give_up, .kind = C::bad_request},
    FailureRow{.name = "cannot_be_said", .origins = {O::gateway}, .kinds = {K::unsupported}, .next = Next::next_target,
               .kind = C::unsupported},
    FailureRow{.name = "budget", .origins = {O::gateway}, .kinds = {K::payment_required}, .next = Next::next_target, .kind = C::budget},
    FailureRow{.name = "queue", .origins = {O::gateway}, .phases = {P::queue}, .kind = C::queue_full},
    FailureRow{.name = "gateway", .origins = {O::gateway}, .kind = C::gateway},
    FailureRow{.name = "network", .origins = {O::network}, .scope = Scope::account, .formula = Formula::transient, .soft = true,
               .kind = C::network},

    FailureRow{.name = "context_length", .statuses = S{{0, 0}, {200, 299}, {400, 400}, {413, 413}, {422, 422}, {500, 500}},
               .pattern = context_words, .next = Next::next_target, .kind = C::context_length},
    FailureRow{.name = "content_filter", .statuses = S{{0, 0}, {200, 299}, {400, 400}, {403, 403}, {422, 422}, {451, 451}},
               .pattern = filter_words, .next = Next::give_up, .kind = C::content_filter},
    FailureRow{.name = "payment_text", .pattern = payment_words, .scope = Scope::account, .formula = Formula::fixed,
               .pause = seconds(120), .kind = C::payment},
    FailureRow{.name = "quota_text", .pattern = quota_words, .scope = Scope::account, .formula = Formula::rate, .narrows = true,
               .kind = C::quota},
    FailureRow{.name = "no_credentials_text", .pattern = "no credentials", .scope = Scope::account, .formula = Formula::fixed,
               .pause = seconds(120), .kind = C::auth},
    FailureRow{.name = "not_allowed_text", .pattern = "request not allowed", .scope = Scope::account, .formula = Formula::fixed,
               .pause = seconds(5), .kind = C::forbidden},
    FailureRow{.name = "rate_text", .pattern = rate_words, .scope = Scope::account, .formula = Formula::rate, .narrows = true,
               .kind = C::rate_limit},
    FailureRow{.name = "capacity_text", .pattern = capacity_words, .scope = Scope::model, .formula = Formula::rate, .soft = true,
               .health = true, .kind = C::capacity},
    // A kept conversation that this account does not know: another one may, and none of them is ill.
    FailureRow{.name = "state_missing", .statuses = S{{400, 400}, {404, 404}}, .pattern = state_words, .kind = C::bad_request},
    FailureRow{.name = "model_text", .statuses = S{{400, 400}, {403, 404}}, .pattern = missing_words, .scope = Scope::model,
               .formula = Formula::fixed, .pause = seconds(120), .kind = C::model_missing},

    FailureRow{.name = "key_refused", .kinds = {K::unauthorized}, .scope = Scope::account, .formula = Formula::fixed,
               .pause = seconds(120), .kind = C::auth},
    FailureRow{.name = "401", .statuses = S{{401, 401}}, .scope = Scope::account, .formula = Formula::fixed, .pause = seconds(120),
               .kind = C::auth},
    FailureRow{.name = "402", .statuses = S{{402, 402}}, .scope = Scope::account, .formula = Formula::fixed, .pause = seconds(120),
               .kind = C::payment},
    FailureRow{.name = "403", .statuses = S{{403, 403}}, .scope = Scope::account, .formula = Formula::fixed, .pause = seconds(120),
               .kind = C::forbidden},
    FailureRow{.name = "404", .statuses = S{{404, 404}}, .scope = Scope::model, .formula = Formula::fixed, .pause = seconds(120),
               .kind = C::model_missing},
    FailureRow{.name = "413", .statuses = S{{413, 413}}, .next = Next::next_target, .kind = C::too_large},
    FailureRow{.name = "429", .statuses = S{{429, 429}}, .scope = Scope::account, .formula = Formula::rate, .narrows = true,
               .kind = C::rate_limit},
    FailureRow{.name = "400", .statuses = S{{400, 400}}, .next = Next::give_up, .kind = C::bad_request},
    FailureRow{.name = "503", .statuses = S{{503, 503}}, .scope = Scope::model, .formula = Formula::transient, .soft = true,
               .health = true, .kind = C::capacity},
    FailureRow{.name = "529", .statuses = S{{529, 529}}, .scope = Scope::model, .formula = Formula::fixed, .pause = seconds(5),
               .soft = true, .health = true, .kind = C::capacity},
    FailureRow{.name = "5xx", .statuses = S{{500, 500}, {502, 502}, {504, 504}, {520, 527}}, .next = Next::same_account,
               .scope = Scope::model, .formula = Formula::transient, .soft = true, .health = true, .kind = C::server_error},
    // 4xx other than 429 say nothing about the provider's health.
    FailureRow{.name = "408", .statuses = S{{406, 406}, {408, 408}}, .next = Next::same_account, .scope = Scope::model,
               .formula = Formula::transient, .soft = true, .kind = C::timeout},
    // The request does not suit this provider; that is no reason to rest the account.
    FailureRow{.name = "4xx", .statuses = S{{400, 499}}, .next = Next::next_target, .kind = C::bad_request},

    FailureRow{.name = "empty_answer", .pattern = "empty_answer", .scope = Scope::model, .formula = Formula::transient, .soft = true,
               .health = true, .kind = C::empty_answer},
    FailureRow{.name = "connect_timeout", .phases = {P::connect}, .kinds = {K::upstream_timeout}, .next = Next::next_target,
               .scope = Scope::account, .formula = Formula::transient, .soft = true, .health = true, .kind = C::timeout},
    FailureRow{.name = "connect_failed", .phases = {P::connect}, .next = Next::next_target, .scope = Scope::account,
               .formula = Formula::transient, .soft = true, .health = true, .kind = C::unreachable},
    FailureRow{.name = "timeout", .kinds = {K::upstream_timeout}, .next = Next::next_target, .scope = Scope::model,
               .formula = Formula::transient, .soft = true, .health = true, .kind = C::timeout},
    FailureRow{.name = "protocol", .kinds = {K::upstream_protocol}, .next = Next::next_target, .scope = Scope::model,
               .formula = Formula::transient, .soft = true, .health = true, .kind = C::protocol},
    FailureRow{.name = "stream_payment", .statuses = S{{0, 0}}, .kinds = {K::payment_required}, .scope = Scope::account,
               .formula = Formula::fixed, .pause = seconds(120), .kind = C::payment},
    FailureRow{.name = "stream_quota", .statuses = S{{0, 0}}, .kinds = {K::quota_exhausted}, .scope = Scope::account,
               .formula = Formula::rate, .narrows = true, .kind = C::quota},
    FailureRow{.name = "stream_rate", .statuses = S{{0, 0}}, .kinds = {K::rate_limited}, .scope = Scope::account,
               .formula = Formula::rate, .narrows = true, .kind = C::rate_limit},
    FailureRow{.name = "stream_capacity", .statuses = S{{0, 0}}, .kinds = {K::overloaded}, .scope = Scope::model,
               .formula = Formula::rate, .soft = true, .health = true, .kind = C::capacity},
    FailureRow{.name = "stream_forbidden", .statuses = S{{0, 0}}, .kinds = {K::forbidden}, .scope = Scope::account,
               .formula = Formula::fixed, .pause = seconds(120), .kind = C::forbidden},
    FailureRow{.name = "stream_missing", .statuses = S{{0, 0}}, .kinds = {K::not_found}, .scope = Scope::model, .formula = Formula::fixed,
               .pause = seconds(120), .kind = C::model_missing},
    FailureRow{.name = "stream_refused", .statuses = S{{0, 0}}, .kinds = {K::upstream_rejected}, .next = Next::give_up,
               .kind = C::bad_request},
    FailureRow{.name = "stream_error", .statuses = S{{0, 0}}, .pattern = "api_error|server_error|internal", .scope = Scope::model,
               .formula = Formula::transient, .soft = true, .health = true, .kind = C::server_error},
    FailureRow{.name = "cut", .statuses = S{{0, 0}}, .next = Next::same_account, .scope = Scope::model, .formula = Formula::transient,
               .soft = true, .health = true, .kind = C::cut},
    FailureRow{.name = "other", .next = Next::next_target, .scope = Scope::model, .formula = Formula::fixed, .pause = seconds(5),
               .soft = true, .health = true, .kind = C::server_error},
};
// clang-format on

}  // namespace

std::span<const FailureRow> failure_table() noexcept { return table; }

}  // namespace omniroute::resilience
