#include "omniroute/resilience/quota.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "record.hpp"

namespace omniroute::resilience {
namespace {

using domain::WindowKind;
using domain::WindowUnit;
using std::chrono::milliseconds;

std::int64_t millis(WallTime time) { return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count(); }
WallTime wall(std::int64_t ms) { return WallTime(milliseconds(ms)); }

/// A provider's word loses weight with age: full for a minute, half at a tenth of the window or an hour.
double confidence_of(milliseconds age, std::chrono::minutes length) {
  const double full = 60'000;
  const double half = length.count() > 0 ? std::max(full * 2, static_cast<double>(milliseconds(length).count()) / 10) : 3'600'000;
  const double ms = static_cast<double>(age.count());
  if (ms <= full) return 1;
  return std::max(0.3, 1 - 0.5 * (ms - full) / (half - full));
}

}  // namespace

std::string_view to_string(QuotaSource source) noexcept {
  constexpr std::array<std::string_view, 4> names{"none", "counted", "header", "endpoint"};
  return names[static_cast<std::size_t>(source)];
}

bool QuotaWindow::counts(std::string_view model) const noexcept {
  return rule_.model.empty() || model.find(rule_.model) != std::string_view::npos;
}

std::int64_t QuotaWindow::bucket_width() const noexcept { return std::max<std::int64_t>(1, milliseconds(rule_.length).count() / buckets); }

std::int64_t QuotaWindow::oldest(WallTime now) const noexcept { return std::max(millis(now) / bucket_width(), ring_at_) - buckets + 1; }

void QuotaWindow::follow(const domain::WindowRule& rule) {
  if (rule == rule_) return;
  const bool same_meaning = rule.kind == rule_.kind && rule.unit == rule_.unit && rule.model == rule_.model;
  const std::int64_t old_width = bucket_width();
  rule_ = rule;
  if (!same_meaning) {
    begin_ = WallTime();
    count_ = 0;
    ring_.fill(0);
    ring_at_ = 0;
    if (said_) said_->counted = 0;
  } else if (rule_.kind == WindowKind::rolling && bucket_width() != old_width) {
    rebucket(old_width);
  }
}

void QuotaWindow::rebucket(std::int64_t old_width) {
  const std::array<std::int64_t, buckets> old = std::exchange(ring_, {});
  const std::int64_t old_at = ring_at_;
  ring_at_ = (old_at * old_width + old_width / 2) / bucket_width();
  for (std::int64_t number = old_at - buckets + 1; number <= old_at; ++number) {
    const std::int64_t place = (number * old_width + old_width / 2) / bucket_width();
    if (number >= 0 && place > ring_at_ - buckets) bucket(place) += old[static_cast<std::size_t>(number % buckets)];
  }
}

void QuotaWindow::roll(WallTime now) {
  if (rule_.kind == WindowKind::rolling) {
    const std::int64_t newest = millis(now) / bucket_width();
    const std::int64_t steps = std::clamp<std::int64_t>(newest - ring_at_, 0, buckets);
    for (std::int64_t i = 1; i <= steps; ++i) bucket(newest - steps + i) = 0;
    ring_at_ = std::max(ring_at_, newest);
    return;
  }
  const domain::Period period = domain::period_at(rule_, now, begin_);
  if (rule_.kind == WindowKind::session ? period.end == WallTime::max() : period.begin != begin_) {
    begin_ = period.begin;
    count_ = 0;
    said_.reset();
  }
}

void QuotaWindow::add(std::int64_t requests, std::int64_t tokens, WallTime now) {
  roll(now);
  const std::int64_t amount = rule_.unit == WindowUnit::requests ? requests : tokens;
  count_ += amount;
  if (rule_.kind == WindowKind::rolling) bucket(ring_at_) += amount;
}

std::int64_t QuotaWindow::counted(WallTime now) const {
  if (rule_.kind != WindowKind::rolling) {
    const domain::Period period = domain::period_at(rule_, now, begin_);
    const bool same = rule_.kind == WindowKind::session ? period.end != WallTime::max() : period.begin == begin_;
    return same ? count_ : 0;
  }
  std::int64_t sum = 0;
  for (std::int64_t i = oldest(now); i <= ring_at_; ++i) sum += bucket(i);
  return sum;
}

void QuotaWindow::correct(const QuotaReading& reading, bool endpoint, WallTime now) {
  roll(now);
  Said said;
  said.used = std::max(0.0, reading.used);
  said.rejected = reading.rejected;
  said.endpoint = endpoint;
  said.at = now;
  said.counted = counted(now);
  if (reading.resets_at) {
    said.resets_at = *reading.resets_at;
    // The provider's own clock says when the session began.
    if (rule_.kind == WindowKind::session) begin_ = *reading.resets_at - rule_.length;
  } else {
    said.resets_at = domain::period_at(rule_, now, begin_).end;
  }
  said_ = said;
}

const QuotaWindow::Said* QuotaWindow::said(WallTime now) const { return said_ && now < said_->resets_at ? &*said_ : nullptr; }

std::optional<double> QuotaWindow::share(WallTime now) const {
  const Said* word = said(now);
  const std::optional<std::int64_t> limit = rule_.limit && *rule_.limit > 0 ? rule_.limit : std::nullopt;
  if (word != nullptr) {
    double used = word->used;
    if (limit) used += static_cast<double>(std::max<std::int64_t>(0, counted(now) - word->counted)) / static_cast<double>(*limit);
    return used;
  }
  if (!limit) return std::nullopt;
  return static_cast<double>(counted(now)) / static_cast<double>(*limit);
}

bool QuotaWindow::spent(WallTime now) const {
  const Said* word = said(now);
  if (word != nullptr && word->rejected) return true;
  const auto part = share(now);
  // A provider that tells its state says itself when it is over; counts between two words of it only warn.
  return part && *part >= 1.0 && word == nullptr;
}

WallTime QuotaWindow::resets_at(WallTime now) const {
  if (const Said* word = said(now)) return word->resets_at;
  if (rule_.kind != WindowKind::rolling) return domain::period_at(rule_, now, begin_).end;
  // A sliding window comes back bit by bit: with its oldest bucket that holds something.
  for (std::int64_t i = oldest(now); i <= ring_at_; ++i)
    if (bucket(i) > 0) return wall((i + buckets) * bucket_width());
  return now;
}

QuotaFigure QuotaWindow::figure(WallTime now) const {
  QuotaFigure figure;
  figure.name = rule_.name;
  figure.model = rule_.model;
  figure.unit = rule_.unit;
  figure.counted = counted(now);
  figure.limit = rule_.limit;
  figure.used = share(now);
  figure.spent = spent(now);
  if (const WallTime reset = resets_at(now); reset != WallTime::max()) figure.resets_at = reset;
  if (const Said* word = said(now)) {
    figure.source = word->endpoint ? QuotaSource::endpoint : QuotaSource::header;
    figure.age = std::chrono::duration_cast<milliseconds>(now - word->at);
    figure.confidence = confidence_of(figure.age, rule_.length);
  } else {
    figure.source = QuotaSource::counted;
    figure.confidence = figure.used ? 0.5 : 0;
  }
  return figure;
}

// The rule travels with its counts: a restart must not wait for the next answer to know what is spent.
std::string QuotaWindow::to_record() const {
  Record record;
  record.add(static_cast<std::int64_t>(rule_.kind)).add(static_cast<std::int64_t>(rule_.unit)).add(rule_.length.count()).add(rule_.hour);
  record.add(rule_.day)
      .add(rule_.zone.count())
      .add(rule_.limit.value_or(-1))
      .add(rule_.model.empty() ? std::string_view("*") : rule_.model);
  record.add(millis(begin_)).add(count_).add(ring_at_).add(said_ ? 1 : 0);
  const Said said = said_.value_or(Said());
  record.add(std::llround(said.used * 1e6)).add(said.rejected ? 1 : 0).add(said.endpoint ? 1 : 0).add(millis(said.at));
  record.add(said.resets_at == WallTime::max() ? -1 : millis(said.resets_at)).add(said.counted);
  if (rule_.kind == WindowKind::rolling)
    for (const std::int64_t count : ring_) record.add(count);
  return record.text();
}

std::optional<QuotaWindow> QuotaWindow::from_record(std::string_view name, std::string_view text) {
  RecordReader record(text);
  domain::WindowRule rule;
  rule.name = name;
  rule.kind = static_cast<WindowKind>(std::clamp<std::int64_t>(record.number(), 0, static_cast<std::int64_t>(WindowKind::once)));
  rule.unit = static_cast<WindowUnit>(std::clamp<std::int64_t>(record.number(), 0, static_cast<std::int64_t>(WindowUnit::tokens)));
  rule.length = std::chrono::minutes(record.number());
  rule.hour = static_cast<int>(record.number());
  rule.day = static_cast<int>(record.number());
  rule.zone = std::chrono::minutes(record.number());
  if (const std::int64_t limit = record.number(); limit >= 0) rule.limit = limit;
  if (const std::string_view model = record.word(); model != "*") rule.model = model;
  QuotaWindow window(std::move(rule));
  window.begin_ = wall(record.number());
  window.count_ = record.number();
  window.ring_at_ = record.number();
  const bool has_word = record.number() != 0;
  Said said;
  said.used = static_cast<double>(record.number()) / 1e6;
  said.rejected = record.number() != 0;
  said.endpoint = record.number() != 0;
  said.at = wall(record.number());
  const std::int64_t resets = record.number();
  said.resets_at = resets < 0 ? WallTime::max() : wall(resets);
  said.counted = record.number();
  if (window.rule_.kind == WindowKind::rolling)
    for (std::int64_t& count : window.ring_) count = record.number();
  if (!record.good()) return std::nullopt;
  if (has_word) window.said_ = said;
  return window;
}

}  // namespace omniroute::resilience
