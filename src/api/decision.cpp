#include "decision.hpp"

#include "omniroute/json/writer.hpp"
#include "omniroute/routing/trace.hpp"

namespace omniroute::api {

Task<Result<std::optional<store::StoredTrace>>> find_decision(Services& services, net::Worker& worker, std::string request_id,
                                                              std::optional<std::string> key_id) {
  // A finished answer's connection is looked after for up to a quarter of a second before its record is written.
  constexpr int most_looks = 12;
  constexpr std::chrono::milliseconds between{50};
  store::Traces traces(services.database);
  for (int look = 1;; ++look) {
    Result<std::optional<store::StoredTrace>> stored = co_await traces.find(request_id, key_id);
    if (!stored || *stored || look == most_looks) co_return stored;
    const Tick next = worker.clock().now() + between;
    co_await worker.sleep_until(next);
  }
}

Result<std::string> decision_json(const store::StoredTrace& stored, const config::Snapshot& snapshot, bool for_owner) {
  const Result<routing::Trace> trace = routing::decode_trace(stored.data);
  if (!trace) return trace.error();
  std::string text;
  json::Writer writer(text);
  writer.begin_object().key("requestId").string(stored.request_id).key("status").integer(stored.status);
  writer.key("latencyMs").integer(stored.latency_ms);
  if (!stored.error_kind.empty()) writer.key("error").string(stored.error_kind).key("errorMessage").string(stored.error_message);
  writer.end_object();
  // Both are objects: their members go into one.
  text.back() = ',';
  text += routing::trace_json(*trace, snapshot, for_owner).substr(1);
  return text;
}

Error no_decision(const std::string& request_id) {
  return {ErrorKind::not_found,
          "There is no decision for the request " + request_id.substr(0, 128) + ": it never was, or it is older than what is kept."};
}

}  // namespace omniroute::api
