#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace omniroute::pipeline {

/// How often which duration came, in buckets as HdrHistogram has them: 32 for each power of two, so that a value is known to a 32nd of
/// itself, in fixed memory and for all of the time. Microseconds, from 1 to 2^31; what is beyond counts as the bound. Any thread.
class Histogram {
 public:
  void note(std::int64_t microseconds) noexcept;

  /// What was noted up to a moment.
  class Reading {
   public:
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }  ///< microseconds
    /// The value below or at which so many percent lie, by the nearest rank: the upper end of its bucket. Nothing of nothing.
    [[nodiscard]] std::optional<std::int64_t> percentile(unsigned percent) const noexcept;
    /// How many took at most 2^power microseconds; exact. `power`: 0 to 31.
    [[nodiscard]] std::uint64_t up_to(unsigned power) const noexcept;
    void add(const Reading& other);

   private:
    friend class Histogram;
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
  };
  [[nodiscard]] Reading read() const;

 private:
  static constexpr std::size_t buckets = 32 + 26 * 32;  // exact up to 32, then the powers 5 to 30
  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace omniroute::pipeline
