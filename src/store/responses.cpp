#include "omniroute/store/responses.hpp"

#include <algorithm>
#include <chrono>

#include "transaction.hpp"

namespace omniroute::store {
namespace {

using domain::StoredResponse;

constexpr std::string_view table = "responses";
constexpr std::size_t longest_chain = 1000;
constexpr std::int64_t kept_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::hours(30 * 24)).count();

Status insert(Transaction& transaction, const StoredResponse& response) {
  Result<std::string> input = transaction.vault().seal(response.input, table, response.id, "input");
  if (!input) return input.error();
  Result<std::string> body = transaction.vault().seal(response.response, table, response.id, "response");
  if (!body) return body.error();
  // Ids are the upstream's: one that gives every answer the same must not take away what another key keeps.
  Result<Statement> statement = transaction.telemetry().prepare(
      "INSERT INTO responses (id, previous_id, key_id, account_id, created_ms, input, response) VALUES (?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET previous_id = excluded.previous_id, account_id = excluded.account_id, "
      "created_ms = excluded.created_ms, input = excluded.input, response = excluded.response WHERE key_id = excluded.key_id");
  if (!statement) return statement.error();
  statement->bind_all(response.id, response.previous_id, response.key_id, response.account_id, response.created_ms);
  statement->bind_blob(*input).bind_blob(*body);
  if (Status done = statement->run(); !done) return done;
  Result<Statement> old = transaction.telemetry().prepare("DELETE FROM responses WHERE created_ms < ?");
  if (!old) return old.error();
  return old->bind(response.created_ms - kept_ms).run();
}

Result<std::optional<StoredResponse>> read_one(Transaction& transaction, const std::string& id, const std::string& key_id) {
  Result<Statement> statement = transaction.telemetry().prepare(
      "SELECT previous_id, account_id, created_ms, input, response FROM responses WHERE id = ? AND key_id = ?");
  if (!statement) return statement.error();
  Result<bool> row = statement->bind_all(id, key_id).step();
  if (!row) return row.error();
  if (!*row) return std::optional<StoredResponse>();
  StoredResponse response;
  response.id = id;
  response.previous_id = statement->text(0);
  response.key_id = key_id;
  response.account_id = statement->text(1);
  response.created_ms = statement->integer(2);
  Result<Secret> input = transaction.vault().unseal(statement->blob(3), table, id, "input");
  if (!input) return input.error();
  Result<Secret> body = transaction.vault().unseal(statement->blob(4), table, id, "response");
  if (!body) return body.error();
  response.input = *std::move(input);
  response.response = *std::move(body);
  return std::optional<StoredResponse>(std::move(response));
}

Result<std::vector<StoredResponse>> read_chain(Transaction& transaction, std::string id, const std::string& key_id) {
  std::vector<StoredResponse> chain;
  while (!id.empty() && chain.size() < longest_chain) {
    Result<std::optional<StoredResponse>> response = read_one(transaction, id, key_id);
    if (!response) return response.error();
    const bool round = std::any_of(chain.begin(), chain.end(), [&id](const StoredResponse& turn) { return turn.id == id; });
    if (!*response || round) return std::vector<StoredResponse>();
    id = (*response)->previous_id;
    chain.push_back(**std::move(response));
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace

void Responses::save(StoredResponse response) {
  database_.later([response = std::move(response)](Transaction& transaction) { return insert(transaction, response); });
}

Task<Result<std::optional<StoredResponse>>> Responses::find(std::string id, std::string key_id) {
  const Status flushed = co_await database_.flush();
  if (!flushed) co_return flushed.error();
  Database::Work<std::optional<StoredResponse>> work = [id, key_id](Transaction& transaction) { return read_one(transaction, id, key_id); };
  co_return co_await database_.read(std::move(work));
}

Task<Result<std::vector<StoredResponse>>> Responses::chain(std::string id, std::string key_id) {
  const Status flushed = co_await database_.flush();
  if (!flushed) co_return flushed.error();
  Database::Work<std::vector<StoredResponse>> work = [id, key_id](Transaction& transaction) { return read_chain(transaction, id, key_id); };
  co_return co_await database_.read(std::move(work));
}

Task<Result<bool>> Responses::remove(std::string id, std::string key_id) {
  Result<std::optional<StoredResponse>> present = co_await find(id, key_id);
  if (!present) co_return std::move(present).error();
  if (!*present) co_return false;
  database_.later([id, key_id](Transaction& transaction) -> Status {
    Result<Statement> statement = transaction.telemetry().prepare("DELETE FROM responses WHERE id = ? AND key_id = ?");
    if (!statement) return statement.error();
    return statement->bind_all(id, key_id).run();
  });
  Status flushed = co_await database_.flush();
  if (!flushed) co_return std::move(flushed).error();
  co_return true;
}

}  // namespace omniroute::store
