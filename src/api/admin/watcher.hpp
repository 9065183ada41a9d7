#pragma once
#include <atomic>
#include <cstddef>

namespace omniroute::api {

/// Counts a stream that a page watches, for as long as it is open: a request that is no work.
class Watcher {
 public:
  Watcher() { open().fetch_add(1, std::memory_order_relaxed); }
  ~Watcher() { open().fetch_sub(1, std::memory_order_relaxed); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Open streams of this process.
  [[nodiscard]] static std::size_t count() noexcept { return open().load(std::memory_order_relaxed); }

 private:
  static std::atomic<std::size_t>& open() noexcept {
    static std::atomic<std::size_t> streams{0};
    return streams;
  }
};

}  // namespace omniroute::api
