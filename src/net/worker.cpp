#include "omniroute/net/worker.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <exception>

#include "omniroute/base/log.hpp"
#include "worker_state.hpp"

namespace omniroute::net {
namespace {

constexpr auto stop_grace = std::chrono::seconds(5);

std::string words_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "not a std::exception";
  }
}

/// Links a sleeper into its worker for as long as it lives.
class SleeperPlace {
 public:
  SleeperPlace(Sleeper*& head, Sleeper& sleeper) : head_(head), sleeper_(sleeper) {
    sleeper_.next = head_;
    if (head_) head_->previous = &sleeper_;
    head_ = &sleeper_;
  }
  ~SleeperPlace() {
    if (sleeper_.previous) {
      sleeper_.previous->next = sleeper_.next;
    } else {
      head_ = sleeper_.next;
    }
    if (sleeper_.next) sleeper_.next->previous = sleeper_.previous;
  }
  SleeperPlace(const SleeperPlace&) = delete;
  SleeperPlace& operator=(const SleeperPlace&) = delete;

 private:
  Sleeper*& head_;
  Sleeper& sleeper_;
};

}  // namespace

Worker::State::State(const Clock& its_clock, Worker& itself)
    : clock(its_clock),
      worker(itself),
      deadlines(context, clock, expiries, std::chrono::milliseconds(250)),
      watches(context, clock, unwatched, std::chrono::milliseconds(20)) {}

void Worker::State::wake_sleepers(Tick now) noexcept {
  for (Sleeper* at = sleepers; at; at = at->next) {
    if (at->at > now) continue;
    at->woken = true;
    at->timer.cancel();
  }
}

void Worker::State::begin_stop() {
  if (deadlines.stopping()) return;
  deadlines.stop();
  wake_sleepers(Tick::max());
  if (alive.load() == 0) {
    ended = true;
    context.stop();
    return;
  }
  stop_limit.expires_after(stop_grace);
  stop_limit.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    log::warn("worker stopped with tasks left: tasks={}", alive.load());
    ended = true;
    context.stop();
  });
}

void Worker::State::task_ended() noexcept {
  if (alive.fetch_sub(1) == 1 && deadlines.stopping()) {
    ended = true;
    context.stop();
  }
}

Worker::Worker(const Clock& clock, ConnectOptions options) : state_(std::make_unique<State>(clock, *this)) {
  state_->connector = make_connector(*this, std::move(options));
}

Worker::~Worker() = default;

boost::asio::any_io_executor Worker::executor() const { return state_->context.get_executor(); }

const Clock& Worker::clock() const { return state_->clock; }

Connector& Worker::connector() { return *state_->connector; }

void Worker::set_connector(std::unique_ptr<Connector> connector) { state_->connector = std::move(connector); }

void Worker::post(std::function<void()> work) { boost::asio::post(state_->context, std::move(work)); }

void Worker::spawn(std::string name, Task<void> task) {
  state_->alive.fetch_add(1);
  boost::asio::co_spawn(state_->context, std::move(task),
                        [state = state_.get(), name = std::move(name)](const std::exception_ptr& failure) {
                          if (failure) log::error("task ended by an exception: task={} what={}", name, words_of(failure));
                          state->task_ended();
                        });
}

Task<void> Worker::sleep_until(Tick deadline) {
  const Tick now = state_->clock.now();
  if (deadline <= now || state_->deadlines.stopping()) co_return;
  Sleeper sleeper(state_->context, deadline);
  const SleeperPlace place(state_->sleepers, sleeper);
  const bool forever = deadline == Tick::max();
  if (forever) {
    sleeper.timer.expires_at(Tick::max());
  } else {
    sleeper.timer.expires_after(deadline - now);
  }
  while (!sleeper.woken) {
    auto wait = sleeper.timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
    co_await std::move(wait);
    if (state_->clock.now() >= deadline) co_return;
    sleeper.timer.expires_after(std::chrono::milliseconds(250));  // a clock that lags behind the machine's: look again
  }
}

Task<void> Worker::breathe() { return state_->breath.take(); }

void Worker::clock_moved() {
  post([state = state_.get()] {
    state->deadlines.clock_moved();
    state->watches.clock_moved();
    state->wake_sleepers(state->clock.now());
  });
}

std::size_t Worker::alive() const { return state_->alive.load(); }

void Worker::run() {
  const auto guard = boost::asio::make_work_guard(state_->context);
  while (!state_->ended) {
    state_->context.restart();
    state_->context.run();
  }
}

void Worker::run_until_done(Task<void> task) {
  const auto guard = boost::asio::make_work_guard(state_->context);
  bool done = false;
  std::exception_ptr failure;
  state_->alive.fetch_add(1);
  boost::asio::co_spawn(state_->context, std::move(task), [&, state = state_.get()](std::exception_ptr thrown) {
    failure = std::move(thrown);
    done = true;
    state->task_ended();
  });
  while (!done && !state_->ended) {
    if (state_->context.stopped()) state_->context.restart();
    state_->context.run_one();
  }
  if (failure) std::rethrow_exception(failure);
}

void Worker::stop() {
  post([state = state_.get()] { state->begin_stop(); });
}

}  // namespace omniroute::net
