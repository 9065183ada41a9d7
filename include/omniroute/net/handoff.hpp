#pragma once
#include <memory>

#include "omniroute/base/task.hpp"

namespace omniroute::net {

/// One coroutine waits here for one answer of another thread, which calls done(). A handle: copies are the same handoff.
/// What the other thread wrote before done() is seen by the coroutine after wait(). The waiting coroutine's worker must
/// not be destroyed before done() was called.
class Handoff {
 public:
  Handoff();
  /// Resumes on the caller's own executor; at once, if done() was called before. Call it once.
  Task<void> wait();
  /// Any thread, once.
  void done();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace omniroute::net
