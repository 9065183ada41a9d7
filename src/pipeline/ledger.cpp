#include "ledger.hpp"

#include <algorithm>

#include "cost.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/http/url.hpp"

namespace omniroute::pipeline {
namespace {

constexpr std::size_t longest_message = 300;
constexpr int client_gone = 499;

Took took_by(const Exchange& x, Tick now) {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  Took took;
  took.total = duration_cast<microseconds>(now - x.began);
  took.own = std::max(microseconds(0), duration_cast<microseconds>(now - x.began - x.waits.total()));
  if (x.outcome.first_token) took.first_token = duration_cast<microseconds>(*x.outcome.first_token - x.began);
  return took;
}

std::string_view operation_of(const Exchange& x) {
  if (x.operation == Operation::count_tokens) return "count_tokens";
  if (x.operation == Operation::compact) return "compact";
  return x.format == domain::Format::gemini ? "generate_content" : "chat";
}

RequestStory story_of(const Exchange& x, const domain::UsageRow& row, const Took& took) {
  RequestStory story;
  story.row = row;
  story.operation = operation_of(x);
  story.traceparent = x.request.header("traceparent");
  story.tracestate = x.request.header("tracestate");
  story.began = x.began_wall;
  story.took = took.total;
  story.first_token = took.first_token;
  story.own = took.own;
  for (const routing::AttemptRecord& record : x.attempts) {
    if (record.skipped || record.candidate >= x.plan.candidates.size()) continue;
    const routing::Target target = x.plan.target(record.candidate);
    AttemptStory& attempt = story.attempts.emplace_back();
    attempt.provider = target.provider->id;
    attempt.model = target.model;
    const std::string& address = target.provider->chat_url;
    if (const Result<http::Url> url = http::Url::parse(address.substr(0, address.find('/', address.find("://") + 3)))) {
      attempt.host = url->host;
      attempt.port = url->port;
    }
    attempt.began = record.began;
    attempt.took = record.took;
    attempt.first_content = record.first_content;
    attempt.ok = record.ok;
    attempt.retry = record.retry;
    attempt.hedge = record.hedge;
    attempt.status = record.status;
    if (!record.ok) attempt.error_kind = to_string(record.kind);
  }
  return story;
}

std::int64_t millis(Tick from, Tick to) { return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count(); }

domain::Tokens tokens_of(const ir::Usage& usage) {
  return {usage.input, usage.output, usage.cache_read, usage.cache_write, usage.reasoning};
}

/// What all rows of a request have in common.
domain::UsageRow row_of(const Exchange& x, const std::optional<routing::Target>& target) {
  domain::UsageRow row;
  row.request_id = x.id;
  row.time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(x.began_wall.time_since_epoch()).count();
  row.client_format = x.format;
  row.endpoint = x.endpoint;
  row.model_asked = x.envelope.model;
  row.key_id = x.caller.key_id;
  row.streamed = x.envelope.stream;
  if (!target) return row;
  row.provider = target->provider->id;
  row.upstream_model = target->model;
  row.account_id = target->account->id;
  return row;
}

/// Ahead of the request's own row, so that this is the newest of its id.
void note_beaten(Exchange& x, access::Spending& spending, store::Database& database) {
  for (Beaten& beaten : x.beaten) {
    domain::UsageRow row = row_of(x, beaten.target);
    row.tokens = tokens_of(beaten.usage);
    row.estimated = beaten.estimated;
    row.error_kind = to_string(ErrorKind::cancelled);
    row.error_message = "Another target answered first.";
    settle_beaten(x, spending, beaten, row);
    database.append(std::move(row));
  }
}

}  // namespace

void note_combo(const Exchange& x, resilience::Tables& tables) {
  if (x.plan.combo.empty() || !x.plan.config.track_metrics || x.operation == Operation::count_tokens || x.outcome.status == client_gone)
    return;
  const auto took = std::chrono::milliseconds(millis(x.began, x.lane.worker.clock().now()));
  tables.combos.note_request(x.plan.combo, x.outcome.status, !x.outcome.error, x.attempts.size() > 1, took,
                             x.lane.worker.clock().wall_now());
}

void note(Exchange& x, access::Spending& spending, Meters& meters, Listener* listener, store::Database& database) {
  note_beaten(x, spending, database);
  const Outcome& outcome = x.outcome;
  const Tick now = x.lane.worker.clock().now();
  domain::UsageRow row = row_of(x, outcome.target);
  row.status = outcome.status;
  row.tokens = tokens_of(outcome.usage);
  row.estimated = outcome.estimated;
  row.latency_ms = millis(x.began, now);
  const Took took = took_by(x, now);
  row.overhead_us = took.own.count();
  row.attempts = outcome.attempts;
  row.dropped = outcome.dropped;
  if (outcome.first_token) row.first_token_ms = millis(x.began, *outcome.first_token);
  if (outcome.error) {
    row.error_kind = to_string(outcome.error->kind);
    row.error_message = outcome.error->message.substr(0, longest_message);
  }
  settle(x, spending, row);
  meters.note(row.provider, took);
  log::info("request: id={} path={} model={} provider={} status={} ms={} own_us={} attempts={} error={}", row.request_id, row.endpoint,
            row.model_asked, row.provider, row.status, row.latency_ms, took.own.count(), row.attempts, row.error_kind);
  if (listener != nullptr && listener->listens(x.config->settings())) listener->hear(story_of(x, row, took));
  if (x.operation != Operation::count_tokens && !x.facts.model.empty())
    row.trace = routing::encode_trace(x.plan, x.facts, x.config->revision(), x.planned, x.attempts);
  database.append(std::move(row));
}

}  // namespace omniroute::pipeline
