#include "gathering_sink.hpp"

#include <unistd.h>

#include <cerrno>

namespace omniroute::log {
namespace {

constexpr std::chrono::milliseconds pause{50};
constexpr std::size_t enough = 32 * 1024;  // bytes; half of what a pipe of Linux takes at once

}  // namespace

GatheringSink::~GatheringSink() {
  {
    const std::lock_guard lock(mutex_);
    flush_();
    stopping_ = true;
  }
  changed_.notify_one();
  if (late_.joinable()) late_.join();
}

void GatheringSink::sink_it_(const spdlog::details::log_msg& message) {
  const bool first = lines_.size() == 0;
  formatter_->format(message, lines_);
  if (message.level >= spdlog::level::warn || lines_.size() >= enough || std::chrono::steady_clock::now() - written_ >= pause)
    return flush_();
  if (!first) return;
  if (!late_.joinable()) late_ = std::thread([this] { run(); });
  changed_.notify_one();
}

void GatheringSink::flush_() {
  const char* next = lines_.data();
  std::size_t left = lines_.size();
  while (left > 0) {
    const ssize_t taken = ::write(descriptor_, next, left);
    if (taken < 0 && errno == EINTR) continue;
    if (taken <= 0) break;  // nobody reads the console any more: there is nowhere to say so
    next += taken;
    left -= static_cast<std::size_t>(taken);
  }
  lines_.clear();
  written_ = std::chrono::steady_clock::now();
}

void GatheringSink::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || lines_.size() > 0; });
    changed_.wait_until(lock, written_ + pause, [this] { return stopping_; });
    if (lines_.size() > 0) flush_();
  }
}

}  // namespace omniroute::log
