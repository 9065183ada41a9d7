#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/pipeline/histogram.hpp"

namespace omniroute::pipeline {

/// How long one request took.
struct Took {
  std::chrono::microseconds total{0};
  std::optional<std::chrono::microseconds> first_token;
  std::chrono::microseconds own{0};  ///< of it in the gateway: not waiting for a provider, a client or a place in a line
};

/// How long all requests since the start took, by the provider that answered or was tried last. Any thread.
class Meters {
 public:
  /// Providers beyond the first 50 count together, as "other".
  static constexpr std::size_t most_providers = 50;

  void note(std::string_view provider, const Took& took);

  struct Reading {
    std::string provider;  ///< empty: no provider was asked
    Histogram::Reading total;
    Histogram::Reading first_token;
    Histogram::Reading own;
  };
  /// By provider's id.
  [[nodiscard]] std::vector<Reading> read() const;

 private:
  struct Clocks {
    std::string provider;
    Histogram total;
    Histogram first_token;
    Histogram own;
  };
  Clocks* find(std::string_view provider) const noexcept;
  Clocks& clocks_of(std::string_view provider);

  std::mutex adding_;
  std::array<std::unique_ptr<Clocks>, most_providers + 1> clocks_;  // none is ever taken out, so that a look needs no lock
  std::atomic<std::size_t> known_{0};
};

}  // namespace omniroute::pipeline
