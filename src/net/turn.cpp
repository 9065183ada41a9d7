#include "turn.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace omniroute::net {
namespace {

/// Below this mean distance of writes the loop has several connections ready in a turn as a rule; above it there is nothing to gather,
/// and the end of a turn would only cost a look at the sockets more.
constexpr auto busy_gap = std::chrono::microseconds(60);
constexpr auto longest_gap = std::chrono::milliseconds(1);
constexpr int gaps_in_mean = 8;

}  // namespace

bool Turn::is_busy() noexcept {
  const Tick now = clock_.now();
  const std::chrono::nanoseconds gap = std::min<std::chrono::nanoseconds>(now - last_, longest_gap);
  last_ = now;
  gap_ += (gap - gap_) / gaps_in_mean;
  return gap_ < busy_gap;
}

Task<void> Turn::end(Work& work) {
  if (guests_.empty()) boost::asio::post(context_, [this] { finish(); });
  auto wait = boost::asio::async_initiate<const boost::asio::deferred_t&, void()>(
      [](auto handler, Turn* turn, Work* its_work) {
        turn->guests_.push_back({its_work, Waiter(std::move(handler))});
      },
      boost::asio::deferred, this, &work);
  co_await std::move(wait);
}

void Turn::finish() {
  std::vector<Guest> guests = std::exchange(guests_, {});
  for (const Guest& guest : guests) guest.work->run();
  for (Guest& guest : guests) std::move(guest.waiter)();
  if (guests_.empty()) {  // the room of the list serves the next turn
    guests.clear();
    guests_.swap(guests);
  }
}

}  // namespace omniroute::net
