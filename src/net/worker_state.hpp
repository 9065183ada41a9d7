#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <optional>

#include "breath.hpp"
#include "deadlines.hpp"
#include "omniroute/net/worker.hpp"
#include "turn.hpp"

namespace omniroute::net {

/// Sleeps are exact, so each has a timer of its own; there are few of them.
struct Sleeper {
  Sleeper(boost::asio::io_context& context, Tick deadline) : timer(context), at(deadline) {}
  boost::asio::steady_timer timer;
  Tick at;
  bool woken = false;
  Sleeper* previous = nullptr;
  Sleeper* next = nullptr;
};

/// What stands behind a Worker. Members that coroutines touch while the io_context is torn down stand before it.
struct Worker::State {
  State(const Clock& its_clock, Worker& itself);
  void begin_stop();
  void task_ended() noexcept;
  void wake_sleepers(Tick now) noexcept;

  const Clock& clock;
  Worker& worker;
  ExpiryList expiries;
  ExpiryList unwatched;
  Sleeper* sleepers = nullptr;
  std::atomic<std::size_t> alive{0};
  std::atomic<bool> ended{false};  // run() has nothing left to do
  // Sockets are touched on the worker's thread only, so the reactor needs no locks for them; posting still has its own.
  boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  Deadlines deadlines;
  Deadlines watches;                     // of peers that are not looked at yet; see SocketStream::watch_peer
  std::unique_ptr<Connector> connector;  // goes before the io_context: a late name lookup posts to that
  boost::asio::steady_timer stop_limit{context};
  Turn turn{context, clock};  // these two last: coroutines that wait in them touch all of the above when they go
  Breath breath{context};
};

/// The connector that a worker makes for itself.
std::unique_ptr<Connector> make_connector(Worker& worker, ConnectOptions options);

}  // namespace omniroute::net
