#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <vector>

#include "omniroute/base/task.hpp"

namespace omniroute::net {

/// A short rest that readers of one worker take together: who comes while one lasts ends with it, so that one timer serves them all, and
/// what they then have to write falls into one turn of the loop (see Turn).
class Breath {
 public:
  explicit Breath(boost::asio::io_context& context) : timer_(context) {}
  Breath(const Breath&) = delete;
  Breath& operator=(const Breath&) = delete;

  /// Resumes the caller at the end of the breath that is being taken, at most 250 us from now as the machine's clock counts them.
  Task<void> take();

 private:
  using Waiter = boost::asio::any_completion_handler<void()>;
  void begin();
  void finish();

  boost::asio::steady_timer timer_;
  std::vector<Waiter> guests_;  // last: coroutines that wait in it touch the timer when they go
};

}  // namespace omniroute::net
