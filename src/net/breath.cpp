#include "breath.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <utility>

#include "omniroute/net/worker.hpp"

namespace omniroute::net {

Task<void> Breath::take() {
  if (guests_.empty()) begin();
  auto wait = boost::asio::async_initiate<const boost::asio::deferred_t&, void()>(
      [](auto handler, Breath* breath) { breath->guests_.push_back(Waiter(std::move(handler))); }, boost::asio::deferred, this);
  co_await std::move(wait);
}

void Breath::begin() {
  timer_.expires_after(Worker::breath);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) finish();
  });
}

void Breath::finish() {
  std::vector<Waiter> guests = std::exchange(guests_, {});
  for (Waiter& guest : guests) std::move(guest)();
  if (guests_.empty()) {  // the room of the list serves the next breath
    guests.clear();
    guests_.swap(guests);
  }
}

}  // namespace omniroute::net
