#include "attempt.hpp"

#include <algorithm>

#include "compaction.hpp"
#include "omniroute/codec/loss_report.hpp"
#include "relay.hpp"
#include "tape.hpp"
#include "upstream_request.hpp"

namespace omniroute::pipeline {
namespace {

constexpr std::size_t largest_refusal = 256 * 1024;
constexpr std::size_t largest_compaction = 32u << 20;
constexpr int proxy_wants_login = 407;  // RFC 9110, section 15.5.8; no provider says so

/// Most answers say nothing of limits: one look at the names saves the reading.
bool speaks_of_limits(const http::Incoming& answer) {
  return std::any_of(answer.headers().begin(), answer.headers().end(), [](const http::HeaderView& header) {
    const auto begins = [&header](std::string_view with) { return http::same_name(header.name.substr(0, with.size()), with); };
    return begins("x-ratelimit-") || begins("anthropic-ratelimit-") || begins("x-codex-");
  });
}

}  // namespace

Task<Status> Attempt::run() {
  client_.watch_client(this);
  Status status = co_await ask();
  client_.watch_client(nullptr);
  if (!status && cancel_.cancelled()) co_return Error(ErrorKind::cancelled, "The client went away.");
  co_return status;
}

Task<Error> Attempt::refusal(http::Incoming& answer) {
  x_.wait_begins();
  Result<std::string> body = co_await answer.read_all(largest_refusal);
  x_.wait_ends();
  std::string_view text;
  if (body) text = *body;
  Error error = codec::codec_for(target_.format).decode_error(answer.status(), text);
  error.upstream_status = answer.status();
  hint_ = resilience::read_hint(answer.headers(), error.retry_after, error.message, x_.lane.worker.clock().wall_now());
  if (hint_) error.retry_after = hint_->wait;
  co_return error;
}

void Attempt::take_head(const http::Incoming& answer) {
  phase_ = resilience::Phase::content;
  head_at_ = x_.lane.worker.clock().now();
  if (!speaks_of_limits(answer)) return;
  const WallTime now = x_.lane.worker.clock().wall_now();
  rate_ = resilience::read_rate(answer.headers(), now);
  quota_ = resilience::read_quota(answer.headers(), now);
}

Task<Status> Attempt::pass_compaction(http::Incoming& answer) {
  x_.wait_begins();
  Result<std::string> body = co_await answer.read_all(largest_compaction);
  x_.wait_ends();
  if (!body) co_return std::move(body).error();
  outcome.usage = usage_of_compaction(*body);
  watch_.content_begins();
  outcome.status = 200;
  outcome.first_token = x_.lane.worker.clock().now();
  std::vector<http::Header> headers = x_.reply_headers;
  headers.push_back({"content-type", "application/json"});
  co_return co_await client_.send(200, headers, *body);
}

Task<Status> Attempt::ask() {
  codec::Losses losses;
  UpstreamRequest request(x_, target_, losses);
  request.connect_within = clocks_.connect;
  request.content_within = clocks_.content;
  request.total_within = clocks_.total;
  if (Status prepared = request.prepare(); !prepared) co_return prepared;
  phase_ = resilience::Phase::head;
  domain::RecordedAttempt* const record = x_.tape ? &x_.tape->attempt(target_, request.outgoing) : nullptr;
  x_.wait_begins();
  Result<std::unique_ptr<http::Incoming>> sent = co_await x_.lane.upstreams.send(request.outgoing, request.timeouts, cancel_);
  x_.wait_ends();
  if (!sent) {
    if (sent.error().unsent) phase_ = resilience::Phase::connect;
    co_return std::move(sent).error();
  }
  std::unique_ptr<http::Incoming> answer = *std::move(sent);
  if (record != nullptr) answer = std::make_unique<TapedIncoming>(std::move(answer), *x_.tape, *record);
  take_head(*answer);
  const int status = answer->status();
  if (status < 200 || status > 299) {
    phase_ = resilience::Phase::head;
    if (status == proxy_wants_login) {
      Error error(ErrorKind::upstream_failed, "The egress proxy asks for a name and a password, or refuses those it was given.");
      error.origin = Origin::network;
      co_return error;
    }
    if (status >= 300 && status < 400) {
      Error error(ErrorKind::upstream_failed,
                  target_.provider->name + " answered with a redirect (" + std::to_string(status) + "), which is not followed.");
      error.upstream_status = status;
      co_return error;
    }
    Error error = co_await refusal(*answer);
    co_return error;
  }
  if (x_.operation == Operation::compact) co_return co_await pass_compaction(*answer);
  outcome.dropped = codec::dropped_fields(losses);
  Relay relay(x_, target_, *answer, client_, request.hide_usage, outcome, watch_);
  if (request.pass_through) co_return co_await relay.pass();
  co_return co_await relay.translate();
}

}  // namespace omniroute::pipeline
