#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "omniroute/config/snapshot.hpp"

namespace omniroute::config {

/// Hands each new snapshot to those who asked for it: one subscription a worker, which posts it there.
class Publisher {
 public:
  /// Runs on the thread that publishes; posts the pointer to where it belongs and returns. Each subscriber gets a control
  /// block of its own, so that reference counts stay on its core.
  using Deliver = std::function<void(std::shared_ptr<const Snapshot>)>;

  /// Delivers the present snapshot at once, if there is one. The number ends it again.
  std::uint64_t subscribe(Deliver deliver);
  /// After it returns, `deliver` is not called any more.
  void unsubscribe(std::uint64_t number);
  /// Makes it the present one and delivers it; one that is not newer than the present one is ignored. Any thread.
  void publish(std::shared_ptr<const Snapshot> snapshot);
  /// The present one, for the admin API and tests; nullptr before the first. Takes a lock: requests use their worker's pointer.
  [[nodiscard]] std::shared_ptr<const Snapshot> current() const;

 private:
  struct Subscriber {
    std::uint64_t number;
    Deliver deliver;
  };
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> current_;
  std::vector<Subscriber> subscribers_;
  std::uint64_t last_number_ = 0;
};

}  // namespace omniroute::config
