#pragma once
#include <memory>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/task.hpp"

namespace omniroute::net {

class Worker;

/// One coroutine of a worker sleeps here until another one of the same worker wakes it. Not for use across threads.
class Event {
 public:
  explicit Event(Worker& worker);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  /// True once notified, also when that was before; the notice is used up. False when the deadline passed
  /// (to a quarter of a second) or the worker stops. One waiter at a time.
  Task<bool> wait(Tick deadline);
  void notify() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace omniroute::net
