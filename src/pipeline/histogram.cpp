#include "omniroute/pipeline/histogram.hpp"

#include <algorithm>
#include <bit>

namespace omniroute::pipeline {
namespace {

constexpr unsigned fine_bits = 5;
constexpr std::size_t fine = 1U << fine_bits;
constexpr std::int64_t longest = std::int64_t{1} << 31U;

/// Buckets begin behind a value and end with one: 2^n is the last of its bucket, so that sums up to it are exact.
std::size_t bucket_of(std::int64_t microseconds) noexcept {
  const auto below = static_cast<std::uint64_t>(std::clamp<std::int64_t>(microseconds, 1, longest) - 1);
  if (below < fine) return below;
  const auto shift = static_cast<unsigned>(std::bit_width(below)) - 1 - fine_bits;
  return fine + shift * fine + ((below >> shift) & (fine - 1));
}

/// The largest value of a bucket.
std::int64_t end_of(std::size_t bucket) noexcept {
  if (bucket < fine) return static_cast<std::int64_t>(bucket) + 1;
  const std::size_t shift = (bucket - fine) / fine;
  const std::size_t first = (fine + bucket % fine) << shift;
  return static_cast<std::int64_t>(first + (std::size_t{1} << shift));
}

}  // namespace

void Histogram::note(std::int64_t microseconds) noexcept {
  counts_[bucket_of(microseconds)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(microseconds, 0)), std::memory_order_relaxed);
}

Histogram::Reading Histogram::read() const {
  Reading reading;
  reading.counts_.reserve(counts_.size());
  for (const std::atomic<std::uint64_t>& count : counts_) {
    reading.counts_.push_back(count.load(std::memory_order_relaxed));
    reading.count_ += reading.counts_.back();
  }
  reading.sum_ = sum_.load(std::memory_order_relaxed);
  return reading;
}

std::optional<std::int64_t> Histogram::Reading::percentile(unsigned percent) const noexcept {
  if (count_ == 0) return std::nullopt;
  const std::uint64_t rank = std::max<std::uint64_t>((count_ * percent + 99) / 100, 1);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < counts_.size() && seen + counts_[bucket] < rank) seen += counts_[bucket++];
  return end_of(bucket);
}

std::uint64_t Histogram::Reading::up_to(unsigned power) const noexcept {
  const std::size_t behind = std::min(bucket_of((std::int64_t{1} << power) + 1), counts_.size());
  std::uint64_t sum = 0;
  for (std::size_t bucket = 0; bucket < (power >= 31 ? counts_.size() : behind); ++bucket) sum += counts_[bucket];
  return sum;
}

void Histogram::Reading::add(const Reading& other) {
  if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t bucket = 0; bucket < other.counts_.size(); ++bucket) counts_[bucket] += other.counts_[bucket];
  count_ += other.count_;
  sum_ += other.sum_;
}

}  // namespace omniroute::pipeline
