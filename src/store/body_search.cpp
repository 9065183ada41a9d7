#include "body_search.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace omniroute::store {
namespace {

/// A shorter one begins too many words to be looked for.
constexpr std::size_t shortest_beginning = 3;
/// Of more words with one beginning the first ones are looked for: FTS5's own way gathers all bodies with any of them before it gives one.
constexpr std::size_t most_endings = 100;
/// Body and usage row of a request are written within a moment of each other; clocks that are set may move by some seconds.
constexpr std::int64_t apart_ms = 60'000;

/// A text of its own, so that nothing of it is syntax.
void quote_to(std::string& query, std::string_view text) {
  query += '"';
  for (const char c : text) query.append(c == '"' ? 2 : 1, c);
  query += '"';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Of a letter or a digit, or of a part of one that is not ASCII.
bool is_of_word(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80; }

/// The words of the index that begin so, in their order.
Result<std::vector<std::string>> words_with(Connection& connection, std::string_view beginning) {
  Result<Statement> statement = connection.prepare("SELECT term FROM bodies_text_words WHERE term >= ? LIMIT 1");
  if (!statement) return statement.error();
  std::vector<std::string> words;
  std::string from(beginning);
  while (words.size() < most_endings) {
    Result<bool> row = statement->bind(std::string_view(from)).step();
    if (!row) return row.error();
    if (!*row || !statement->text(0).starts_with(beginning)) break;
    words.emplace_back(statement->text(0));
    from = words.back() + '\x01';
    if (Status ended = statement->run(); !ended) return ended.error();
  }
  return words;
}

/// All words in any order. The last one may be a beginning.
Result<std::string> full_text_query(Connection& connection, std::string_view words) {
  words = words.substr(0, words.find_last_not_of(' ') + 1);
  const std::size_t last = words.rfind(' ') + 1;
  std::string query;
  for (std::size_t at = 0; at < last;) {
    const std::size_t end = words.find(' ', at);
    if (end > at) quote_to(query.append(query.empty() ? "" : " "), words.substr(at, end - at));
    at = end + 1;
  }
  if (!query.empty()) query = "(" + query + ") AND ";
  const std::string_view word = words.substr(last);
  std::size_t tail = word.size();
  while (tail > 0 && is_of_word(word[tail - 1])) --tail;
  std::string beginning(word.substr(tail));
  std::transform(beginning.begin(), beginning.end(), beginning.begin(), lower);
  std::string any;
  quote_to(any, word);
  if (beginning.size() >= shortest_beginning) {
    Result<std::vector<std::string>> endings = words_with(connection, beginning);
    if (!endings) return endings.error();
    for (const std::string& ending : *endings) quote_to(any.append(" OR "), std::string(word.substr(0, tail)) + ending);
  }
  return query + "(" + any + ")";
}

/// The last body that may belong to that usage row or an earlier one.
Result<std::int64_t> last_body(Connection& connection, std::optional<std::int64_t> last_usage) {
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  if (!last_usage) return any;
  Result<Statement> statement = connection.prepare(
      "SELECT id FROM bodies WHERE time_ms > (SELECT time_ms + latency_ms FROM usage WHERE id <= ? ORDER BY id DESC LIMIT 1) + ? ORDER BY "
      "time_ms LIMIT 1");
  if (!statement) return statement.error();
  Result<bool> row = statement->bind_all(*last_usage, apart_ms).step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : any;
}

}  // namespace

Result<BodySearch> BodySearch::begin(Connection& telemetry, std::string_view words, std::optional<std::int64_t> last_usage) {
  const Result<std::string> query = full_text_query(telemetry, words);
  if (!query) return query.error();
  Result<std::int64_t> last = last_body(telemetry, last_usage);
  if (!last) return last.error();
  Result<Statement> statement =
      telemetry.prepare("SELECT rowid FROM bodies_text WHERE bodies_text MATCH ? AND rowid <= ? ORDER BY rowid DESC");
  if (!statement) return statement.error();
  statement->bind_all(std::string_view(*query), *last);
  return BodySearch(std::move(*statement));
}

Result<std::optional<std::int64_t>> BodySearch::next() {
  Result<bool> row = statement_.step();
  if (!row) return row.error();
  if (!*row) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(statement_.integer(0));
}

}  // namespace omniroute::store
