#include "writer.hpp"

#include <algorithm>
#include <utility>

#include "omniroute/base/log.hpp"
#include "usage_rows.hpp"
#include "usage_slots.hpp"

namespace omniroute::store {
namespace {

constexpr std::size_t most_jobs_a_group = 256;
constexpr auto longest_group = std::chrono::milliseconds(20);
constexpr auto rows_wait = std::chrono::milliseconds(100);
constexpr auto rows_try_again = std::chrono::seconds(1);
constexpr std::size_t rows_at_once = 4096;
/// A work may hold a whole conversation; with a dead disk they must not fill the memory.
constexpr std::size_t works_at_most = 1'000;
constexpr std::size_t work_bytes_at_most = 32u << 20;
/// Decision traces kept; one has 8 KB at most and some 300 bytes as a rule.
constexpr std::int64_t traces_at_most = 200'000;
constexpr int traces_between_drops = 1'000;

Error closed_error() { return {ErrorKind::internal, "The database is closed: OmniRoute is stopping."}; }

void answer(const std::shared_ptr<Outcome>& outcome, Status status) {
  outcome->status = std::move(status);
  outcome->handoff.done();
}

}  // namespace

Writer::Writer(Connection storage, Connection telemetry, const Vault& vault, std::size_t rows_at_most)
    : storage_(std::move(storage)), telemetry_(std::move(telemetry)), vault_(vault), rows_at_most_(rows_at_most) {
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() { close(); }

void Writer::submit(WriteJob job) {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
      jobs_.push_back(std::move(job));
      work_.notify_one();
      return;
    }
  }
  answer(job.outcome, closed_error());
}

void Writer::append(domain::UsageRow row) {
  const std::lock_guard lock(mutex_);
  if (closed_ || rows_.size() >= rows_at_most_) {
    if (counters_.usage_lost++ == 0) log::error("usage rows are lost: the telemetry database has failed for too long, or is closed");
    return;
  }
  const bool first = nothing_gathered();
  if (first) rows_since_ = Steady::now();
  rows_.push_back(std::move(row));
  if (first || rows_.size() == rows_at_once) work_.notify_one();
}

void Writer::later(Database::StatusWork work, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (closed_ || later_.size() >= works_at_most || (bytes > 0 && later_bytes_ + bytes > work_bytes_at_most)) {
    ++counters_.works_lost;
    return;
  }
  later_bytes_ += bytes;
  const bool first = nothing_gathered();
  if (first) rows_since_ = Steady::now();
  later_.push_back(std::move(work));
  if (first) work_.notify_one();
}

void Writer::flush(std::shared_ptr<Outcome> outcome) {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
      flushes_.push_back(std::move(outcome));
      work_.notify_one();
      return;
    }
  }
  answer(outcome, closed_error());
}

void Writer::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Database::Counters Writer::counters() const {
  const std::lock_guard lock(mutex_);
  Database::Counters counters = counters_;
  counters.usage_waiting = rows_.size();
  return counters;
}

bool Writer::rows_due() const {
  if (!flushes_.empty()) return true;
  if (nothing_gathered()) return false;
  if (closing_) return true;
  const auto now = Steady::now();
  return now >= rows_since_ + rows_wait || (rows_.size() >= rows_at_once && now >= rows_since_);
}

void Writer::wait_for_work(std::unique_lock<std::mutex>& lock) {
  while (jobs_.empty() && !rows_due() && !closing_) {
    if (nothing_gathered()) {
      work_.wait(lock);
    } else {
      // With a full load of rows only a failing disk makes us wait.
      work_.wait_until(lock, rows_.size() >= rows_at_once ? rows_since_ : rows_since_ + rows_wait);
    }
  }
}

void Writer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wait_for_work(lock);
    if (!jobs_.empty()) {
      std::deque<WriteJob> group;
      while (!jobs_.empty() && group.size() < most_jobs_a_group) {
        group.push_back(std::move(jobs_.front()));
        jobs_.pop_front();
      }
      lock.unlock();
      commit_group(std::move(group));
      lock.lock();
    }
    if (rows_due()) write_rows(lock);
    if (closing_ && jobs_.empty() && flushes_.empty() && nothing_gathered()) break;
  }
  closed_ = true;
  lock.unlock();
  checkpoint();
}

void Writer::commit_group(std::deque<WriteJob> group) {
  const auto begin = Steady::now();
  Status status = storage_.execute("BEGIN IMMEDIATE");
  std::size_t done = 0;
  while (status && done < group.size() && (done == 0 || Steady::now() - begin < longest_group)) {
    WriteJob& job = group[done++];
    job.outcome->status = run_in_savepoint(job);
    // SQLite ends a transaction by itself when the disk fails in the middle: then nothing of the group was kept.
    if (!storage_.in_transaction()) status = job.outcome->status ? Status(storage_.error(0)) : job.outcome->status;
  }
  if (status) status = storage_.execute("COMMIT");
  if (!status && storage_.in_transaction()) {
    // A failed commit is taken back, never tried again: after a failed fsync nobody knows what is on disk.
    if (Status undone = storage_.execute("ROLLBACK"); !undone) log::error("rollback failed: {}", undone.error().detail);
  }
  if (!status) {
    log::error("commit failed: {} detail={}", status.error().message, status.error().detail);
    if (done == 0) done = group.size();
  }
  {
    const std::lock_guard lock(mutex_);
    ++(status ? counters_.commits : counters_.failed_commits);
    for (std::size_t i = group.size(); i > done; --i) jobs_.push_front(std::move(group[i - 1]));
  }
  for (std::size_t i = 0; i < done; ++i) {
    if (!status && group[i].outcome->status) group[i].outcome->status = status.error();
    // What a work holds is let go before its owner goes on.
    group[i].work = nullptr;
    group[i].outcome->handoff.done();
  }
}

