#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/base/clock.hpp"
#include "omniroute/domain/window.hpp"
#include "omniroute/resilience/hints.hpp"

namespace omniroute::resilience {

/// Where a figure comes from.
enum class QuotaSource : std::uint8_t { none, counted, header, endpoint };
/// "none", "counted", "header", "endpoint".
std::string_view to_string(QuotaSource source) noexcept;

/// What is known of one window at one moment.
struct QuotaFigure {
  std::string name;
  std::string model;  ///< the models it counts; empty = all
  domain::WindowUnit unit = domain::WindowUnit::requests;
  std::int64_t counted = 0;  ///< what passed here in this period
  std::optional<std::int64_t> limit;
  std::optional<double> used;         ///< 0..1, above when overdrawn; absent while nobody knows the limit
  std::optional<WallTime> resets_at;  ///< absent: never, or not begun
  QuotaSource source = QuotaSource::none;
  std::chrono::milliseconds age{0};  ///< of what the provider said; 0 for counts of our own
  double confidence = 0;             ///< 1 = the provider just said so; 0.5 = counted against a published limit; 0 = unknown
  bool spent = false;
};

/// Counts one window of one account, and takes the provider's word over its own counts. Not shared by itself.
class QuotaWindow {
 public:
  explicit QuotaWindow(domain::WindowRule rule) : rule_(std::move(rule)) {}

  [[nodiscard]] const domain::WindowRule& rule() const noexcept { return rule_; }
  /// Another rule of the same name: rules are editable. What was counted goes on under it as far as it means the same; another
  /// unit or another kind begins from 0.
  void follow(const domain::WindowRule& rule);
  [[nodiscard]] bool counts(std::string_view model) const noexcept;

  /// A request that was answered.
  void add(std::int64_t requests, std::int64_t tokens, WallTime now);
  /// What the provider said. `endpoint`: asked for, not just seen in passing.
  void correct(const QuotaReading& reading, bool endpoint, WallTime now);

  /// The used share, 0..1 and above; absent while nobody knows the limit.
  [[nodiscard]] std::optional<double> share(WallTime now) const;
  [[nodiscard]] bool spent(WallTime now) const;
  /// When it comes back; WallTime::max() = never.
  [[nodiscard]] WallTime resets_at(WallTime now) const;
  [[nodiscard]] QuotaFigure figure(WallTime now) const;

  [[nodiscard]] std::string to_record() const;
  static std::optional<QuotaWindow> from_record(std::string_view name, std::string_view record);

 private:
  static constexpr std::int64_t buckets = 60;  // of a rolling window
  struct Said {
    double used = 0;
    bool rejected = false;
    bool endpoint = false;
    WallTime at{};
    WallTime resets_at{};
    std::int64_t counted = 0;  // our own count at that time
  };
  [[nodiscard]] std::int64_t counted(WallTime now) const;
  [[nodiscard]] const Said* said(WallTime now) const;
  void roll(WallTime now);
  /// Puts the counts of a rolling window into buckets of another width.
  void rebucket(std::int64_t old_width);
  [[nodiscard]] std::int64_t bucket_width() const noexcept;  // in milliseconds
  std::int64_t& bucket(std::int64_t number) noexcept { return ring_[static_cast<std::size_t>(number % buckets)]; }
  [[nodiscard]] std::int64_t bucket(std::int64_t number) const noexcept { return ring_[static_cast<std::size_t>(number % buckets)]; }
  /// The oldest bucket that still counts.
  [[nodiscard]] std::int64_t oldest(WallTime now) const noexcept;

  domain::WindowRule rule_;
  WallTime begin_{};  // of the period the count belongs to; of a session, its first use
  std::int64_t count_ = 0;
  std::array<std::int64_t, buckets> ring_{};  // rolling: one bucket a sixtieth of the length
  std::int64_t ring_at_ = 0;                  // number of the newest bucket since 1970
  std::optional<Said> said_;
};

}  // namespace omniroute::resilience
