#include "omniroute/store/documents.hpp"

#include "transaction.hpp"

namespace omniroute::store {
namespace {

Result<std::vector<Document>> read_all(Statement& statement) {
  std::vector<Document> documents;
  Result<bool> row = statement.step();
  for (; row && *row; row = statement.step())
    documents.push_back({std::string(statement.text(0)), std::string(statement.text(1)), std::string(statement.text(2))});
  if (!row) return row.error();
  return documents;
}

}  // namespace

Result<std::vector<Document>> Documents::all() {
  Result<Statement> statement = transaction_.storage().prepare("SELECT kind, key, json FROM documents ORDER BY kind, key");
  if (!statement) return statement.error();
  return read_all(*statement);
}

Result<std::vector<Document>> Documents::of_kind(std::string_view kind) {
  Result<Statement> statement = transaction_.storage().prepare("SELECT kind, key, json FROM documents WHERE kind = ? ORDER BY key");
  if (!statement) return statement.error();
  return read_all(statement->bind(kind));
}

Status Documents::save(const Document& document) {
  Result<Statement> statement = transaction_.storage().prepare("INSERT OR REPLACE INTO documents (kind, key, json) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  return statement->bind_all(std::string_view(document.kind), std::string_view(document.key), std::string_view(document.json)).run();
}

Result<bool> Documents::remove(std::string_view kind, std::string_view key) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM documents WHERE kind = ? AND key = ?");
  if (!statement) return statement.error();
  if (Status done = statement->bind_all(kind, key).run(); !done) return done.error();
  return transaction_.storage().changes() > 0;
}

}  // namespace omniroute::store
