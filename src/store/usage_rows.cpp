#include "usage_rows.hpp"

namespace omniroute::store {

const std::string_view usage_columns =
    "request_id, time_ms, client_format, endpoint, model_asked, provider, upstream_model, account_id, key_id, status, streamed, "
    "input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, estimated, latency_ms, first_token_ms, "
    "attempts, error_kind, error_message, dropped, cost_nano, price_version, overhead_us";

Result<Statement> prepare_usage_insert(Connection& connection) {
  std::string sql = "INSERT INTO usage (";
  sql += usage_columns;
  sql += ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  return connection.prepare(sql);
}

void bind_usage(Statement& statement, const domain::UsageRow& row) {
  using Text = Statement::Lasting;
  const domain::Tokens& tokens = row.tokens;
  statement.bind_all(Text{row.request_id}, row.time_ms, Text{domain::to_string(row.client_format)}, Text{row.endpoint},
                     Text{row.model_asked}, Text{row.provider}, Text{row.upstream_model}, Text{row.account_id}, Text{row.key_id},
                     row.status, row.streamed);
  statement.bind_all(tokens.input, tokens.output, tokens.cache_read, tokens.cache_write, tokens.reasoning, row.estimated, row.latency_ms,
                     row.first_token_ms, row.attempts, Text{row.error_kind}, Text{row.error_message}, Text{row.dropped}, row.cost_nano,
                     Text{row.price_version}, row.overhead_us);
}

domain::UsageRow read_usage(const Statement& statement, int first) {
  domain::UsageRow row;
  int column = first;
  row.request_id = statement.text(column++);
  row.time_ms = statement.integer(column++);
  row.client_format = domain::parse_format(statement.text(column++)).value_or(domain::Format::openai_chat);
  row.endpoint = statement.text(column++);
  row.model_asked = statement.text(column++);
  row.provider = statement.text(column++);
  row.upstream_model = statement.text(column++);
  row.account_id = statement.text(column++);
  row.key_id = statement.text(column++);
  row.status = static_cast<int>(statement.integer(column++));
  row.streamed = statement.integer(column++) != 0;
  row.tokens.input = statement.optional_integer(column++);
  row.tokens.output = statement.optional_integer(column++);
  row.tokens.cache_read = statement.optional_integer(column++);
  row.tokens.cache_write = statement.optional_integer(column++);
  row.tokens.reasoning = statement.optional_integer(column++);
  row.estimated = statement.integer(column++) != 0;
  row.latency_ms = statement.integer(column++);
  row.first_token_ms = statement.optional_integer(column++);
  row.attempts = static_cast<int>(statement.integer(column++));
  row.error_kind = statement.text(column++);
  row.error_message = statement.text(column++);
  row.dropped = statement.text(column++);
  row.cost_nano = statement.optional_integer(column++);
  row.price_version = statement.text(column++);
  row.overhead_us = statement.optional_integer(column++);
  return row;
}

UsageTotals read_totals(const Statement& row, int first) {
  UsageTotals totals;
  for (std::int64_t* into : {&totals.requests, &totals.errors, &totals.input, &totals.output, &totals.cache_read, &totals.cache_write,
                             &totals.reasoning, &totals.cost_nano, &totals.unpriced, &totals.latency_ms})
    *into = row.integer(first++);
  return totals;
}

Status read_groups(Statement& statement, std::vector<UsageGroup>& into) {
  Result<bool> row = statement.step();
  for (; row && *row; row = statement.step()) {
    UsageGroup group;
    group.id = statement.text(0);
    group.provider = statement.text(1);
    group.last_ms = statement.integer(2);
    group.totals = read_totals(statement, 3);
    into.push_back(std::move(group));
  }
  if (!row) return row.error();
  return {};
}

}  // namespace omniroute::store
