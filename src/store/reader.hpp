#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "omniroute/base/background.hpp"
#include "writer.hpp"

namespace omniroute::store {

/// A thread that reads: each job sees one consistent state of each database and can change none.
class Reader {
 public:
  /// What a job of this thread gets. It runs outside any transaction.
  using Job = std::function<Status(Connection& storage, Connection& telemetry)>;

  Reader(Connection storage, Connection telemetry, const Vault& vault, Pace pace);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void submit(Database::StatusWork work, std::shared_ptr<Outcome> outcome);
  void submit_raw(Job job, std::shared_ptr<Outcome> outcome);
  /// Does what is queued and ends the thread; later jobs are answered with an error.
  void close();

 private:
  struct Waiting {
    Job job;
    std::shared_ptr<Outcome> outcome;
  };
  void run();

  Connection storage_;
  Connection telemetry_;
  const Vault& vault_;
  const Pace pace_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Waiting> jobs_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace omniroute::store
