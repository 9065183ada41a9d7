#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "omniroute/base/clock.hpp"

namespace omniroute::net {

/// A wait that may run out. It stands in its worker's list only while it waits, so that starting one costs two pointers.
class Expiry {
 public:
  Expiry() = default;
  Expiry(const Expiry&) = delete;
  Expiry& operator=(const Expiry&) = delete;
  virtual ~Expiry() { unlink(); }
  /// Called once, on the worker, after the wait was taken off the list.
  virtual void expire() noexcept = 0;
  void unlink() noexcept;
  [[nodiscard]] bool linked() const noexcept { return next_ != nullptr; }

 private:
  friend class ExpiryList;
  friend class Deadlines;
  Tick at_{};
  Expiry* previous_ = nullptr;
  Expiry* next_ = nullptr;
};

/// The waits of a worker. Outlives its io_context, because coroutines destroyed with that still unlink.
class ExpiryList final : private Expiry {
 public:
  ExpiryList();

 private:
  friend class Deadlines;
  void expire() noexcept override {}
};

/// Sees to the deadlines of one worker with a single timer. It is armed for the earliest deadline, at most once in
/// `granularity`, and not at all while nothing waits; a wait with a later deadline than the armed one touches no timer.
class Deadlines {
 public:
  Deadlines(boost::asio::io_context& context, const Clock& clock, ExpiryList& list, std::chrono::milliseconds granularity);
  /// `expiry` expires at `deadline`, or at once (posted) when the worker is stopping.
  void add(Expiry& expiry, Tick deadline);
  /// The clock jumped (a test's does): expires what is due, and arms anew.
  void clock_moved();
  /// Expires everything, now and from now on.
  void stop();
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }

 private:
  void arm(Tick at);
  void check();
  void expire_until(Tick now);

  const Clock& clock_;
  ExpiryList& list_;
  boost::asio::steady_timer timer_;
  const std::chrono::milliseconds granularity_;
  Tick armed_for_ = Tick::max();  // max: not armed
  Tick last_run_ = Tick::min();
  bool stopping_ = false;
};

}  // namespace omniroute::net
