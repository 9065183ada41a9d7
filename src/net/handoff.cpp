#include "omniroute/net/handoff.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <mutex>
#include <optional>

namespace omniroute::net {

struct Handoff::State {
  using Handler = boost::asio::any_completion_handler<void()>;
  using Guard = boost::asio::executor_work_guard<boost::asio::any_io_executor>;

  void suspend(Handler handler, const boost::asio::any_io_executor& home) {
    const std::lock_guard lock(mutex);
    if (finished) {
      boost::asio::post(home, std::move(handler));
    } else {
      waiter.emplace(std::move(handler));
      guard.emplace(home);  // keeps the worker's run() from ending meanwhile
    }
  }

  void finish() {
    const std::lock_guard lock(mutex);
    finished = true;
    if (!guard) return;
    boost::asio::post(guard->get_executor(), *std::move(waiter));
    waiter.reset();
    guard.reset();
  }

  std::mutex mutex;
  bool finished = false;
  std::optional<Handler> waiter;  // Boost 1.81: the handler's move assignment wraps itself without end
  std::optional<Guard> guard;
};

Handoff::Handoff() : state_(std::make_shared<State>()) {}

Task<void> Handoff::wait() {
  const std::shared_ptr<State> state = state_;
  const boost::asio::any_io_executor home = co_await boost::asio::this_coro::executor;
  auto suspension = boost::asio::async_initiate<const boost::asio::deferred_t&, void()>(
      [](auto handler, State* at, const boost::asio::any_io_executor& back) { at->suspend(std::move(handler), back); },
      boost::asio::deferred, state.get(), home);
  co_await std::move(suspension);
}

void Handoff::done() { state_->finish(); }

}  // namespace omniroute::net
