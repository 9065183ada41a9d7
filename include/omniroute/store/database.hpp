#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/domain/usage.hpp"

namespace omniroute::store {

/// One unit of work on a database thread: what the repositories (accounts.hpp …) work in. All of it is kept, or nothing.
class Transaction;

struct OpenOptions {
  std::string directory;  ///< the data directory; made with mode 0700
  Secret encryption_key;  ///< STORAGE_ENCRYPTION_KEY; empty = the key file master.key, made if there is no database yet
  std::string vfs;        ///< name of another SQLite VFS, for fault injection; empty = the default
};

/// What a backup holds.
struct BackupCheck {
  int schema = 0;
  std::int64_t connections = 0;
  std::int64_t nodes = 0;
  std::int64_t keys = 0;
};

/// Everything that outlives the process. Configuration lies in storage.sqlite (WAL, every commit on disk before it is
/// acknowledged), usage in telemetry.sqlite (WAL, the last moments may be lost with the power, nothing with the process).
/// One writer thread, one reader thread, one for long questions; nothing of SQLite runs on a worker. Must outlive the coroutines that wait
/// for it and be closed before their workers are destroyed.
class Database {
 public:
  /// Opens or makes the databases, migrates them, checks the key. Errors name the thing and the cure: folder not writable,
  /// used by another process, newer schema, damaged file, wrong or missing key. Nothing is overwritten then. Blocks.
  static Result<std::unique_ptr<Database>> open(OpenOptions options, const Clock& clock);
  /// The same without any file, for tests.
  static Result<std::unique_ptr<Database>> open_in_memory(const Clock& clock);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  template <class T>
  using Work = std::function<Result<T>(Transaction&)>;
  using StatusWork = std::function<Status(Transaction&)>;

  /// Runs `work` on the writer and returns after its commit is on disk, on the caller's executor. Works are grouped; an
  /// error of one undoes that one alone. A failing commit is an error (internal) that names the disk. `work` must not throw.
  Task<Status> write(StatusWork work);
  template <class T>
  Task<Result<T>> write(Work<T> work) {
    auto slot = std::make_shared<std::optional<T>>();
    StatusWork job = into(slot, std::move(work));
    Status done = co_await write(std::move(job));
    if (!done) co_return std::move(done).error();
    co_return std::move(**slot);
  }

  /// Runs `work` on the reader, on one consistent state; it can only read.
  Task<Status> read(StatusWork work);
  template <class T>
  Task<Result<T>> read(Work<T> work) {
    auto slot = std::make_shared<std::optional<T>>();
    StatusWork job = into(slot, std::move(work));
    Status done = co_await read(std::move(job));
    if (!done) co_return std::move(done).error();
    co_return std::move(**slot);
  }

  /// The same on a reader of its own for questions about many rows: requests' own reads do not wait behind them, and it takes only what the
  /// other threads leave of the processors.
  Task<Status> read_aside(StatusWork work);
  template <class T>
  Task<Result<T>> read_aside(Work<T> work) {
    auto slot = std::make_shared<std::optional<T>>();
    StatusWork job = into(slot, std::move(work));
    Status done = co_await read_aside(std::move(job));
    if (!done) co_return std::move(done).error();
    co_return std::move(**slot);
  }

  /// Puts a row on the writer's queue; written within 100 ms. Any thread, never waits.
  void append(domain::UsageRow row);
  /// Puts other work on telemetry.sqlite beside those rows; nobody waits for it, and an error only reaches the log. It may
  /// run again after a failed commit. `bytes`: what it holds, if that is much; what is too much in all is left out. Any thread,
  /// never waits.
  void later(StatusWork work, std::size_t bytes = 0);
  /// Returns when what was appended before is written (or with the error that keeps it from being so).
  Task<Status> flush();
  /// A copy of the configuration database as one file, mode 0600, made beside the running work.
  Task<Status> backup_to(std::string path);

  /// Whether a file is a whole configuration database of ours that restore_from() can put in the place of this one. Errors: conflict,
  /// saying what is wrong with it.
  Task<Result<BackupCheck>> check_backup(std::string path);
  /// Puts the configuration of a checked backup in place of the present one, in one commit. Credentials, keys, settings and password come
  /// from it; the audit log stays; sessions are gone. Whoever keeps some of it in memory has to read it again.
  Task<Status> restore_from(std::string path);

  /// Writes what is queued, checkpoints and closes; further work is refused with an error. Blocks. Any thread but its own.
  void close();

  struct Counters {
    std::uint64_t commits = 0;         ///< of configuration
    std::uint64_t failed_commits = 0;  ///< of either database
    std::uint64_t usage_written = 0;
    std::uint64_t usage_lost = 0;  ///< rows refused because the disk failed for so long that the queue was full
    std::uint64_t works_lost = 0;  ///< of later(), for the same reason
    std::size_t usage_waiting = 0;
  };
  [[nodiscard]] Counters counters() const;
  /// The data directory; empty in memory.
  [[nodiscard]] const std::string& directory() const noexcept;

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);

  template <class T>
  static StatusWork into(std::shared_ptr<std::optional<T>> slot, Work<T> work) {
    return [slot = std::move(slot), work = std::move(work)](Transaction& transaction) -> Status {
      Result<T> result = work(transaction);
      if (!result) return std::move(result).error();
      *slot = std::move(result).value();
      return {};
    };
  }

  std::unique_ptr<State> state_;
};

}  // namespace omniroute::store
