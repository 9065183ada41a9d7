#pragma once
#include <string_view>

#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/routing/facts.hpp"

namespace omniroute::pipeline {

/// Finds in an exchange's body what a plan asks for; see routing/README.md for the order of affinity keys.
class ExchangeBody final : public routing::BodyReader {
 public:
  explicit ExchangeBody(Exchange& exchange) : x_(exchange) {}
  std::int64_t tokens() override;
  routing::Media media() override;
  routing::Affinity affinity() override;

 private:
  Exchange& x_;
};

/// What a body holds beside text, told by its raw tokens: text inside strings never looks like them, since quotes are
/// escaped there.
routing::Media sniff_media(std::string_view body) noexcept;

}  // namespace omniroute::pipeline
