#include "shared/errors.hpp"

#include <array>

namespace omniroute::codec {
namespace {

using json::Kind;
using json::Value;

constexpr std::array<ErrorRow, 20> rows{{
    {ErrorKind::bad_request, 400, "invalid_request_error", "", "invalid_request_error", "INVALID_ARGUMENT"},
    {ErrorKind::unauthorized, 401, "invalid_request_error", "invalid_api_key", "authentication_error", "UNAUTHENTICATED"},
    {ErrorKind::payment_required, 402, "insufficient_quota", "insufficient_quota", "billing_error", "RESOURCE_EXHAUSTED"},
    {ErrorKind::forbidden, 403, "permission_error", "", "permission_error", "PERMISSION_DENIED"},
    {ErrorKind::not_found, 404, "invalid_request_error", "model_not_found", "not_found_error", "NOT_FOUND"},
    {ErrorKind::method_not_allowed, 405, "invalid_request_error", "method_not_allowed", "invalid_request_error", "UNIMPLEMENTED"},
    {ErrorKind::conflict, 409, "invalid_request_error", "conflict", "invalid_request_error", "ABORTED"},
    {ErrorKind::request_timeout, 408, "invalid_request_error", "request_timeout", "timeout_error", "DEADLINE_EXCEEDED"},
    {ErrorKind::too_large, 413, "invalid_request_error", "", "request_too_large", "INVALID_ARGUMENT"},
    {ErrorKind::unsupported, 400, "invalid_request_error", "", "invalid_request_error", "INVALID_ARGUMENT"},
    {ErrorKind::rate_limited, 429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED"},
    {ErrorKind::quota_exhausted, 429, "insufficient_quota", "insufficient_quota", "billing_error", "RESOURCE_EXHAUSTED"},
    {ErrorKind::overloaded, 503, "server_error", "overloaded", "overloaded_error", "UNAVAILABLE"},
    {ErrorKind::no_candidate, 503, "server_error", "no_candidate", "api_error", "UNAVAILABLE"},
    {ErrorKind::upstream_rejected, 400, "invalid_request_error", "", "invalid_request_error", "INVALID_ARGUMENT"},
    {ErrorKind::upstream_failed, 502, "server_error", "upstream_error", "api_error", "INTERNAL"},
    {ErrorKind::upstream_timeout, 504, "server_error", "timeout", "timeout_error", "DEADLINE_EXCEEDED"},
    {ErrorKind::upstream_protocol, 502, "server_error", "upstream_error", "api_error", "INTERNAL"},
    {ErrorKind::cancelled, 499, "invalid_request_error", "cancelled", "invalid_request_error", "CANCELLED"},
    {ErrorKind::internal, 500, "server_error", "", "api_error", "INTERNAL"},
}};

constexpr ErrorRow own_account{ErrorKind::upstream_failed, 502, "server_error", "upstream_account", "api_error", "UNAVAILABLE"};
constexpr ErrorRow own_credit{ErrorKind::overloaded, 503, "server_error", "upstream_credit", "api_error", "UNAVAILABLE"};

struct Word {
  std::string_view word;
  ErrorKind kind;
};

// Words of error types, codes and gRPC statuses. What they say goes before the HTTP status.
constexpr std::array<Word, 30> words{{
    {"context_length_exceeded", ErrorKind::upstream_rejected},
    {"insufficient_quota", ErrorKind::quota_exhausted},
    {"billing_error", ErrorKind::payment_required},
    {"billing_not_active", ErrorKind::payment_required},
    {"invalid_api_key", ErrorKind::unauthorized},
    {"authentication_error", ErrorKind::unauthorized},
    {"UNAUTHENTICATED", ErrorKind::unauthorized},
    {"API_KEY_INVALID", ErrorKind::unauthorized},
    {"permission_error", ErrorKind::forbidden},
    {"PERMISSION_DENIED", ErrorKind::forbidden},
    {"model_not_found", ErrorKind::not_found},
    {"not_found_error", ErrorKind::not_found},
    {"NOT_FOUND", ErrorKind::not_found},
    {"request_too_large", ErrorKind::too_large},
    {"rate_limit_error", ErrorKind::rate_limited},
    {"rate_limit_exceeded", ErrorKind::rate_limited},
    {"RESOURCE_EXHAUSTED", ErrorKind::rate_limited},
    {"overloaded_error", ErrorKind::overloaded},
    {"overloaded", ErrorKind::overloaded},
    {"engine_overloaded", ErrorKind::overloaded},
    {"UNAVAILABLE", ErrorKind::overloaded},
    {"timeout_error", ErrorKind::upstream_timeout},
    {"timeout", ErrorKind::upstream_timeout},
    {"DEADLINE_EXCEEDED", ErrorKind::upstream_timeout},
    {"invalid_request_error", ErrorKind::upstream_rejected},
    {"INVALID_ARGUMENT", ErrorKind::upstream_rejected},
    {"FAILED_PRECONDITION", ErrorKind::upstream_rejected},
    {"api_error", ErrorKind::upstream_failed},
    {"server_error", ErrorKind::upstream_failed},
    {"INTERNAL", ErrorKind::upstream_failed},
}};

const Word* word_row(std::string_view word) noexcept {
  for (const Word& row : words)
    if (row.word == word) return &row;
  return nullptr;
}

ErrorKind kind_of_status(int status) noexcept {
  switch (status) {
    case 401: return ErrorKind::unauthorized;
    case 402: return ErrorKind::payment_required;
    case 403: return ErrorKind::forbidden;
    case 404: return ErrorKind::not_found;
    case 408:
    case 504:
    case 524: return ErrorKind::upstream_timeout;
    case 413: return ErrorKind::too_large;
    case 429: return ErrorKind::rate_limited;
    case 503:
    case 529: return ErrorKind::overloaded;
    default: return status >= 400 && status < 500 ? ErrorKind::upstream_rejected : ErrorKind::upstream_failed;
  }
}

// A specific word decides; a general one ("invalid_request_error", which also comes with 401 and 404) only where the
// status says nothing.
ErrorKind kind_of(int status, std::string_view type, std::string_view code, std::string_view reason) noexcept {
  const bool by_status = status >= 400;
  for (const std::string_view word : {reason, code, type}) {
    const Word* row = word_row(word);
    if (row == nullptr) continue;
    const bool general = row->kind == ErrorKind::upstream_rejected && word != "context_length_exceeded";
    const bool vague = general || row->kind == ErrorKind::upstream_failed;
    if (!vague || !by_status) return row->kind;
  }
  return by_status ? kind_of_status(status) : ErrorKind::upstream_failed;
}

// They hold no word by which the failure table knows a provider's own: where it said nothing its status alone counts.
std::string_view reason_phrase(int status) noexcept {
  switch (kind_of_status(status)) {
    case ErrorKind::unauthorized: return "The provider refused the key.";
    case ErrorKind::payment_required: return "The provider's account has no credit.";
    case ErrorKind::forbidden: return "The provider does not allow this.";
    case ErrorKind::not_found: return "The provider does not know this model or address.";
    case ErrorKind::upstream_timeout: return "The provider did not answer in time.";
    case ErrorKind::too_large: return "The request is too large for the provider.";
    case ErrorKind::rate_limited: return "The provider was asked too often.";
    case ErrorKind::overloaded: return "The provider takes no more for now.";
    case ErrorKind::upstream_rejected: return "The provider refused the request.";
    default: return "The provider failed.";
  }
}

std::string text_of(Value value) { return value.is(Kind::string) ? std::string(value.text()) : std::string(); }

// "12.5s" of google.rpc.RetryInfo.
std::optional<std::chrono::milliseconds> retry_delay(Value details, std::string& reason) {
  std::optional<std::chrono::milliseconds> delay;
  for (auto it = details.begin(); it != details.end(); ++it) {
    if (reason.empty()) reason = text_of((*it).find("reason"));
    const std::string_view text = (*it).find("retryDelay").text();
    if (text.empty() || text.back() != 's') continue;
    std::int64_t whole = 0;
    std::int64_t thousandths = 0;
    std::int64_t unit = 0;
    for (const char c : text.substr(0, text.size() - 1)) {
      if (c == '.') unit = 1000;
      if (c < '0' || c > '9' || whole > 1'000'000) continue;
      if (unit == 0) whole = whole * 10 + (c - '0');
      if (unit >= 10) thousandths += (c - '0') * (unit /= 10);
    }
    delay = std::chrono::milliseconds(whole * 1000 + thousandths);
  }
  return delay;
}

}  // namespace

const ErrorRow& error_row(const Error& error) noexcept {
  if (error.upstream_status != 0) {
    if (error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::forbidden) return own_account;
    if (error.kind == ErrorKind::payment_required) return own_credit;
    // A spent allowance with a known end is a rate limit to the client, without one it is money.
    if (error.kind == ErrorKind::quota_exhausted)
      return error.retry_after ? rows[static_cast<std::size_t>(ErrorKind::rate_limited)] : own_credit;
  }
  return rows[static_cast<std::size_t>(error.kind)];
}

bool is_error(Value body) {
  if (body.is(Kind::array)) return body.size() > 0 && is_error(*body.begin());
  if (!body.is(Kind::object)) return false;
  if (!body.find("error").absent()) return true;
  const bool worded = body.find("message").is(Kind::string);
  return worded && (!body.find("type").absent() || !body.find("code").absent()) && body.find("choices").absent();
}

Error read_error(int status, Value body) {
  if (body.is(Kind::array) && body.size() > 0) body = *body.begin();
  Value inner = body.find("error");
  if (!inner.is(Kind::object)) inner = inner.is(Kind::string) ? inner : body;
  std::string message = inner.is(Kind::string) ? std::string(inner.text()) : text_of(inner.find("message"));
  for (const std::string_view key : {"message", "detail", "error_description"})
    if (message.empty()) message = text_of(body.find(key));
  std::string type = text_of(inner.find("type"));
  if (type.empty()) type = text_of(inner.find("status"));
  std::string code = text_of(inner.find("code"));
  for (const std::string_view key : {"code", "status_code"}) {
    std::int64_t number = 0;
    if (status == 0 && inner.find(key).integer(number) && number >= 400 && number < 600) status = static_cast<int>(number);
  }
  std::string reason;
  const auto delay = retry_delay(inner.find("details"), reason);
  Error error(kind_of(status, type, code, reason), message.empty() ? std::string(reason_phrase(status)) : redacted(message));
  error.param = text_of(inner.find("param"));
  error.code = std::move(code);
  error.type = std::move(type);
  error.upstream_status = status;
  error.retry_after = delay;
  return error;
}

Error read_error(int status, std::string_view body) {
  json::Document document;
  if (document.parse(body) && (document.root().is(Kind::object) || document.root().is(Kind::array)))
    return read_error(status, document.root());
  Error error(kind_of(status, {}, {}, {}), std::string(reason_phrase(status)));
  error.upstream_status = status;
  constexpr std::size_t longest_detail = 500;
  error.detail = redacted(body.substr(0, longest_detail));
  return error;
}

int status_for(const Error& error) noexcept {
  const ErrorRow& row = error_row(error);
  const bool own_word = error.kind == ErrorKind::upstream_rejected && error.upstream_status >= 400 && error.upstream_status < 500;
  return own_word ? error.upstream_status : row.status;
}

}  // namespace omniroute::codec
