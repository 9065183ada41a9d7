#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "omniroute/domain/format.hpp"

namespace omniroute::domain {

/// Token counts of one request; absent = the provider did not say.
struct Tokens {
  std::optional<std::int64_t> input;        ///< all that the model read, cached tokens included
  std::optional<std::int64_t> output;       ///< all that it wrote, reasoning included
  std::optional<std::int64_t> cache_read;   ///< the part of `input` that came from a prompt cache
  std::optional<std::int64_t> cache_write;  ///< the part of `input` that was put into one
  std::optional<std::int64_t> reasoning;    ///< the part of `output` that was reasoning
};

/// One finished request, whatever its end. Empty strings mean "none was involved".
struct UsageRow {
  std::string request_id;
  std::int64_t time_ms = 0;  ///< when it came in, Unix milliseconds
  Format client_format = Format::openai_chat;
  std::string endpoint;  ///< the route's path: "/v1/chat/completions"
  std::string model_asked;
  std::string provider;  ///< id of the provider that answered, or was tried last
  std::string upstream_model;
  std::string account_id;
  std::string key_id;
  /// HTTP status as the client saw it; 499 = the client went away; 0 = an attempt beside another one that answered first: its tokens and
  /// its cost count, but it is no request of its own.
  int status = 0;
  bool streamed = false;
  Tokens tokens;
  bool estimated = false;  ///< the counts are ours, not the provider's
  std::int64_t latency_ms = 0;
  std::optional<std::int64_t> first_token_ms;
  std::optional<std::int64_t> overhead_us;  ///< of the latency: in the gateway itself, not waiting for others; absent = not measured
  int attempts = 0;
  std::string error_kind;                 ///< to_string(ErrorKind), or empty
  std::string error_message;              ///< short and safe to show
  std::optional<std::int64_t> cost_nano;  ///< billionths of a US dollar; absent = nobody knows the price
  std::string price_version;              ///< which price that was: "2026-02-28" of the catalog, "own-7" of the owner
  std::string dropped;                    ///< fields that the target's format could not carry: "stop, logit_bias"
  std::string trace;                      ///< the decision (routing/trace.hpp), written beside the row; not read back with it
};

}  // namespace omniroute::domain
