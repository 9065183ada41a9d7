#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "omniroute/net/worker.hpp"

namespace omniroute::net {
namespace {

struct Job {
  Job(std::function<void()> its_work, boost::asio::any_completion_handler<void()> caller, boost::asio::any_io_executor executor)
      : work(std::move(its_work)), done(std::move(caller)), home(executor), guard(std::move(executor)) {}
  std::function<void()> work;
  boost::asio::any_completion_handler<void()> done;
  boost::asio::any_io_executor home;
  boost::asio::executor_work_guard<boost::asio::any_io_executor> guard;
};

}  // namespace

struct BlockingPool::State {
  State(std::size_t limit, Pace its_pace) : most(limit == 0 ? 1 : limit), pace(its_pace) {}

  void enqueue(Job job) {
    const std::lock_guard lock(mutex);
    jobs.push_back(std::move(job));
    if (idle < jobs.size() && threads.size() < most) threads.emplace_back([this] { work(); });
    available.notify_one();
  }

  /// The guard goes home with the handler: released over here, it would touch a context that its owner may have ended by then.
  static void finish(Job job) {
    boost::asio::post(job.home, [done = std::move(job.done), guard = std::move(job.guard)]() mutable {
      guard.reset();
      std::move(done)();
    });
  }

  void work() {
    keep_pace(pace);
    std::unique_lock lock(mutex);
    for (;;) {
      ++idle;
      available.wait(lock, [this] { return ending || !jobs.empty(); });
      --idle;
      if (jobs.empty()) return;  // ending, and all is done
      Job job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      job.work();
      finish(std::move(job));
      lock.lock();
    }
  }

  const std::size_t most;
  const Pace pace;
  std::mutex mutex;
  std::condition_variable available;
  std::deque<Job> jobs;
  std::vector<std::thread> threads;
  std::size_t idle = 0;
  bool ending = false;
};

BlockingPool::BlockingPool(std::size_t threads, Pace pace) : state_(std::make_unique<State>(threads, pace)) {}

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->available.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

Task<void> BlockingPool::run(std::function<void()> work) {
  const boost::asio::any_io_executor home = co_await boost::asio::this_coro::executor;
  auto hop = boost::asio::async_initiate<const boost::asio::deferred_t&, void()>(
      [](auto handler, State* state, std::function<void()> job, boost::asio::any_io_executor back) {
        state->enqueue(Job(std::move(job), std::move(handler), std::move(back)));
      },
      boost::asio::deferred, state_.get(), std::move(work), home);
  co_await std::move(hop);
}

}  // namespace omniroute::net
