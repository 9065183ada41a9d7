#include "omniroute/config/publisher.hpp"

#include <algorithm>
#include <utility>

namespace omniroute::config {
namespace {

/// The same snapshot behind a control block of its own.
std::shared_ptr<const Snapshot> own_pointer(const std::shared_ptr<const Snapshot>& snapshot) {
  auto holder = std::make_shared<std::shared_ptr<const Snapshot>>(snapshot);
  const Snapshot* target = holder->get();
  return {std::move(holder), target};
}

}  // namespace

std::uint64_t Publisher::subscribe(Deliver deliver) {
  const std::lock_guard lock(mutex_);
  if (current_) deliver(own_pointer(current_));
  subscribers_.push_back({++last_number_, std::move(deliver)});
  return last_number_;
}

void Publisher::unsubscribe(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  std::erase_if(subscribers_, [number](const Subscriber& subscriber) { return subscriber.number == number; });
}

void Publisher::publish(std::shared_ptr<const Snapshot> snapshot) {
  // Delivering under the lock keeps the order the same for all; it only posts.
  const std::lock_guard lock(mutex_);
  if (current_ && snapshot->revision() <= current_->revision()) return;
  current_ = std::move(snapshot);
  for (const Subscriber& subscriber : subscribers_) subscriber.deliver(own_pointer(current_));
}

std::shared_ptr<const Snapshot> Publisher::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace omniroute::config
