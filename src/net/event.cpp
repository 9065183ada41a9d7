#include "omniroute/net/event.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include "worker_state.hpp"

namespace omniroute::net {

struct Event::State final : Expiry {
  using Waiter = boost::asio::any_completion_handler<void()>;
  explicit State(Worker::State& its_worker) : worker(its_worker) {}

  void expire() noexcept override { wake(); }
  void wake() noexcept {
    if (!waiter) return;
    Waiter woken;
    woken.swap(waiter);
    boost::asio::post(worker.context, std::move(woken));
  }

  Worker::State& worker;
  Waiter waiter;
  bool notified = false;
};

Event::Event(Worker& worker) : state_(std::make_unique<State>(worker.state())) {}

Event::~Event() = default;

Task<bool> Event::wait(Tick deadline) {
  State& state = *state_;
  if (!state.notified) {
    state.worker.deadlines.add(state, deadline);
    auto sleep = boost::asio::async_initiate<const boost::asio::deferred_t&, void()>(
        [](auto handler, State* at) {
          // Not assigned: in Boost 1.81 its move assignment calls itself for ever.
          State::Waiter waiter(std::move(handler));
          at->waiter.swap(waiter);
        },
        boost::asio::deferred, &state);
    co_await std::move(sleep);
    state.unlink();
  }
  const bool told = state.notified;
  state.notified = false;
  co_return told;
}

void Event::notify() noexcept {
  state_->notified = true;
  state_->wake();
}

}  // namespace omniroute::net
