#include "omniroute/store/repositories.hpp"
#include "transaction.hpp"

namespace omniroute::store {
namespace {

constexpr std::string_view columns = "id, prefix, name, format, base_url, ca_file, created_ms, updated_ms";

domain::Node read(const Statement& row) {
  domain::Node node;
  node.id = row.text(0);
  node.prefix = row.text(1);
  node.name = row.text(2);
  node.format = domain::parse_format(row.text(3)).value_or(domain::Format::openai_chat);
  node.base_url = row.text(4);
  node.ca_file = row.text(5);
  node.created_ms = row.integer(6);
  node.updated_ms = row.integer(7);
  return node;
}

}  // namespace

Result<std::vector<domain::Node>> Nodes::all() {
  Result<Statement> statement = transaction_.storage().prepare("SELECT " + std::string(columns) + " FROM nodes ORDER BY created_ms, id");
  if (!statement) return statement.error();
  std::vector<domain::Node> nodes;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) nodes.push_back(read(*statement));
  if (!row) return row.error();
  return nodes;
}

Result<std::optional<domain::Node>> Nodes::find(std::string_view id) {
  Result<Statement> statement = transaction_.storage().prepare("SELECT " + std::string(columns) + " FROM nodes WHERE id = ?");
  if (!statement) return statement.error();
  Result<bool> row = statement->bind(id).step();
  if (!row) return row.error();
  if (!*row) return std::optional<domain::Node>();
  return std::optional<domain::Node>(read(*statement));
}

Status Nodes::save(const domain::Node& node) {
  // Not REPLACE: that would let one node push out another one with the same prefix.
  Result<Statement> statement = transaction_.storage().prepare(
      "INSERT INTO nodes (" + std::string(columns) +
      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET prefix = excluded.prefix, name = excluded.name, format = "
      "excluded.format, base_url = excluded.base_url, ca_file = excluded.ca_file, updated_ms = excluded.updated_ms");
  if (!statement) return statement.error();
  statement->bind_all(std::string_view(node.id), std::string_view(node.prefix), std::string_view(node.name), domain::to_string(node.format),
                      std::string_view(node.base_url), std::string_view(node.ca_file), node.created_ms, node.updated_ms);
  return statement->run();
}

Result<bool> Nodes::remove(std::string_view id) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM nodes WHERE id = ?");
  if (!statement) return statement.error();
  if (Status done = statement->bind(id).run(); !done) return done.error();
  return transaction_.storage().changes() > 0;
}

}  // namespace omniroute::store
