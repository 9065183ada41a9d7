#include "shared/field_reader.hpp"

#include <algorithm>

#include "shared/raw.hpp"

namespace omniroute::codec {

using json::Kind;

bool FieldReader::has(const json::At& at, Kind kind) {
  if (at.absent()) return false;
  if (auto problem = at.wrong(kind)) {
    if (!error_) error_ = *std::move(problem);
    return false;
  }
  return true;
}

bool FieldReader::needs(const json::At& at, Kind kind) {
  if (at.absent()) fail(at, "is required");
  return has(at, kind);
}

void FieldReader::fail(const json::At& at, std::string_view what) {
  if (!error_) error_ = at.error(what);
}

void FieldReader::text(const json::At& at, std::string& out) {
  if (has(at, Kind::string)) out = at.value().text();
}

void FieldReader::boolean(const json::At& at, bool& out) {
  if (has(at, Kind::boolean)) out = at.value().boolean();
}

void FieldReader::boolean(const json::At& at, std::optional<bool>& out) {
  if (has(at, Kind::boolean)) out = at.value().boolean();
}

void FieldReader::integer(const json::At& at, std::optional<std::int64_t>& out) {
  if (!has(at, Kind::number)) return;
  std::int64_t value = 0;
  if (at.value().integer(value)) {
    out = value;
  } else {
    fail(at, "must be a whole number");
  }
}

void FieldReader::number(const json::At& at, std::optional<double>& out) {
  if (!has(at, Kind::number)) return;
  double value = 0;
  if (at.value().number(value)) {
    out = value;
  } else {
    fail(at, "is out of range");
  }
}

void FieldReader::raw(const json::At& at, std::string& out) {
  if (!at.absent()) out = compact(at.value());
}

std::string members_except(json::Value object, std::string_view known) {
  std::string out;
  json::Writer writer(out);
  for (auto it = object.begin(); it != object.end(); ++it) {
    if (lists(known, it.key()) || (*it).absent()) continue;
    if (out.empty()) writer.begin_object();
    writer.key(it.key()).raw(compact(*it));
  }
  if (!out.empty()) writer.end_object();
  return out;
}

bool lists(std::string_view words, std::string_view wanted) noexcept {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == wanted) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

void write_members(std::string_view object, json::Writer& writer) {
  json::Document document;
  if (object.empty() || !document.parse(object)) return;
  for (auto it = document.root().begin(); it != document.root().end(); ++it) writer.key(it.key()).raw((*it).raw());
}

std::size_t find_name(std::string_view text, std::string_view word, std::size_t from) noexcept {
  for (std::size_t at = text.find(word, from + 1); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if (text[at - 1] != '"' || end >= text.size() || text[end] != '"') continue;
    const std::size_t next = text.find_first_not_of(" \t\r\n", end + 1);
    if (next != std::string_view::npos && text[next] == ':') return at - 1;
  }
  return std::string_view::npos;
}

}  // namespace omniroute::codec
