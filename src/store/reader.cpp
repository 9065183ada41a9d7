#include "reader.hpp"

#include <utility>

namespace omniroute::store {
namespace {

/// Reads inside a transaction, so that several queries see the same state.
Status read_in_transaction(Connection& storage, Connection& telemetry, const Vault& vault, const Database::StatusWork& work) {
  if (Status begun = storage.execute("BEGIN"); !begun) return begun;
  Status done = telemetry.execute("BEGIN");
  if (done) {
    Transaction transaction(storage, telemetry, vault);
    done = work(transaction);
  }
  for (Connection* connection : {&telemetry, &storage}) {
    if (!connection->in_transaction()) continue;
    if (Status ended = connection->execute("ROLLBACK"); !ended && done) done = ended;
  }
  return done;
}

}  // namespace

Reader::Reader(Connection storage, Connection telemetry, const Vault& vault, Pace pace)
    : storage_(std::move(storage)), telemetry_(std::move(telemetry)), vault_(vault), pace_(pace) {
  thread_ = std::thread([this] { run(); });
}

Reader::~Reader() { close(); }

void Reader::submit(Database::StatusWork work, std::shared_ptr<Outcome> outcome) {
  Job job = [this, work = std::move(work)](Connection& storage, Connection& telemetry) {
    return read_in_transaction(storage, telemetry, vault_, work);
  };
  submit_raw(std::move(job), std::move(outcome));
}

void Reader::submit_raw(Job job, std::shared_ptr<Outcome> outcome) {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
      jobs_.push_back({std::move(job), std::move(outcome)});
      work_.notify_one();
      return;
    }
  }
  outcome->status = Error(ErrorKind::internal, "The database is closed: OmniRoute is stopping.");
  outcome->handoff.done();
}

void Reader::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Reader::run() {
  keep_pace(pace_);
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
    if (jobs_.empty()) return;  // closing, and all is done
    Waiting waiting = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    waiting.outcome->status = waiting.job(storage_, telemetry_);
    waiting.job = nullptr;
    waiting.outcome->handoff.done();
    lock.lock();
  }
}

}  // namespace omniroute::store