Status Writer::run_in_savepoint(WriteJob& job) {
  if (Status begun = storage_.execute("SAVEPOINT job"); !begun) return begun;
  Transaction transaction(storage_, telemetry_, vault_);
  Status done = job.work(transaction);
  if (!storage_.in_transaction()) return done;
  if (!done) {
    if (Status undone = storage_.execute("ROLLBACK TO job"); !undone) return undone;
  }
  if (Status released = storage_.execute("RELEASE job"); !released) return released;
  return done;
}

void Writer::write_rows(std::unique_lock<std::mutex>& lock) {
  std::vector<domain::UsageRow> rows = std::exchange(rows_, {});
  std::vector<Database::StatusWork> works = std::exchange(later_, {});
  std::vector<std::shared_ptr<Outcome>> waiters = std::exchange(flushes_, {});
  const std::size_t bytes = later_bytes_;
  lock.unlock();
  Status written = rows.empty() && works.empty() ? Status() : insert_rows(rows, works);
  lock.lock();
  if (written) {
    counters_.usage_written += rows.size();
    later_bytes_ -= bytes;
    if (std::exchange(rows_failing_, false)) log::info("usage rows are written again");
  } else {
    ++counters_.failed_commits;
    if (!std::exchange(rows_failing_, true)) log::error("usage rows wait: {} detail={}", written.error().message, written.error().detail);
    keep_for_later(std::move(rows), std::move(works));
  }
  lock.unlock();
  for (const auto& waiter : waiters) answer(waiter, written);
  lock.lock();
}

void Writer::keep_for_later(std::vector<domain::UsageRow> rows, std::vector<Database::StatusWork> works) {
  if (closing_) {
    counters_.usage_lost += rows.size();
    counters_.works_lost += works.size();
    log::error("usage rows are lost at the end: count={}", rows.size());
    return;
  }
  // They keep their place before those that came meanwhile.
  rows.insert(rows.end(), std::make_move_iterator(rows_.begin()), std::make_move_iterator(rows_.end()));
  rows_ = std::move(rows);
  works.insert(works.end(), std::make_move_iterator(later_.begin()), std::make_move_iterator(later_.end()));
  later_ = std::move(works);
  rows_since_ = Steady::now() + rows_try_again;
}

Status Writer::insert_rows(const std::vector<domain::UsageRow>& rows, std::vector<Database::StatusWork>& works) {
  if (Status begun = telemetry_.execute("BEGIN IMMEDIATE"); !begun) return begun;
  Status status = insert_each(rows);
  for (std::size_t n = 0; status && n < works.size(); ++n) status = run_later(works[n]);
  if (status) status = telemetry_.execute("COMMIT");
  if (!status && telemetry_.in_transaction()) {
    if (Status undone = telemetry_.execute("ROLLBACK"); !undone) log::error("rollback failed: {}", undone.error().detail);
  }
  return status;
}

Status Writer::insert_each(const std::vector<domain::UsageRow>& rows) {
  if (rows.empty()) return {};
  if (!insert_row_) {
    Result<Statement> prepared = prepare_usage_insert(telemetry_);
    if (!prepared) return prepared.error();
    insert_row_.emplace(std::move(*prepared));
  }
  std::vector<std::int64_t> ids;
  ids.reserve(rows.size());
  for (const domain::UsageRow& row : rows) {
    bind_usage(*insert_row_, row);
    if (Status status = insert_row_->run(); !status) return status;
    ids.push_back(telemetry_.last_id());
    if (row.trace.empty()) continue;
    if (Status status = insert_trace(row.trace); !status) return status;
  }
  if (!kinds_) kinds_.emplace(telemetry_);
  if (Status added = kinds_->add(rows, ids); !added) return added;
  if (Status added = add_to_slots(telemetry_, rows); !added) return added;
  return drop_old_traces();
}

Status Writer::insert_trace(const std::string& trace) {
  if (!insert_trace_) {
    Result<Statement> prepared = telemetry_.prepare("INSERT INTO traces (usage_id, data) VALUES (last_insert_rowid(), ?)");
    if (!prepared) return prepared.error();
    insert_trace_.emplace(std::move(*prepared));
  }
  ++traces_since_drop_;
  return insert_trace_->bind(Statement::Lasting{trace, true}).run();
}

Status Writer::drop_old_traces() {
  if (traces_since_drop_ < traces_between_drops) return {};
  traces_since_drop_ = 0;
  Result<Statement> statement = telemetry_.prepare("DELETE FROM traces WHERE usage_id <= (SELECT max(usage_id) FROM traces) - ?");
  if (!statement) return statement.error();
  return statement->bind(traces_at_most).run();
}

Status Writer::run_later(Database::StatusWork& work) {
  if (Status begun = telemetry_.execute("SAVEPOINT later"); !begun) return begun;
  Transaction transaction(storage_, telemetry_, vault_);
  Status done = work(transaction);
  if (!telemetry_.in_transaction()) return done ? Status(telemetry_.error(0)) : done;
  if (!done) {
    log::warn("a record could not be kept: {} detail={}", done.error().message, done.error().detail);
    if (Status undone = telemetry_.execute("ROLLBACK TO later"); !undone) return undone;
  }
  return telemetry_.execute("RELEASE later");
}

void Writer::checkpoint() {
  insert_row_.reset();
  insert_trace_.reset();
  kinds_.reset();
  for (Connection* connection : {&storage_, &telemetry_})
    if (Status done = connection->execute("PRAGMA wal_checkpoint(TRUNCATE)"); !done)
      log::warn("checkpoint at the end failed, the next start does it: {}", done.error().detail);
}

}  // namespace omniroute::store
