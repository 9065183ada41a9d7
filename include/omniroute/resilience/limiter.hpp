#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/resilience/hints.hpp"

namespace omniroute::resilience {

/// What one account may be asked. 0 = no limit.
struct Limits {
  int per_minute = 0;
  std::chrono::milliseconds min_gap{0};
  int concurrency = 0;
  bool warm_up = false;  ///< a cold account is asked by few at first (anti-stampede)
  bool own = false;      ///< the owner's numbers: headers may only tighten them
  [[nodiscard]] bool any() const noexcept { return per_minute > 0 || min_gap.count() > 0 || concurrency > 0 || warm_up; }
};

/// The pure rule of one account's line: who may go now, who at what time, who waits for another to leave. First come, first
/// served. Limits come with each call, so that an edit counts at once. Not shared by itself.
class Limiter {
 public:
  enum class Kind : std::uint8_t {
    go,       ///< it has its place; give it back with release()
    at,       ///< ask again then
    in_line,  ///< ask again when woken
  };
  struct Answer {
    Kind kind = Kind::go;
    Tick at{};
  };

  /// Asks for the holder of `ticket`; a new ticket (one above all before) joins the end of the line.
  Answer ask(std::uint64_t ticket, const Limits& limits, Tick now);
  /// Whether one that asked now would go at once.
  [[nodiscard]] bool free(const Limits& limits, Tick now) noexcept;
  /// Gives up waiting. True if it was the first, so that the next one has to be woken.
  bool leave(std::uint64_t ticket);
  void release() noexcept;
  /// What an answer's headers say: the gap that the limit implies, and how many may still go until the reset.
  void learn(const RateReading& reading, Tick now) noexcept;
  /// The account answered: a cold one takes twice as many from now on.
  void warmed(Tick now) noexcept;
  /// The account is cold again (its breaker opened).
  void chill() noexcept { width_ = 0; }

  [[nodiscard]] std::uint64_t first() const noexcept { return line_.empty() ? 0 : line_.front(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return line_.size(); }
  [[nodiscard]] int running() const noexcept { return running_; }

 private:
  [[nodiscard]] int places(const Limits& limits, Tick now) noexcept;
  /// When time alone lets the next one go; not after `now` if it does already.
  [[nodiscard]] Tick ready_at(const Limits& limits, Tick now) noexcept;

  std::deque<std::uint64_t> line_;
  int running_ = 0;
  int left_ = 0;  // of this minute
  Tick refill_{};
  Tick last_go_{};
  bool went_ = false;
  int width_ = 0;  // of a cold account; 0 = not yet asked
  Tick last_answer_{};
  std::chrono::milliseconds learnt_gap_{-1};  // -1 = nothing learnt
  int learnt_left_ = -1;
  Tick learnt_reset_{};
};

class Limiters;

/// A place that was given; gives it back when it goes.
class Permit {
 public:
  Permit() = default;
  Permit(Limiters* limiters, std::string name) : limiters_(limiters), name_(std::move(name)) {}
  Permit(Permit&& other) noexcept : limiters_(std::exchange(other.limiters_, nullptr)), name_(std::move(other.name_)) {}
  Permit& operator=(Permit&& other) noexcept;
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  ~Permit() { give_back(); }
  void give_back() noexcept;

 private:
  Limiters* limiters_ = nullptr;
  std::string name_;
};

/// All lines, by account id (or any other name).
class Limiters {
 public:
  /// Called when the waiter should ask again; may run on any thread and must only post. Never under a lock.
  using Wake = std::function<void()>;
  struct Asked {
    enum class Kind : std::uint8_t { go, at, in_line, closed };
    Kind kind = Kind::go;
    Tick at{};
    std::uint64_t ticket = 0;
    Permit permit;  ///< of Kind::go
  };
  /// Asks for a place; `ticket` 0 joins the line, later calls carry the ticket of the first answer. `closed`: the line was
  /// sent away (the account rests), look elsewhere.
  Asked ask(std::string_view name, std::uint64_t ticket, const Limits& limits, Tick now, const Wake& wake);
  /// Whether one that asked now would go at once.
  [[nodiscard]] bool free(std::string_view name, const Limits& limits, Tick now);
  /// Gives up waiting.
  void leave(std::string_view name, std::uint64_t ticket);
  /// The account rests: everyone in its line is told `closed` and woken.
  void send_away(std::string_view name);
  void learn(std::string_view name, const RateReading& reading, Tick now);
  void warmed(std::string_view name, Tick now);
  void chill(std::string_view name);

  struct View {
    std::string name;
    int running = 0;
    std::size_t waiting = 0;
  };
  [[nodiscard]] std::vector<View> all() const;
  [[nodiscard]] View view(std::string_view name) const;

 private:
  friend class Permit;
  struct Waiter {
    std::uint64_t ticket = 0;
    Wake wake;
    bool closed = false;
  };
  struct Slot {
    Limiter limiter;
    std::vector<Waiter> waiters;
    std::uint64_t last_ticket = 0;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  void release(std::string_view name) noexcept;
  Slot& slot(std::string_view name);
  static Wake first_wake(const Slot& slot);
  static void forget(Slot& slot, std::uint64_t ticket);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Slot, TextHash, std::equal_to<>> slots_;
};

}  // namespace omniroute::resilience
