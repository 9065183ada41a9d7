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

}  // namespace

void note_combo(const Exchange& x, resilience::Tables& tables) {
  if (x.plan.combo.empty() || !x.plan.config.track_metrics || x.operation != Operation::generate || x.outcome.status == client_gone) return;
  const auto took = std::chrono::milliseconds(millis(x.began, x.lane.worker.clock().now()));
  tables.combos.note_request(x.plan.combo, x.outcome.status, !x.outcome.error, x.attempts.size() > 1, took,
                             x.lane.worker.clock().wall_now());
}

void note(Exchange& x, access::Spending& spending, store::Database& database) {
  const Outcome& outcome = x.outcome;
  const Tick now = x.lane.worker.clock().now();
  domain::UsageRow row;
  row.request_id = x.id;
  row.time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(x.began_wall.time_since_epoch()).count();
  row.client_format = x.format;
  row.endpoint = x.endpoint;
  row.model_asked = x.envelope.model;
  row.key_id = x.caller.key_id;
  row.status = outcome.status;
  row.streamed = x.envelope.stream;
  row.tokens = tokens_of(outcome.usage);
  row.estimated = outcome.estimated;
  row.latency_ms = millis(x.began, now);
  row.attempts = outcome.attempts;
  row.dropped = outcome.dropped;
  if (outcome.first_token) row.first_token_ms = millis(x.began, *outcome.first_token);
  if (outcome.target) {
    row.provider = outcome.target->provider->id;
    row.upstream_model = outcome.target->model;
    row.account_id = outcome.target->account->id;
  }
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
