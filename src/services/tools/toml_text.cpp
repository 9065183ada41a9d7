#include "toml_text.hpp"

#include <cassert>
#include <nlohmann/json.hpp>

#include "toml_text_parser.hpp"

namespace omniroute::services {
namespace {

bool begins_with(const TextPath& path, const TextPath& with) {
  return path.size() >= with.size() && std::equal(with.begin(), with.end(), path.begin());
}

/// A text in double quotes; what JSON escapes, TOML reads the same.
std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? key : quoted(key);
}

}  // namespace

Result<TomlText> TomlText::read(std::string text) {
  TomlText document(std::move(text));
  if (Status parsed = document.parse(); !parsed) return std::move(parsed).error();
  return document;
}

Status TomlText::parse() {
  entries_.clear();
  tables_.clear();
  return Parser(text_, entries_, tables_).run();
}

const TomlText::Entry* TomlText::entry_at(const TextPath& path) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) { return each.path == path; });
  return found == entries_.end() ? nullptr : &*found;
}

std::size_t TomlText::table_at(const TextPath& path) const {
  const auto found = std::find_if(tables_.begin(), tables_.end(), [&](const Table& each) { return each.path == path && !each.list; });
  return found == tables_.end() ? std::string::npos : static_cast<std::size_t>(found - tables_.begin());
}

std::optional<std::string> TomlText::text_at(const TextPath& path) const {
  const Entry* entry = entry_at(path);
  if (entry == nullptr || (text_[entry->value] != '"' && text_[entry->value] != '\'')) return std::nullopt;
  return Parser::decoded(std::string_view(text_).substr(entry->value, entry->value_end - entry->value));
}

std::string TomlText::line_end() const {
  const std::size_t newline = text_.find('\n');
  return newline != std::string::npos && newline > 0 && text_[newline - 1] == '\r' ? "\r\n" : "\n";
}

std::size_t TomlText::end_of_table(std::size_t table) const {
  std::size_t end = tables_[table].line_end;
  for (const Entry& entry : entries_)
    if (entry.table == table) end = entry.line_end;
  return end;
}

void TomlText::append_line(std::size_t offset, const std::string& line) {
  const bool open = offset > 0 && offset == text_.size() && text_.back() != '\n';
  text_.insert(offset, (open ? line_end() : "") + line + line_end());
}

Status TomlText::set(const TextPath& path, const std::string& value) {
  if (const Entry* entry = entry_at(path)) {
    if (text_at(path) == value) return {};
    text_.replace(entry->value, entry->value_end - entry->value, quoted(value));
    return parse();
  }
  const TextPath table_path(path.begin(), path.end() - 1);
  const auto unfit = [&](std::size_t offset) {
    return Error(ErrorKind::conflict, place_in_text(text_, offset) + ": " + path.front() +
                                          " is written here in a way that nothing can be added to; write it as a table of its own");
  };
  for (const Entry& entry : entries_)
    if (begins_with(path, entry.path) || begins_with(entry.path, path)) return unfit(entry.line);
  for (const Table& each : tables_)
    if (begins_with(each.path, path)) return unfit(each.line);
  const std::string line = key_text(path.back()) + " = " + quoted(value);
  const std::size_t table = table_at(table_path);
  if (table != std::string::npos) {
    // Keys of no table stand before the first header; without any they begin the file.
    append_line(end_of_table(table),
                table == 0 && end_of_table(0) == tables_.front().line && tables_.size() > 1 ? line + line_end() : line);
    return parse();
  }
  for (const Table& each : tables_)
    if (each.list && begins_with(table_path, each.path)) return unfit(each.line);
  for (const Entry& entry : entries_)
    if (begins_with(entry.path, table_path) && tables_[entry.table].path.size() < table_path.size()) return unfit(entry.line);
  std::string header;
  for (const std::string& name : table_path) header += (header.empty() ? "[" : ".") + key_text(name);
  if (!text_.empty()) append_line(text_.size(), "");
  if (text_.ends_with(line_end() + line_end() + line_end())) text_.resize(text_.size() - line_end().size());
  append_line(text_.size(), header + "]");
  append_line(text_.size(), line);
  return parse();
}

void TomlText::remove(const TextPath& path) {
  const Entry* entry = entry_at(path);
  if (entry == nullptr) return;
  const std::size_t table = entry->table;
  text_.erase(entry->line, entry->line_end - entry->line);
  if (!parse()) return;
  if (table == 0) {
    // The blank line that set() puts behind the first key of the root goes with the last one.
    const bool root_is_empty = entries_.empty() || entries_.front().table != 0;
    if (root_is_empty && tables_.size() > 1 && text_.starts_with(line_end())) text_.erase(0, line_end().size());
  } else {
    remove_if_empty(table);
  }
  const Status still = parse();  // lines were taken out of what was read before
  assert(still.ok());
  static_cast<void>(still);
}

/// Comments of a table without keys stay; they stand in the one before it then.
void TomlText::remove_if_empty(std::size_t table) {
  if (std::any_of(entries_.begin(), entries_.end(), [&](const Entry& each) { return each.table == table; })) return;
  const std::size_t begin = tables_[table].line;
  const std::size_t gap = text_.substr(0, begin).ends_with(line_end() + line_end()) ? line_end().size() : 0;
  text_.erase(begin - gap, tables_[table].line_end - begin + gap);
}

}  // namespace omniroute::services
