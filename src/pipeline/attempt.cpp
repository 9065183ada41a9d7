#include "attempt.hpp"

#include <algorithm>
#include <charconv>

#include "omniroute/codec/loss_report.hpp"
#include "relay.hpp"
#include "upstream_request.hpp"

namespace omniroute::pipeline {
namespace {

constexpr std::size_t largest_refusal = 256 * 1024;
constexpr int proxy_wants_login = 407;  // RFC 9110, section 15.5.8; no provider says so

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

bool another_may_help(const Error& error) noexcept {
  switch (error.kind) {
    case ErrorKind::unauthorized:
    case ErrorKind::payment_required:
    case ErrorKind::forbidden:
    case ErrorKind::rate_limited:
    case ErrorKind::quota_exhausted:
    case ErrorKind::overloaded:
    case ErrorKind::upstream_failed:
    case ErrorKind::upstream_timeout:
    case ErrorKind::upstream_protocol: return true;
    default: return false;
  }
}

std::optional<std::chrono::milliseconds> retry_hint(const http::Incoming& answer) {
  if (const auto millis = whole_number(answer.header("retry-after-ms"))) return std::chrono::milliseconds(*millis);
  if (const auto seconds = whole_number(answer.header("retry-after"))) {
    constexpr std::int64_t a_week = 7 * 24 * 3600;
    return std::chrono::seconds(std::min(*seconds, a_week));
  }
  return std::nullopt;
}

Task<Status> Attempt::run() {
  client_.watch_client(this);
  Status status = co_await ask();
  client_.watch_client(nullptr);
  if (!status && cancel_.cancelled()) co_return Error(ErrorKind::cancelled, "The client went away.");
  co_return status;
}

Task<Error> Attempt::refusal(http::Incoming& answer) {
  Result<std::string> body = co_await answer.read_all(largest_refusal);
  std::string_view text;
  if (body) text = *body;
  Error error = codec::codec_for(target_.format).decode_error(answer.status(), text);
  error.upstream_status = answer.status();
  if (!error.retry_after) error.retry_after = retry_hint(answer);
  co_return error;
}

Task<Status> Attempt::ask() {
  UpstreamRequest request(x_, target_);
  if (Status prepared = request.prepare(); !prepared) co_return prepared;
  Result<std::unique_ptr<http::Incoming>> sent = co_await x_.lane.upstreams.send(request.outgoing, request.timeouts, cancel_);
  if (!sent) co_return std::move(sent).error();
  const std::unique_ptr<http::Incoming> answer = *std::move(sent);
  const int status = answer->status();
  if (status < 200 || status > 299) {
    if (status == proxy_wants_login)
      co_return Error(ErrorKind::upstream_failed, "The egress proxy asks for a name and a password, or refuses those it was given.");
    if (status >= 300 && status < 400)
      co_return Error(ErrorKind::upstream_failed,
                      target_.provider->name + " answered with a redirect (" + std::to_string(status) + "), which is not followed.");
    Error error = co_await refusal(*answer);
    co_return error;
  }
  x_.outcome.dropped = codec::dropped_fields(x_.losses);
  Relay relay(x_, target_, *answer, client_, request.hide_usage);
  if (request.pass_through) co_return co_await relay.pass();
  if (!x_.outcome.dropped.empty()) x_.reply_headers.push_back({"x-omniroute-dropped", x_.outcome.dropped});
  co_return co_await relay.translate();
}

}  // namespace omniroute::pipeline
