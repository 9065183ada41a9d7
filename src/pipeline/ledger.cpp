#include "ledger.hpp"

#include "cost.hpp"
#include "omniroute/base/log.hpp"

namespace omniroute::pipeline {
namespace {

constexpr std::size_t longest_message = 300;
constexpr int client_gone = 499;

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

void note(Exchange& x, access::Spending& spending, store::Database& database) {
  note_beaten(x, spending, database);
  const Outcome& outcome = x.outcome;
  const Tick now = x.lane.worker.clock().now();
  domain::UsageRow row = row_of(x, outcome.target);
  row.status = outcome.status;
  row.tokens = tokens_of(outcome.usage);
  row.estimated = outcome.estimated;
  row.latency_ms = millis(x.began, now);
  row.attempts = outcome.attempts;
  row.dropped = outcome.dropped;
  if (outcome.first_token) row.first_token_ms = millis(x.began, *outcome.first_token);
  if (outcome.error) {
    row.error_kind = to_string(outcome.error->kind);
    row.error_message = outcome.error->message.substr(0, longest_message);
  }
  settle(x, spending, row);
  log::info("request: id={} path={} model={} provider={} status={} ms={} attempts={} error={}", row.request_id, row.endpoint,
            row.model_asked, row.provider, row.status, row.latency_ms, row.attempts, row.error_kind);
  if (x.operation != Operation::count_tokens && !x.facts.model.empty())
    row.trace = routing::encode_trace(x.plan, x.facts, x.config->revision(), x.planned, x.attempts);
  database.append(std::move(row));
}

}  // namespace omniroute::pipeline
