#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "connection.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/domain/usage.hpp"
#include "omniroute/net/handoff.hpp"
#include "omniroute/store/database.hpp"
#include "transaction.hpp"
#include "usage_kinds.hpp"

namespace omniroute::store {

/// What somebody waits for: the database thread sets `status`, then calls done().
struct Outcome {
  Status status;
  net::Handoff handoff;
};

struct WriteJob {
  Database::StatusWork work;
  std::shared_ptr<Outcome> outcome;
};

/// The one thread that writes. Works that wait are committed in groups, as they have gathered while the commit before was
/// under way; usage rows wait up to 100 ms for company.
class Writer {
 public:
  /// The connections are its own from now on. `rows_at_most`: of usage rows kept while the disk fails.
  Writer(Connection storage, Connection telemetry, const Vault& vault, std::size_t rows_at_most);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void submit(WriteJob job);
  void append(domain::UsageRow row);
  void later(Database::StatusWork work, std::size_t bytes);
  /// Answers when all rows appended so far are written.
  void flush(std::shared_ptr<Outcome> outcome);
  /// Does what is queued, checkpoints and ends the thread; later jobs are answered with an error.
  void close();
  [[nodiscard]] Database::Counters counters() const;

 private:
  using Steady = std::chrono::steady_clock;

  void run();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool rows_due() const;
  void commit_group(std::deque<WriteJob> group);
  Status run_in_savepoint(WriteJob& job);
  void write_rows(std::unique_lock<std::mutex>& lock);
  Status insert_rows(const std::vector<domain::UsageRow>& rows, std::vector<Database::StatusWork>& works);
  Status insert_each(const std::vector<domain::UsageRow>& rows);
  Status insert_trace(const std::string& trace);
  Status drop_old_traces();
  Status run_later(Database::StatusWork& work);
  void keep_for_later(std::vector<domain::UsageRow> rows, std::vector<Database::StatusWork> works);
  [[nodiscard]] bool nothing_gathered() const { return rows_.empty() && later_.empty(); }
  void checkpoint();

  Connection storage_;
  Connection telemetry_;
  const Vault& vault_;
  const std::size_t rows_at_most_;
  std::optional<Statement> insert_row_;
  std::optional<Statement> insert_trace_;
  std::optional<KindWriter> kinds_;
  int traces_since_drop_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<WriteJob> jobs_;
  std::vector<domain::UsageRow> rows_;
  std::vector<Database::StatusWork> later_;  // on telemetry, in the rows' transaction
  std::size_t later_bytes_ = 0;              // what they hold, and those being written
  Steady::time_point rows_since_;            // when the oldest waiting row came, or when to try again
  std::vector<std::shared_ptr<Outcome>> flushes_;
  Database::Counters counters_;
  bool rows_failing_ = false;
  bool closing_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace omniroute::store
