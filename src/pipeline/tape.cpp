#include "tape.hpp"

#include <algorithm>

#include "omniroute/access/gate.hpp"
#include "omniroute/store/bodies.hpp"
#include "redaction.hpp"

namespace omniroute::pipeline {
namespace {

template <class Headers>
domain::HeaderList list_of(const Headers& headers) {
  domain::HeaderList list;
  for (const auto& header : headers) list.emplace_back(header.name, header.value);
  return list;
}

std::string url_of(const http::Outgoing& request) {
  const net::Endpoint& endpoint = request.endpoint;
  const bool bare = endpoint.host.find(':') != std::string::npos;
  std::string url = (endpoint.tls ? "https://" : "http://") + (bare ? "[" + endpoint.host + "]" : endpoint.host);
  url += ":" + std::to_string(endpoint.port);
  return url + request.target.substr(0, request.target.find('?'));
}

/// All texts that nobody may find in a record: the caller's key and the accounts' own.
std::vector<std::string> known_secrets(const config::Snapshot& config, std::string caller_key) {
  std::vector<std::string> known{std::move(caller_key)};
  for (const domain::Account& account : config.all_accounts())
    for (const Secret* secret : {&account.api_key, &account.proxy})
      if (!secret->empty()) known.emplace_back(secret->reveal());
  return known;
}

}  // namespace

std::shared_ptr<Tape> Tape::begin(const Exchange& x) {
  const config::Settings& settings = x.config->settings();
  const domain::ApiKey* key = x.caller.key_id.empty() ? nullptr : x.config->key_by_id(x.caller.key_id);
  const bool by_key = key != nullptr && key->log_bodies;
  if (!settings.request_logs && !by_key) return nullptr;
  const bool all = (settings.request_logs && !settings.request_log_errors_only) || (by_key && !key->log_errors_only);
  auto tape = std::make_shared<Tape>(static_cast<std::size_t>(settings.request_log_bytes), !all);
  tape->record.request_id = x.id;
  tape->record.time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(x.began_wall.time_since_epoch()).count();
  tape->record.path = x.endpoint;
  tape->record.received_headers = list_of(x.request.headers);
  tape->add(tape->record.received, x.request.body);
  return tape;
}

void Tape::add(domain::RecordedBody& body, std::string_view bytes) const {
  body.bytes += static_cast<std::int64_t>(bytes.size());
  const std::string_view taken = bytes.substr(0, most_ - body.text.size());
  body.text.append(taken);
  if (taken.size() < bytes.size()) body.cut = true;
}

domain::RecordedAttempt& Tape::attempt(const routing::Target& target, const http::Outgoing& request) {
  domain::RecordedAttempt& attempt = attempts_.emplace_back();
  attempt.provider = target.provider->id;
  attempt.model = target.model;
  attempt.account_id = target.account->id;
  attempt.url = url_of(request);
  attempt.sent_headers = list_of(request.headers);
  for (const std::string_view part : request.body) add(attempt.sent, part);
  return attempt;
}

void Tape::keep(const Exchange& x, store::Database& database) {
  const bool failed = x.outcome.error || x.outcome.status >= 400;
  if (errors_only_ && !failed) return;
  record.status = x.outcome.status;
  record.attempts.assign(std::make_move_iterator(attempts_.begin()), std::make_move_iterator(attempts_.end()));
  attempts_.clear();
  std::string caller_key(access::presented_key(x.request));
  store::Bodies::Cleaner clean = [config = x.config, caller_key = std::move(caller_key)](domain::BodyRecord& kept) {
    Redactor(known_secrets(*config, caller_key)).clean(kept);
  };
  store::Bodies(database).keep(std::move(record), std::move(clean));
}

TapedIncoming::TapedIncoming(std::unique_ptr<http::Incoming> answer, const Tape& tape, domain::RecordedAttempt& attempt)
    : answer_(std::move(answer)), tape_(tape), attempt_(attempt) {
  attempt_.status = answer_->status();
  attempt_.answered_headers = list_of(answer_->headers());
}

Task<Result<http::Piece>> TapedIncoming::read(Tick quiet_at) {
  Result<http::Piece> piece = co_await answer_->read(quiet_at);
  if (piece && piece->kind == http::Piece::Kind::data) tape_.add(attempt_.answered, piece->bytes);
  co_return piece;
}

Task<Result<std::string>> TapedIncoming::read_all(std::size_t limit) {
  Result<std::string> body = co_await answer_->read_all(limit);
  if (body) tape_.add(attempt_.answered, *body);
  co_return body;
}

void TapedReply::head(std::span<const http::Header> headers) { tape_.record.returned_headers = list_of(headers); }

Task<Status> TapedReply::send(int status, std::span<const http::Header> headers, std::string_view body) {
  head(headers);
  tape_.add(tape_.record.returned, body);
  return client_.send(status, headers, body);
}

Task<Status> TapedReply::begin(int status, std::span<const http::Header> headers) {
  head(headers);
  return client_.begin(status, headers);
}

Task<Status> TapedReply::push(std::string_view piece) {
  tape_.add(tape_.record.returned, piece);
  return client_.push(piece);
}

}  // namespace omniroute::pipeline
