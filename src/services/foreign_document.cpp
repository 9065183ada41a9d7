// Files of related gateways as one JSON document. The original keeps in tables what 9router keeps in one object (product-spec.md d.1, d.2).
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "omniroute/services/foreign.hpp"
#include "omniroute/store/foreign_file.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uintmax_t largest_document = 64u << 20;

/// "provider_specific_data" -> "providerSpecificData"
std::string camel(const std::string& column) {
  std::string name;
  bool raise = false;
  for (const char c : column) {
    if (c != '_') name += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    raise = c == '_';
  }
  return name;
}

Json row_json(const store::ForeignTable& table, const std::vector<std::optional<std::string>>& row) {
  Json json = Json::object();
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row[i]) json[camel(table.columns[i])] = *row[i];
  return json;
}

Json rows_json(const store::ForeignTable& table) {
  Json list = Json::array();
  for (const auto& row : table.rows) list.push_back(row_json(table, row));
  return list;
}

std::string text_of(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// JSON inside a column; null if it is none.
Json inner(const Json& row, const char* member) {
  Json json = Json::parse(text_of(row, member), nullptr, false);
  return json.is_discarded() ? Json() : json;
}

/// A combo's `data` is all of it but its name.
Json combos_json(const store::ForeignTable& table) {
  Json list = Json::array();
  for (const Json& row : rows_json(table)) {
    Json combo = inner(row, "data");
    if (!combo.is_object()) combo = Json::object();
    combo["name"] = text_of(row, "name");
    list.push_back(std::move(combo));
  }
  return list;
}

/// The rows of key_value, each namespace an object of the document.
void add_key_values(const store::ForeignTable& table, Json& document) {
  for (const Json& row : rows_json(table)) {
    const std::string space = text_of(row, "namespace");
    const std::string key = text_of(row, "key");
    if (space.empty() || key.empty()) continue;
    if (!document[space].is_object()) document[space] = Json::object();
    document[space][key] = inner(row, "value");
  }
}

Result<std::string> document_of(const std::string& path) {
  const store::ForeignWish wish{
      {"provider_connections", "provider_nodes", "combos", "api_keys", "key_value", "domain_budgets", "domain_fallback_chains"},
      {"usage_history", "call_logs", "proxy_logs", "audit_log"}};
  Result<std::vector<store::ForeignTable>> tables = store::read_foreign_file(path, wish);
  if (!tables) return std::move(tables).error();
  Json document = Json::object();
  for (const store::ForeignTable& table : *tables) {
    if (table.name == "provider_connections") document["providerConnections"] = rows_json(table);
    if (table.name == "provider_nodes") document["providerNodes"] = rows_json(table);
    if (table.name == "api_keys") document["apiKeys"] = rows_json(table);
    if (table.name == "combos") document["combos"] = combos_json(table);
    if (table.name == "key_value") add_key_values(table, document);
    if (table.name == "domain_budgets") document["budgets"] = rows_json(table);
    if (table.name == "domain_fallback_chains") document["fallbackChains"] = rows_json(table);
    if (table.columns.size() == 1 && table.columns[0] == "count") document["counts"][table.name] = table.rows.at(0).at(0).value_or("0");
  }
  if (!document.contains("providerConnections")) {
    Error error(ErrorKind::conflict, "The file " + path + " is an SQLite database, but not the storage.sqlite of an OmniRoute.");
    error.code = "foreign_file";
    return error;
  }
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<std::string> read_foreign(std::string_view from, const std::string& path) {
  if (from != "omniroute" && from != "9router") return Error(ErrorKind::bad_request, "Files come from omniroute or 9router.", "from");
  std::ifstream file(path, std::ios::binary);
  std::array<char, 16> begin{};
  file.read(begin.data(), begin.size());
  if (file.bad() || (file.fail() && !file.eof())) return Error(ErrorKind::not_found, "The file " + path + " cannot be read.");
  const std::string_view mark(begin.data(), static_cast<std::size_t>(file.gcount()));
  if (mark.starts_with("SQLite format 3")) {
    if (from == "omniroute") return document_of(path);
    Error error(ErrorKind::bad_request,
                "The file " + path + " is a database. Export 9router's data as JSON in its dashboard, and take that file.");
    error.code = "database_not_json";
    return error;
  }
  file.clear();
  file.seekg(0, std::ios::end);
  const std::streamoff size = file.tellg();
  if (size < 0 || static_cast<std::uintmax_t>(size) > largest_document)
    return Error(ErrorKind::too_large, "The file " + path + " is larger than any configuration (64 MB).");
  file.seekg(0);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

}  // namespace omniroute::services
