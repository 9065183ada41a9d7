#include "deadlines.hpp"

#include <algorithm>

namespace omniroute::net {
void Expiry::unlink() noexcept {
  if (!next_) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

ExpiryList::ExpiryList() { previous_ = next_ = this; }

Deadlines::Deadlines(boost::asio::io_context& context, const Clock& clock, ExpiryList& list, std::chrono::milliseconds granularity)
    : clock_(clock), list_(list), timer_(context), granularity_(granularity) {}

void Deadlines::add(Expiry& expiry, Tick deadline) {
  expiry.unlink();
  expiry.at_ = stopping_ ? Tick::min() : deadline;
  expiry.previous_ = list_.previous_;
  expiry.next_ = &list_;
  list_.previous_->next_ = &expiry;
  list_.previous_ = &expiry;
  if (stopping_) {
    arm(Tick::min());
  } else if (deadline < armed_for_ && (armed_for_ == Tick::max() || armed_for_ - deadline > granularity_)) {
    arm(deadline);
  }
}

void Deadlines::arm(Tick at) {
  const Tick earliest = stopping_ || last_run_ == Tick::min() ? at : std::max(at, last_run_ + granularity_);
  if (armed_for_ != Tick::max() && armed_for_ <= earliest) return;
  armed_for_ = earliest;
  const Tick now = clock_.now();
  timer_.expires_after(earliest > now ? std::chrono::duration_cast<std::chrono::nanoseconds>(earliest - now) : std::chrono::nanoseconds(0));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // re-armed, or the worker is going away
    armed_for_ = Tick::max();
    check();
  });
}

void Deadlines::clock_moved() {
  armed_for_ = Tick::max();
  timer_.cancel();
  check();
}

void Deadlines::check() {
  const Tick now = clock_.now();
  last_run_ = now;
  expire_until(stopping_ ? Tick::max() : now);
  Tick earliest = Tick::max();
  for (const Expiry* at = list_.next_; at != &list_; at = at->next_) earliest = std::min(earliest, at->at_);
  if (earliest != Tick::max()) arm(earliest);
}

void Deadlines::expire_until(Tick now) {
  // Those due are collected first: expire() may run code that adds or removes others.
  ExpiryList due;
  for (Expiry* at = list_.next_; at != &list_;) {
    Expiry* next = at->next_;
    if (at->at_ <= now) {
      at->unlink();
      at->previous_ = due.previous_;
      at->next_ = &due;
      due.previous_->next_ = at;
      due.previous_ = at;
    }
    at = next;
  }
  while (due.next_ != &due) {
    Expiry* first = due.next_;
    first->unlink();
    first->expire();
  }
  due.unlink();
}

void Deadlines::stop() {
  stopping_ = true;
  expire_until(Tick::max());
}

}  // namespace omniroute::net
