#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace omniroute::store {

class Connection;

/// A prepared statement. Bind in order, then step() for rows or run() for none. Views of columns live until the next step.
class Statement {
 public:
  /// A text or bytes that outlive the run of the statement.
  struct Lasting {
    std::string_view bytes;
    bool blob = false;
  };
  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(double value);
  Statement& bind(bool value) { return bind(static_cast<std::int64_t>(value ? 1 : 0)); }
  Statement& bind(std::string_view text);
  Statement& bind(const char* text) { return bind(std::string_view(text)); }
  Statement& bind(const std::optional<std::int64_t>& value);
  Statement& bind_blob(std::string_view bytes);
  /// Bound without a copy: it must stay as it is until the statement has run.
  Statement& bind(Lasting value);
  Statement& bind_null();
  /// The value of a column of another statement's row, as it is.
  Statement& bind_column(const Statement& row, int column);
  template <class... Values>
  Statement& bind_all(const Values&... values) {
    (bind(values), ...);
    return *this;
  }

  /// True if there is a row.
  Result<bool> step();
  /// Steps to the end, passing over rows, and makes the statement ready for the next values.
  Status run();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view blob(int column) const;

 private:
  friend class Connection;
  Statement(sqlite3_stmt* statement, Connection& connection) : statement_(statement), connection_(&connection) {}
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  Connection* connection_;
  int bound_ = 0;
  int bind_failure_ = 0;
};

/// One SQLite connection, used by one thread at a time. Errors are worded for people: the file and the cure.
class Connection {
 public:
  /// Opens the file, which must exist (":memory:" apart). Nothing is read or written yet.
  static Result<Connection> open(const std::string& path, const std::string& vfs);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  Result<Statement> prepare(std::string_view sql);
  /// Runs one statement or several, without values.
  Status execute(const char* sql);
  /// The one number that a query gives.
  Result<std::int64_t> number(std::string_view sql);
  /// Rows changed by the last statement.
  [[nodiscard]] std::int64_t changes() const;
  /// The number of the row inserted last.
  [[nodiscard]] std::int64_t last_id() const;
  /// True inside a transaction. SQLite may end one by itself when the disk fails.
  [[nodiscard]] bool in_transaction() const;
  /// Copies the whole database into the empty file at `path`.
  Status copy_to(const std::string& path, const std::string& vfs);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// What a result code of SQLite means for this file.
  [[nodiscard]] Error error(int code) const;

 private:
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  sqlite3* handle_;
  std::string path_;
};

}  // namespace omniroute::store
