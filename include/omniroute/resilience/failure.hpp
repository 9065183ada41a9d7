#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "omniroute/base/error.hpp"
#include "omniroute/resilience/profile.hpp"

/// What to do about a failed attempt: one table, read from top to bottom, the first row that fits counts.
namespace omniroute::resilience {

/// How far an attempt had come.
enum class Phase : std::uint8_t {
  prepare,  ///< our own work before anything was sent
  queue,    ///< in the account's line
  connect,  ///< name, TCP, proxy, TLS
  head,     ///< sent; the head of the answer is awaited or has come with a refusal
  content,  ///< 2xx came, but no content yet
  stream,   ///< the client has content
};
std::string_view to_string(Phase phase) noexcept;

/// Where the request goes from here.
enum class Next : std::uint8_t { same_account, next_account, next_target, give_up };
std::string_view to_string(Next next) noexcept;

/// What a cooldown rests on.
enum class Scope : std::uint8_t { none, model, account };
/// "none", "model" (that model on that account), "account".
std::string_view to_string(Scope scope) noexcept;

/// The kinds of failure people and policies tell apart.
enum class FailureClass : std::uint8_t {
  client_gone,
  bad_request,
  unsupported,
  too_large,
  context_length,
  content_filter,  // the request's own
  gateway,
  queue_full,
  network,  // ours, and on the way
  auth,
  forbidden,
  payment,
  quota,
  rate_limit,
  model_missing,  // the account's
  unreachable,
  capacity,
  server_error,
  timeout,
  empty_answer,
  cut,
  protocol,  // the provider's
  budget,    // the owner's: records keep names, traces numbers, so that what is new goes to the end
};
std::string_view to_string(FailureClass kind) noexcept;
std::optional<FailureClass> parse_failure_class(std::string_view name) noexcept;
/// The coarse word the management API keeps on a connection (product-spec.md e.6): quota_exhausted, rate_limit_exceeded,
/// model_capacity, server_error, auth_error or unknown.
std::string_view reason_word(FailureClass kind) noexcept;

/// How long a cooldown lasts without a hint.
enum class Formula : std::uint8_t {
  none,
  fixed,      ///< the row's `pause`
  rate,       ///< max(1 s x 2^level up to 2 min, the profile's rate_limit); raises the level
  transient,  ///< the profile's transient x 2^level up to 1 min; raises the level
};

/// A set of statuses: up to six ranges. Empty = any, also none.
struct Statuses {
  struct Range {
    std::uint16_t low = 0;
    std::uint16_t high = 0;
  };
  std::array<Range, 6> ranges{};
  std::uint8_t count = 0;

  constexpr Statuses() = default;
  constexpr Statuses(std::initializer_list<Range> list) {
    for (const Range& range : list) ranges[count++] = range;
  }
  [[nodiscard]] constexpr bool has(int status) const noexcept {
    if (count == 0) return true;
    for (std::uint8_t i = 0; i < count; ++i)
      if (status >= ranges[i].low && status <= ranges[i].high) return true;
    return false;
  }
};

/// A set of enumerators. Empty = any.
template <class E>
struct Set {
  std::uint32_t bits = 0;
  constexpr Set() = default;
  constexpr Set(std::initializer_list<E> list) {
    for (const E each : list) bits |= 1U << static_cast<unsigned>(each);
  }
  [[nodiscard]] constexpr bool has(E each) const noexcept { return bits == 0 || (bits & (1U << static_cast<unsigned>(each))) != 0; }
};

struct FailureRow {
  std::string_view name;  ///< as traces show it
  Set<Origin> origins{};
  Set<Phase> phases{};
  Statuses statuses{};
  Set<ErrorKind> kinds{};
  /// Alternatives parted by '|', lower case; one of them stands in the error's message, code or type. "{model}" stands for
  /// the upstream model's name. Empty = any text.
  std::string_view pattern{};
  Next next = Next::next_account;
  Scope scope = Scope::none;
  Formula formula = Formula::none;
  std::chrono::milliseconds pause{0};  ///< of Formula::fixed
  bool narrows = false;                ///< rests on the model alone if the text names it
  bool soft = false;                   ///< without a hint the account is only asked last, not left out
  bool health = false;                 ///< counts against the breakers
  FailureClass kind = FailureClass::server_error;
};
std::span<const FailureRow> failure_table() noexcept;

/// A failed attempt as the table sees it.
struct Failure {
  Origin origin = Origin::provider;
  Phase phase = Phase::head;
  int status = 0;
  ErrorKind kind = ErrorKind::upstream_failed;
  std::string_view message;
  std::string_view code;
  std::string_view type;
  std::string_view model;  ///< as the upstream knows it
};
Failure failure_of(const Error& error, Phase phase, std::string_view model) noexcept;

/// The row for a failure; there always is one.
const FailureRow& classify(const Failure& failure) noexcept;

/// What the row means for one account at its level.
struct Verdict {
  const FailureRow* row = nullptr;
  Next next = Next::give_up;  ///< the row's, but give_up once the client has content
  Scope scope = Scope::none;
  std::chrono::milliseconds cooldown{0};  ///< max(formula, hint) under the ceiling; 0 = none
  bool soft = false;                      ///< a soft cooldown: asked last, not left out
  bool raise_level = false;
  bool hinted = false;  ///< the hint was the longer one
};
/// `hint` is what the provider said; `ceiling` bounds every cooldown (0 = unbounded).
Verdict judge(const Failure& failure, int level, std::optional<std::chrono::milliseconds> hint, const Profile& profile,
              std::chrono::milliseconds ceiling) noexcept;

}  // namespace omniroute::resilience
