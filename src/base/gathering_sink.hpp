#pragma once
#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace omniroute::log {

/// Log lines into a file descriptor, those that come close together in one write: a busy gateway writes a line a request, and a
/// system call for each costs more than the line. A line that nothing preceded goes out at once; one that comes within 50 ms of
/// a write waits for the rest of them, unless it warns. What ends the process without its destructors may cost such lines.
class GatheringSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit GatheringSink(int descriptor) noexcept : descriptor_(descriptor) {}
  ~GatheringSink() override;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;

 private:
  void run();

  const int descriptor_;
  spdlog::memory_buf_t lines_;
  std::chrono::steady_clock::time_point written_{};
  std::condition_variable_any changed_;
  bool stopping_ = false;
  std::thread late_;  // writes what nobody after it did; begun with the first line that waits
};

}  // namespace omniroute::log
