#include "connection.hpp"

#include <sqlite3.h>

#include <array>

namespace omniroute::store {
namespace {

struct Wording {
  int code;
  ErrorKind kind;
  const char* text;  // completes the sentence that begins with the file's path
};
constexpr std::array<Wording, 12> wordings{{
    {SQLITE_FULL, ErrorKind::internal, "cannot grow: its disk is full. Free some space and try again; nothing was saved."},
    {SQLITE_IOERR, ErrorKind::internal, "could not be read or written: its disk failed. Check the disk; nothing was saved."},
    {SQLITE_READONLY, ErrorKind::internal, "cannot be written. Check the owner and the permissions of the file and its folder."},
    {SQLITE_CANTOPEN, ErrorKind::internal, "cannot be opened. Check the owner and the permissions of the file and its folder."},
    {SQLITE_PERM, ErrorKind::internal, "may not be used. Check the owner and the permissions of the file and its folder."},
    {SQLITE_CORRUPT, ErrorKind::internal, "is damaged. Put back a copy from db_backups, or move the file away to start anew."},
    {SQLITE_NOTADB, ErrorKind::internal, "is no database, or is damaged. Put back a copy from db_backups, or move the file away."},
    {SQLITE_BUSY, ErrorKind::internal, "is locked by another program. End that program and try again."},
    {SQLITE_LOCKED, ErrorKind::internal, "is locked by another program. End that program and try again."},
    {SQLITE_NOMEM, ErrorKind::internal, "could not be used: memory ran out."},
    {SQLITE_TOOBIG, ErrorKind::too_large, "cannot take a value of that size."},
    {SQLITE_CONSTRAINT, ErrorKind::conflict, "already has such an entry."},
}};

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

Statement& Statement::bind(std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), ++bound_, value);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind(double value) {
  const int code = sqlite3_bind_double(statement_.get(), ++bound_, value);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind_column(const Statement& row, int column) {
  const int code = sqlite3_bind_value(statement_.get(), ++bound_, sqlite3_column_value(row.statement_.get(), column));
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // A view without data would be bound as NULL.
  const char* data = text.data() == nullptr ? "" : text.data();
  const int code = sqlite3_bind_text64(statement_.get(), ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind(const std::optional<std::int64_t>& value) { return value ? bind(*value) : bind_null(); }

Statement& Statement::bind_blob(std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  const int code = sqlite3_bind_blob64(statement_.get(), ++bound_, data, bytes.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind(Lasting value) {
  const char* data = value.bytes.data() == nullptr ? "" : value.bytes.data();
  const int code = value.blob ? sqlite3_bind_blob64(statement_.get(), ++bound_, data, value.bytes.size(), SQLITE_STATIC)
                              : sqlite3_bind_text64(statement_.get(), ++bound_, data, value.bytes.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Statement& Statement::bind_null() {
  const int code = sqlite3_bind_null(statement_.get(), ++bound_);
  if (code != SQLITE_OK) bind_failure_ = code;
  return *this;
}

Result<bool> Statement::step() {
  if (bind_failure_ != SQLITE_OK) return connection_->error(bind_failure_);
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->error(code);
}

Status Statement::run() {
  Result<bool> row = step();
  while (row && *row) row = step();
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
  bind_failure_ = SQLITE_OK;
  if (!row) return row.error();
  return {};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Connection> Connection::open(const std::string& path, const std::string& vfs) {
  constexpr int busy_timeout_ms = 5000;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (path == ":memory:") flags |= SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
  // Its counts of memory cost a lock at each allocation, and nobody reads them. Refused once SQLite is in use, which is no harm.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  Connection connection(handle, path);
  if (code != SQLITE_OK) return connection.error(code);
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  // A file that somebody else has altered must not run code of its own through views or triggers.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // What a sort needs stays in memory: nothing of the rows goes to a file outside the data directory.
  if (Status memory = connection.execute("PRAGMA temp_store=MEMORY"); !memory) return memory.error();
  return Result<Connection>(std::move(connection));
}

Connection::Connection(Connection&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

Connection::~Connection() { sqlite3_close_v2(handle_); }

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return error(code);
  return Result<Statement>(Statement(statement, *this));
}

Status Connection::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

Result<std::int64_t> Connection::number(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle_); }

std::int64_t Connection::last_id() const { return sqlite3_last_insert_rowid(handle_); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Status Connection::copy_to(const std::string& path, const std::string& vfs) {
  Result<Connection> target = Connection::open(path, vfs);
  if (!target) return target.error();
  sqlite3_backup* backup = sqlite3_backup_init(target->handle_, "main", handle_, "main");
  if (backup == nullptr) return target->error(sqlite3_extended_errcode(target->handle_));
  constexpr int all_pages = -1;
  sqlite3_backup_step(backup, all_pages);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) return target->error(code);
  return {};
}

Error Connection::error(int code) const {
  constexpr int primary_bits = 0xFF;
  Error error(ErrorKind::internal, "The database " + path_ + " refused the work; the log tells why.");
  for (const Wording& wording : wordings)
    if (wording.code == (code & primary_bits)) error = Error(wording.kind, "The database " + path_ + " " + wording.text);
  error.detail = "sqlite code " + std::to_string(code) + ": " + (handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_));
  return error;
}

}  // namespace omniroute::store
