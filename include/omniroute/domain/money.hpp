#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace omniroute::domain {

/// US dollars per million tokens. Each token is in one class alone: `input` is what was read beyond the cached, `output` what was written
/// beyond the reasoning.
struct TokenPrice {
  double input = 0;
  double output = 0;
  double cache_read = 0;
  double cache_write = 0;
  double reasoning = 0;
  bool operator==(const TokenPrice&) const = default;
};

/// A price of the owner's own, before the catalog's.
struct OwnPrice {
  std::int64_t id = 0;  ///< part of the version that requests are recorded with: "own-7"
  std::string provider;
  std::string model;                ///< as the upstream knows it
  std::optional<TokenPrice> price;  ///< absent = the catalog's counts again
  std::int64_t created_ms = 0;
};

/// What may be spent with a provider, or with all together. Billionths of a US dollar; 0 = no limit.
struct Budget {
  std::string provider;  ///< id; empty = all
  std::int64_t daily_nano = 0;
  std::int64_t monthly_nano = 0;
};

}  // namespace omniroute::domain
