#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace omniroute::domain {

/// What the holder of a gateway key may do: call models, read the state, change it.
enum class Scope : std::uint8_t { inference = 1, read = 2, admin = 4 };
/// "inference", "read", "admin".
std::string_view to_string(Scope scope) noexcept;
std::optional<Scope> parse_scope(std::string_view name) noexcept;

/// Whether `text` fits a pattern in which '*' stands for any characters, none included.
bool fits_pattern(std::string_view pattern, std::string_view text) noexcept;

/// A set of scopes. `admin` may do everything.
class Scopes {
 public:
  constexpr Scopes() = default;
  constexpr explicit Scopes(std::uint8_t bits) : bits_(bits & 7U) {}
  constexpr Scopes(Scope scope) : bits_(static_cast<std::uint8_t>(scope)) {}  // NOLINT(google-explicit-constructor)
  constexpr Scopes operator|(Scopes other) const { return Scopes(static_cast<std::uint8_t>(bits_ | other.bits_)); }
  constexpr bool operator==(const Scopes&) const = default;

  [[nodiscard]] constexpr bool allows(Scope scope) const {
    return ((bits_ & static_cast<std::uint8_t>(scope)) | (bits_ & static_cast<std::uint8_t>(Scope::admin))) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }
  /// The names of the scopes in the set, in the order of the enumeration.
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  std::uint8_t bits_ = 0;
};

constexpr Scopes operator|(Scope a, Scope b) { return Scopes(a) | Scopes(b); }

/// A key that clients present to the gateway. Its text is shown once and never kept.
struct ApiKey {
  std::string id;
  std::string name;
  std::array<std::uint8_t, 32> hash{};  ///< SHA-256 of the key's text
  std::string hint;                     ///< the last characters, for people: "…abcd"
  Scopes scopes = Scope::inference;
  bool active = true;
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;              ///< Unix milliseconds; 0 = never
  std::vector<std::string> allowed_models;  ///< exact names, or patterns with '*'; empty = all
  std::int64_t requests_per_minute = 0;     ///< 0 = no limit, here and below
  std::int64_t tokens_per_minute = 0;
  std::int64_t daily_budget_nano = 0;  ///< billionths of a US dollar
  std::int64_t monthly_budget_nano = 0;
  bool log_bodies = false;                                    ///< what its requests and answers say is recorded
  bool log_errors_only = false;                               ///< … of those that failed
  std::optional<std::array<std::uint8_t, 32>> previous_hash;  ///< of the text before the last rotation
  std::int64_t previous_until_ms = 0;                         ///< until when that text still counts

  /// Whether it may ask for a model of this name.
  [[nodiscard]] bool allows_model(std::string_view model) const noexcept;
};

}  // namespace omniroute::domain
