#pragma once
#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "omniroute/base/background.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/net/connector.hpp"

namespace omniroute::net {

/// One thread with its own io_context: its connections, its timers, its upstream pool. Nothing of it is shared.
class Worker {
 public:
  explicit Worker(const Clock& clock, ConnectOptions options = {});
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] boost::asio::any_io_executor executor() const;
  [[nodiscard]] const Clock& clock() const;
  [[nodiscard]] Connector& connector();
  /// Another connector in place of the worker's own, for tests; before the first use.
  void set_connector(std::unique_ptr<Connector> connector);

  /// Runs `work` on this worker's thread, from any thread.
  void post(std::function<void()> work);
  /// Starts a coroutine that this worker owns: counted, cancelled at stop, and its exception logged. Any thread.
  void spawn(std::string name, Task<void> task);
  /// Waits on this worker; returns early only when the worker stops.
  Task<void> sleep_until(Tick deadline);
  /// The longest rest that breathe() takes.
  static constexpr std::chrono::microseconds breath{250};
  /// A rest that all who ask for one on this worker take together, for readers that find more each time they look: what came meanwhile is
  /// read, handled and written at once (docs/adr/0009). Stop does not shorten it.
  Task<void> breathe();
  /// Wakes what is due by now(): for tests that turn a ManualClock's hands. Any thread.
  void clock_moved();
  /// The number of spawned coroutines that have not ended.
  [[nodiscard]] std::size_t alive() const;

  /// Runs until stop(); the thread that calls it is the worker's.
  void run();
  /// Runs one coroutine to its end on the calling thread: for commands and tests.
  void run_until_done(Task<void> task);
  /// Cancels what is left and ends run(), at the latest after 5 s. Any thread.
  void stop();

  struct State;
  /// The inside, for the sources of this room.
  [[nodiscard]] State& state() noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/// Hops to one of `threads` helper threads for work that would block a worker (password hashes, file I/O),
/// and back to the caller's worker with the result. Starts no thread before it is first used. In the background they take only what
/// the workers leave of the processors.
class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads, Pace pace = Pace::prompt);
  ~BlockingPool();
  /// Runs `work` over there; resumes the caller on its own executor when it is done. `work` must not throw.
  Task<void> run(std::function<void()> work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace omniroute::net
