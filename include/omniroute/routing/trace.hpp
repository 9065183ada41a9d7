#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/resilience/failure.hpp"
#include "omniroute/routing/facts.hpp"
#include "omniroute/routing/planner.hpp"

/// The record of a decision and of what became of it: some hundred bytes a request, from which it can be told, and taken again.
namespace omniroute::routing {

/// One try, as it went. Times count from the request's beginning.
struct AttemptRecord {
  std::uint16_t candidate = 0;
  bool ok = false;
  bool probe = false;
  bool retry = false;    ///< at the same account, once more
  bool hedge = false;    ///< asked beside another one
  bool skipped = false;  ///< was ruled out between plan and turn, nothing was sent
  resilience::FailureClass kind = resilience::FailureClass::server_error;
  resilience::Next next = resilience::Next::give_up;
  resilience::Scope scope = resilience::Scope::none;
  int status = 0;  ///< of the upstream; 0 = none came
  std::chrono::milliseconds cooldown{0};
  std::chrono::microseconds began{0};
  std::chrono::microseconds queued{0};                     ///< in the account's line
  std::optional<std::chrono::microseconds> head;           ///< the head of the answer, since `began`
  std::optional<std::chrono::microseconds> first_content;  ///< since `began`
  std::chrono::microseconds took{0};
  std::string row;      ///< of the failure table
  std::string message;  ///< cut to 200 bytes
};

/// The decision and its course as bytes: some hundred, at most 8 KB; what goes beyond is left out from the end of the lists.
std::string encode_trace(const Plan& plan, const Facts& facts, std::int64_t revision, const resilience::Now& now,
                         const std::vector<AttemptRecord>& attempts);

/// An entry of a plan, as it was recorded.
struct TracedEntry {
  std::string label;
  std::string provider;  ///< id; empty if the name meant nothing
  std::string alias;
  std::string model;
  Filter filter = Filter::none;
  double seen = 0;
  double bound = 0;
  std::optional<std::chrono::milliseconds> back_in;
  std::string account;
  std::string note;
  double score = 0;
  resilience::Breakers::View provider_breaker;  ///< retry_at counts from Tick() = the decision
  resilience::Breakers::View target_breaker;
};

struct TracedCandidate {
  std::uint16_t entry = 0;
  std::uint16_t slot = 0;
  std::string account;  ///< id
  Filter filter = Filter::none;
  bool suspect = false;
  bool bonded = false;
  double score = 0;
  std::optional<std::chrono::milliseconds> back_in;
  bool for_good = false;
  std::uint16_t place = 0;             ///< in the order, from 1; 0 = was not in it
  resilience::AccountReading reading;  ///< ticks count from Tick() = the decision, walls from WallTime()
};

struct Trace {
  std::int64_t revision = 0;
  std::int64_t time_ms = 0;
  Facts facts;
  std::string combo;
  std::string ordering;
  std::vector<TracedEntry> entries;
  std::vector<TracedCandidate> candidates;
  std::vector<std::pair<std::string, std::uint64_t>> turns;
  std::vector<std::uint64_t> uses;
  std::optional<resilience::Bond> bond;  ///< `used` counts from Tick() = the decision
  BondOutcome bond_outcome;
  std::vector<AttemptRecord> attempts;
};

/// Errors: internal, for bytes that are no trace, or one of a newer version.
Result<Trace> decode_trace(std::string_view bytes);

/// {"plan":[{"target","account","score"…}],"removed":[{"target","reason"…}],"attempts":[{"target","outcome"…}],…}. Account names come
/// from `config` where it still has them; `for_owner` false leaves accounts as numbers.
std::string trace_json(const Trace& trace, const config::Snapshot& config, bool for_owner);

/// "my-coding-stack; cc/claude-opus-4-6 rate_limit; glm/glm-4.7 ok": the answer's header.
std::string short_route(const Plan& plan, const std::vector<AttemptRecord>& attempts);

}  // namespace omniroute::routing
