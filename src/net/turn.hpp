#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/io_context.hpp>

#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/task.hpp"

namespace omniroute::net {

/// The end of a turn of a worker's loop: the moment when all that was ready at once has been looked at. A busy worker keeps its
/// writes for then. Done one after the other they wake a peer on this machine once; spread over the turn, each finds it asleep
/// again, and waking a process costs more than handing it the bytes.
class Turn {
 public:
  /// What waits for the end.
  class Work {
   public:
    virtual void run() noexcept = 0;

   protected:
    ~Work() = default;
  };

  Turn(boost::asio::io_context& context, const Clock& clock) : context_(context), clock_(clock) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// Tells of a write to come; true if they come so thick that it should wait for the end of the turn.
  [[nodiscard]] bool is_busy() noexcept;
  /// Runs `work`, which the caller keeps, at the end of this turn; resumes the caller when all the work of the turn is done.
  Task<void> end(Work& work);

 private:
  using Waiter = boost::asio::any_completion_handler<void()>;
  struct Guest {
    Work* work;
    Waiter waiter;
  };
  void finish();

  boost::asio::io_context& context_;
  const Clock& clock_;
  Tick last_{};
  std::chrono::nanoseconds gap_ = std::chrono::milliseconds(1);  // between writes, a running mean
  std::vector<Guest> guests_;
};

}  // namespace omniroute::net
