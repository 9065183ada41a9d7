#include <algorithm>

#include "body_reader.hpp"
#include "compaction.hpp"
#include "cost.hpp"
#include "count_tokens.hpp"
#include "journey.hpp"
#include "ledger.hpp"
#include "omniroute/pipeline/pipeline.hpp"
#include "open.hpp"
#include "opening.hpp"
#include "tape.hpp"

namespace omniroute::pipeline {
namespace {

constexpr int client_gone = 499;  // nginx's word for it; only in records

http::Header retry_after(std::chrono::milliseconds wait) {
  const std::int64_t seconds = std::max<std::int64_t>(1, (wait.count() + 999) / 1000);
  return {"retry-after", std::to_string(seconds)};
}

/// Trying again cannot help: tells SDKs so, before they do.
bool is_final(const Error& error) {
  switch (error.kind) {
    case ErrorKind::payment_required:
    case ErrorKind::forbidden:
    case ErrorKind::unauthorized:
    case ErrorKind::bad_request:
    case ErrorKind::unsupported:
    case ErrorKind::not_found:
    case ErrorKind::no_candidate: return !error.retry_after;
    default: return false;
  }
}

/// It can help, and the SDKs would not know it from the status alone.
bool is_worth_another_try(const Error& error) { return error.retry_after.has_value() || error.kind == ErrorKind::overloaded; }

Result<routing::Plan> plan_for(Exchange& x, resilience::Tables& tables, const access::Spending& spending, bool dry) {
  x.facts.model = x.envelope.model;
  x.facts.format = x.format;
  x.facts.stream = x.envelope.stream;
  x.facts.key_id = x.caller.key_id;
  x.facts.seed = x.lane.dice.next();
  x.facts.body_bytes = static_cast<std::int64_t>(x.request.body.size());
  ExchangeBody body(x);
  const BudgetPurse purse(spending, *x.config);
  routing::LiveHealth health(tables.accounts, tables.breakers, tables.combos, tables.affinity, dry, &purse);
  return routing::plan({*x.config, x.facts, body, health, x.planned});
}

Status make_plan(Exchange& x, Shared shared) {
  x.planned = resilience::Now::of(x.lane.worker.clock());
  Result<routing::Plan> plan = plan_for(x, shared.tables, shared.spending, x.operation == Operation::count_tokens);
  if (!plan) return std::move(plan).error();
  x.plan = *std::move(plan);
  if (x.plan.empty()) return routing::refusal(x.plan, x.planned);
  return {};
}

Task<Status> travel(Exchange& x, Shared shared, http::ReplySink& client) {
  Journey journey(x, shared, client);
  co_return co_await journey.run();
}

bool is_refused_for_lack_of_it(const Exchange& x, const Error& error) {
  const auto said_so = [](const routing::AttemptRecord& attempt) { return attempt.row == no_compaction; };
  return lacks_compaction(error) || std::any_of(x.attempts.begin(), x.attempts.end(), said_so);
}

/// By the upstreams that may do it themselves, else by a summary, which any target can write.
Task<Status> compact(Exchange& x, Shared shared, Compaction asked, http::ReplySink& client) {
  const std::vector<std::uint16_t> whole = x.plan.order;
  std::erase_if(x.plan.order,
                [&x](std::uint16_t candidate) { return x.plan.target(candidate).format != domain::Format::openai_responses; });
  if (!x.plan.order.empty()) {
    Status status = co_await travel(x, shared, client);
    if (status || client.begun() || status.error().kind == ErrorKind::cancelled) co_return status;
    const bool others = x.plan.order.size() < whole.size();
    if (!others && !is_refused_for_lack_of_it(x, status.error())) co_return status;
  }
  x.plan.order = whole;
  const bool stream = x.envelope.stream;
  if (Status ready = ask_for_summary(x); !ready) co_return ready;
  SummaryReply reply(client, asked, stream);
  co_return co_await travel(x, shared, reply);
}

Task<Status> answer(Exchange& x, Shared shared, http::ReplySink& client) {
  if (Status restored = restore_summaries(x); !restored) co_return restored;
  if (Status opened = open(x); !opened) co_return opened;
  if (Status planned = make_plan(x, shared); !planned) co_return planned;
  if (Status booked = book(x, shared.spending); !booked) co_return booked;
  if (x.operation == Operation::count_tokens) co_return co_await count_tokens(x, client);
  const Compaction asked = compaction_asked(x);
  if (asked != Compaction::none) co_return co_await compact(x, shared, asked, client);
  co_return co_await travel(x, shared, client);
}

}  // namespace

Result<routing::Plan> explain(Exchange& x, resilience::Tables& tables, const access::Spending& spending, const resilience::Now& at) {
  if (!x.request.body.empty())
    if (Status opened = open(x); !opened) return std::move(opened).error();
  x.planned = at;
  return plan_for(x, tables, spending, true);
}

Task<void> refuse(Exchange& x, http::ReplySink& client, Error error) {
  const codec::ErrorReply words = x.codec().encode_error(error, x.id);
  std::vector<http::Header> headers = x.reply_headers;
  headers.push_back({"content-type", "application/json"});
  if (error.retry_after) headers.push_back(retry_after(*error.retry_after));
  if (is_final(error))
    headers.push_back({"x-should-retry", "false"});
  else if (is_worth_another_try(error))
    headers.push_back({"x-should-retry", "true"});
  if (!x.attempts.empty()) headers.push_back({"x-omniroute-route", routing::short_route(x.plan, x.attempts)});
  x.outcome.status = words.status;
  x.outcome.error = std::move(error);
  Status sent = co_await client.send(words.status, headers, words.body);
  if (!sent) x.outcome.status = client_gone;
}

Task<void> Pipeline::serve(Exchange& x, http::ReplySink& to) {
  x.tape = Tape::begin(x);
  std::optional<TapedReply> taped;
  if (x.tape) taped.emplace(to, *x.tape);
  http::ReplySink& client = taped ? static_cast<http::ReplySink&>(*taped) : to;
  const Shared shared{tables_, spending_};
  Opening opening(x, client);
  x.opening = &opening;
  Status status = co_await answer(x, shared, opening);
  if (!status && status.error().kind == ErrorKind::cancelled) {
    x.outcome.status = client_gone;
    x.outcome.error = std::move(status).error();
    client.abort();
  } else if (!status && opening.alive()) {
    x.outcome.status = 200;
    x.outcome.error = std::move(status).error();
    Status told = co_await opening.fail(*x.outcome.error);
    if (!told) x.outcome.status = client_gone;
  } else if (!status && !opening.begun()) {
    Error error = std::move(status).error();
    co_await refuse(x, client, std::move(error));
  } else if (!status) {
    x.outcome.error = std::move(status).error();
  }
  x.opening = nullptr;
  if (x.tape) x.tape->keep(x, database_);
  note_combo(x, tables_);
  note(x, spending_, meters_, listener_, database_);
}

}  // namespace omniroute::pipeline
