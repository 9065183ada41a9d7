#include "omniroute/store/foreign_file.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <memory>

#include "migration.hpp"

namespace omniroute::store {
namespace {

constexpr std::size_t most_rows = 20'000;
constexpr std::size_t most_bytes = 64u << 20;

struct Close {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, Close>;
using Query = std::unique_ptr<sqlite3_stmt, Finalize>;

std::string uri_of(const std::string& path, bool alone) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      constexpr std::string_view digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', digits[byte >> 4U], digits[byte & 15U]};
    } else {
      uri += c;
    }
  }
  // Without a log beside it nobody writes to it: then not even a file for locks is made.
  return uri + (alone ? "?mode=ro&immutable=1" : "?mode=ro");
}

/// The reading of one file; its first failure ends it.
class ForeignReader {
 public:
  explicit ForeignReader(const std::string& path) : path_(path) {}

  Result<std::vector<ForeignTable>> read(const ForeignWish& wish) {
    struct stat info {};
    if (::stat(path_.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
      return Error(ErrorKind::not_found, "The file " + path_ + " is not there, or is no file.");
    struct stat log {};
    const bool alone = ::stat((path_ + "-wal").c_str(), &log) != 0 || log.st_size == 0;
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(uri_of(path_, alone).c_str(), &opened, flags, nullptr);
    handle_.reset(opened);
    if (code != SQLITE_OK) return damaged();
    constexpr int patience_ms = 2000;
    sqlite3_busy_timeout(opened, patience_ms);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    if (Status foreign = check_foreign(); !foreign) return std::move(foreign).error();
    std::vector<ForeignTable> tables;
    for (const std::string& name : wish.tables)
      if (Status done = add(name, "SELECT * FROM \"" + name + "\"", tables); !done) return std::move(done).error();
    for (const std::string& name : wish.counted)
      if (Status done = add(name, "SELECT count(*) AS count FROM \"" + name + "\"", tables); !done) return std::move(done).error();
    return tables;
  }

 private:
  [[nodiscard]] Error damaged() const {
    Error error(ErrorKind::conflict, "The file " + path_ + " is no SQLite database, or is damaged. Nothing was changed.");
    error.detail = handle_ ? sqlite3_errmsg(handle_.get()) : "no handle";
    return error;
  }
  [[nodiscard]] Error too_large() const {
    return {ErrorKind::too_large,
            "The file " + path_ + " holds more than any configuration does (20000 rows a table, 64 MB). Nothing was changed."};
  }

  Result<Query> prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return damaged();
    return Query(statement);
  }

  Status check_foreign() {
    Result<Query> query = prepare("PRAGMA application_id");
    if (!query) return std::move(query).error();
    if (sqlite3_step(query->get()) != SQLITE_ROW) return damaged();
    const int id = sqlite3_column_int(query->get(), 0);
    if (id == storage_schema().application_id || id == telemetry_schema().application_id)
      return Error(ErrorKind::conflict,
                   "The file " + path_ + " is a database of this OmniRoute itself. Use 'omniroute backup export' and 'import' instead.");
    return {};
  }

  Result<bool> is_table(const std::string& name) {
    Result<Query> query = prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
    if (!query) return std::move(query).error();
    sqlite3_bind_text(query->get(), 1, name.c_str(), -1, SQLITE_TRANSIENT);
    const int code = sqlite3_step(query->get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) return damaged();
    return code == SQLITE_ROW;
  }

  Status add(const std::string& name, const std::string& sql, std::vector<ForeignTable>& tables) {
    Result<bool> there = is_table(name);
    if (!there) return std::move(there).error();
    if (!*there) return {};
    Result<Query> query = prepare(sql);
    if (!query) return std::move(query).error();
    ForeignTable table;
    table.name = name;
    const int columns = sqlite3_column_count(query->get());
    for (int i = 0; i < columns; ++i) table.columns.emplace_back(sqlite3_column_name(query->get(), i));
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(query->get())) == SQLITE_ROW) {
      std::vector<std::optional<std::string>>& row = table.rows.emplace_back();
      for (int i = 0; i < columns; ++i) row.push_back(value(query->get(), i));
      if (table.rows.size() > most_rows || bytes_ > most_bytes) return too_large();
    }
    if (code != SQLITE_DONE) return damaged();
    tables.push_back(std::move(table));
    return {};
  }

  std::optional<std::string> value(sqlite3_stmt* row, int column) {
    if (sqlite3_column_type(row, column) == SQLITE_NULL) return std::nullopt;
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
    bytes_ += size;
    return text == nullptr ? std::string() : std::string(text, size);
  }

  const std::string& path_;
  Handle handle_;
  std::size_t bytes_ = 0;
};

}  // namespace

Result<std::vector<ForeignTable>> read_foreign_file(const std::string& path, const ForeignWish& wish) {
  return ForeignReader(path).read(wish);
}

}  // namespace omniroute::store
