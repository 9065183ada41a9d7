#include "attempt.hpp"
#include "compaction.hpp"
#include "cost.hpp"
#include "count_tokens.hpp"
#include "ledger.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/pipeline/pipeline.hpp"
#include "open.hpp"

namespace omniroute::pipeline {
namespace {

constexpr int client_gone = 499;  // nginx's word for it; only in records

http::Header retry_after(std::chrono::milliseconds wait) {
  const std::int64_t seconds = std::max<std::int64_t>(1, (wait.count() + 999) / 1000);
  return {"retry-after", std::to_string(seconds)};
}

/// Trying again cannot help: tells SDKs so, before they do.
bool is_final(const Error& error) {
  return error.kind == ErrorKind::payment_required || error.kind == ErrorKind::forbidden || error.kind == ErrorKind::unauthorized;
}

Task<Status> attempt_all(Exchange& x, http::ReplySink& client) {
  Status status = Error(ErrorKind::no_candidate, "There is nothing left to try.");
  for (const routing::Target& target : x.plan.targets) {
    x.outcome.target = &target;
    ++x.outcome.attempts;
    Attempt attempt(x, target, client);
    status = co_await attempt.run();
    if (status || client.begun() || !another_may_help(status.error())) break;
    log::warn("attempt failed: request={} provider={} account={} kind={} message={}", x.id, target.provider->id, target.account->id,
              to_string(status.error().kind), status.error().message);
  }
  co_return status;
}

/// By the upstream itself where it can, else by a summary.
Task<Status> compact(Exchange& x, Compaction asked, http::ReplySink& client) {
  if (x.plan.targets.front().format == domain::Format::openai_responses) {
    Status status;
    if (asked == Compaction::endpoint) {
      status = co_await compact_upstream(x, client);
    } else {
      status = co_await attempt_all(x, client);
    }
    if (status || client.begun() || !lacks_compaction(status.error())) co_return status;
  }
  const bool stream = x.envelope.stream;
  if (Status ready = ask_for_summary(x); !ready) co_return ready;
  SummaryReply reply(client, asked, stream);
  co_return co_await attempt_all(x, reply);
}

Task<Status> answer(Exchange& x, access::Spending& spending, http::ReplySink& client) {
  if (Status restored = restore_summaries(x); !restored) co_return restored;
  if (Status opened = open(x); !opened) co_return opened;
  if (Status allowed = check_model(x); !allowed) co_return allowed;
  Result<routing::Plan> plan = routing::plan(*x.config, x.envelope.model);
  if (!plan) co_return std::move(plan).error();
  x.plan = *std::move(plan);
  if (Status booked = book(x, spending); !booked) co_return booked;
  if (x.operation == Operation::count_tokens) co_return co_await count_tokens(x, client);
  const Compaction asked = compaction_asked(x);
  if (asked != Compaction::none) co_return co_await compact(x, asked, client);
  co_return co_await attempt_all(x, client);
}

}  // namespace

Task<void> refuse(Exchange& x, http::ReplySink& client, Error error) {
  const codec::ErrorReply words = x.codec().encode_error(error, x.id);
  std::vector<http::Header> headers = x.reply_headers;
  headers.push_back({"content-type", "application/json"});
  if (error.retry_after) headers.push_back(retry_after(*error.retry_after));
  if (is_final(error)) headers.push_back({"x-should-retry", "false"});
  x.outcome.status = words.status;
  x.outcome.error = std::move(error);
  Status sent = co_await client.send(words.status, headers, words.body);
  if (!sent) x.outcome.status = client_gone;
}

Task<void> Pipeline::serve(Exchange& x, http::ReplySink& client) {
  Status status = co_await answer(x, spending_, client);
  if (!status && status.error().kind == ErrorKind::cancelled) {
    x.outcome.status = client_gone;
    x.outcome.error = std::move(status).error();
    client.abort();
  } else if (!status && !client.begun()) {
    Error error = std::move(status).error();
    co_await refuse(x, client, std::move(error));
  } else if (!status) {
    x.outcome.error = std::move(status).error();
  }
  note(x, spending_, database_);
}

}  // namespace omniroute::pipeline
