#include "omniroute/store/bodies.hpp"

#include <nlohmann/json.hpp>

#include "body_rows.hpp"
#include "transaction.hpp"

namespace omniroute::store {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json headers_json(const domain::HeaderList& headers) {
  Json list = Json::array();
  for (const auto& [name, value] : headers) list.push_back({name, value});
  return list;
}

domain::HeaderList headers_of(const Json& list) {
  domain::HeaderList headers;
  for (const Json& entry : list) headers.emplace_back(entry.at(0).get<std::string>(), entry.at(1).get<std::string>());
  return headers;
}

/// Bytes that are no UTF-8 are replaced: a column of text holds text.
std::string sound(const std::string& text) {
  const std::string quoted = text_of(Json(text));
  return Json::parse(quoted).get<std::string>();
}

Json heads_json(const domain::BodyRecord& record) {
  Json json;
  json["path"] = record.path;
  json["status"] = record.status;
  json["receivedHeaders"] = headers_json(record.received_headers);
  json["receivedBytes"] = record.received.bytes;
  json["receivedCut"] = record.received.cut;
  json["returnedHeaders"] = headers_json(record.returned_headers);
  json["returnedBytes"] = record.returned.bytes;
  json["returnedCut"] = record.returned.cut;
  json["attempts"] = Json::array();
  for (const domain::RecordedAttempt& attempt : record.attempts)
    json["attempts"].push_back({{"provider", attempt.provider},
                                {"model", attempt.model},
                                {"account", attempt.account_id},
                                {"url", attempt.url},
                                {"sentHeaders", headers_json(attempt.sent_headers)},
                                {"sentBytes", attempt.sent.bytes},
                                {"sentCut", attempt.sent.cut},
                                {"status", attempt.status},
                                {"answeredHeaders", headers_json(attempt.answered_headers)},
                                {"answeredBytes", attempt.answered.bytes},
                                {"answeredCut", attempt.answered.cut}});
  return json;
}

Status insert(Connection& connection, const domain::BodyRecord& record) {
  Result<Statement> statement =
      connection.prepare("INSERT INTO bodies (request_id, time_ms, heads, received, attempts, returned) VALUES (?, ?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  Json bodies = Json::array();
  for (const domain::RecordedAttempt& attempt : record.attempts)
    bodies.push_back({{"sent", attempt.sent.text}, {"answered", attempt.answered.text}});
  const std::string heads = text_of(heads_json(record));
  const std::string received = sound(record.received.text);
  const std::string attempts = text_of(bodies);
  const std::string returned = sound(record.returned.text);
  statement->bind_all(std::string_view(record.request_id), record.time_ms, std::string_view(heads), std::string_view(received),
                      std::string_view(attempts), std::string_view(returned));
  if (Status kept = statement->run(); !kept) return kept;
  Result<Statement> index =
      connection.prepare("INSERT INTO bodies_text (rowid, received, attempts, returned) VALUES (last_insert_rowid(), ?, ?, ?)");
  if (!index) return index.error();
  index->bind_all(std::string_view(received), std::string_view(attempts), std::string_view(returned));
  return index->run();
}

/// `side`: "received", "sent", …. Records of earlier versions do not say whether something was left out: there a shorter text says it.
domain::RecordedBody body_of(const Json& heads, const std::string& side, std::string_view text) {
  domain::RecordedBody body;
  body.text = text;
  body.bytes = heads.at(side + "Bytes").get<std::int64_t>();
  body.cut = heads.value(side + "Cut", body.bytes > static_cast<std::int64_t>(text.size()));
  return body;
}

domain::BodyRecord record_of(const Statement& row, const Json& heads, const Json& bodies) {
  domain::BodyRecord record;
  record.request_id = row.text(0);
  record.time_ms = row.integer(1);
  record.path = heads.at("path").get<std::string>();
  record.status = heads.at("status").get<int>();
  record.received_headers = headers_of(heads.at("receivedHeaders"));
  record.received = body_of(heads, "received", row.text(3));
  record.returned_headers = headers_of(heads.at("returnedHeaders"));
  record.returned = body_of(heads, "returned", row.text(5));
  for (std::size_t i = 0; i < heads.at("attempts").size(); ++i) {
    const Json& head = heads["attempts"][i];
    domain::RecordedAttempt attempt;
    attempt.provider = head.at("provider").get<std::string>();
    attempt.model = head.at("model").get<std::string>();
    attempt.account_id = head.at("account").get<std::string>();
    attempt.url = head.at("url").get<std::string>();
    attempt.sent_headers = headers_of(head.at("sentHeaders"));
    attempt.sent = body_of(head, "sent", bodies.at(i).at("sent").get_ref<const std::string&>());
    attempt.status = head.at("status").get<int>();
    attempt.answered_headers = headers_of(head.at("answeredHeaders"));
    attempt.answered = body_of(head, "answered", bodies.at(i).at("answered").get_ref<const std::string&>());
    record.attempts.push_back(std::move(attempt));
  }
  return record;
}

Result<std::optional<domain::BodyRecord>> read_one(Connection& connection, std::string_view request_id) {
  Result<Statement> statement = connection.prepare(
      "SELECT request_id, time_ms, heads, received, attempts, returned FROM bodies WHERE request_id = ? ORDER BY id DESC LIMIT 1");
  if (!statement) return statement.error();
  Result<bool> row = statement->bind(request_id).step();
  if (!row) return row.error();
  if (!*row) return std::optional<domain::BodyRecord>();
  const Json heads = Json::parse(statement->text(2), nullptr, false);
  const Json bodies = Json::parse(statement->text(4), nullptr, false);
  if (heads.is_discarded() || bodies.is_discarded()) return Error(ErrorKind::internal, "The record of this request's bodies is damaged.");
  return std::optional<domain::BodyRecord>(record_of(*statement, heads, bodies));
}

/// Both of them, or none: an index that lost step with its table is a damaged one.
Status together(Connection& connection, const std::function<Status()>& work) {
  if (Status begun = connection.execute("SAVEPOINT bodies"); !begun) return begun;
  Status done = work();
  if (!done)
    if (Status undone = connection.execute("ROLLBACK TO bodies"); !undone) return undone;
  if (Status released = connection.execute("RELEASE bodies"); !released) return released;
  return done;
}

Status remove_some(Connection& connection, std::int64_t before_ms, int most) {
  constexpr std::string_view which = " IN (SELECT id FROM bodies WHERE time_ms < ? ORDER BY time_ms LIMIT ?)";
  for (const std::string_view begin :
       {"INSERT INTO bodies_text (bodies_text, rowid, received, attempts, returned) SELECT 'delete', id, received, attempts, returned FROM "
        "bodies WHERE id",
        "DELETE FROM bodies WHERE id"}) {
    Result<Statement> statement = connection.prepare(std::string(begin).append(which));
    if (!statement) return statement.error();
    statement->bind_all(before_ms, most);
    if (Status done = statement->run(); !done) return done;
  }
  return {};
}

}  // namespace

Result<std::int64_t> remove_bodies(Connection& connection, std::int64_t before_ms, int most) {
  std::int64_t removed = 0;
  const Status done = together(connection, [&]() -> Status {
    if (Status some = remove_some(connection, before_ms, most); !some) return some;
    removed = connection.changes();
    return {};
  });
  if (!done) return done.error();
  if (removed == 0) return removed;
  // Only merged pages are given back.
  if (Status merged = connection.execute("INSERT INTO bodies_text (bodies_text, rank) VALUES ('merge', 200)"); !merged)
    return merged.error();
  return removed;
}

Status remove_all_bodies(Connection& connection) {
  return together(connection,
                  [&] { return connection.execute("INSERT INTO bodies_text (bodies_text) VALUES ('delete-all'); DELETE FROM bodies"); });
}

void Bodies::keep(domain::BodyRecord record, Cleaner clean) {
  std::size_t bytes = record.received.text.size() + record.returned.text.size();
  for (const domain::RecordedAttempt& attempt : record.attempts) bytes += attempt.sent.text.size() + attempt.answered.text.size();
  auto kept = std::make_shared<domain::BodyRecord>(std::move(record));
  database_.later(
      [kept = std::move(kept), clean = std::move(clean)](Transaction& transaction) {
        clean(*kept);
        return insert(transaction.telemetry(), *kept);
      },
      bytes);
}

Task<Result<std::optional<domain::BodyRecord>>> Bodies::find(std::string request_id) {
  const Status flushed = co_await database_.flush();
  (void)flushed;  // a record that cannot be written now is missed; the log tells why
  Database::Work<std::optional<domain::BodyRecord>> work = [request_id = std::move(request_id)](Transaction& transaction) {
    return read_one(transaction.telemetry(), request_id);
  };
  Result<std::optional<domain::BodyRecord>> found = co_await database_.read_aside(std::move(work));
  co_return found;
}

Task<Status> Bodies::clear() {
  const Status flushed = co_await database_.flush();
  if (!flushed) co_return flushed;
  Database::StatusWork work = [](Transaction& transaction) { return remove_all_bodies(transaction.telemetry()); };
  Status cleared = co_await database_.write(std::move(work));
  co_return cleared;
}

}  // namespace omniroute::store
