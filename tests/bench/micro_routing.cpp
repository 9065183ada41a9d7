// The cost of a decision. Bars: plan and trace of 10 targets with 5 accounts each below 20 us, 1,000,000 replays below 10 s.
#include "house.hpp"
#include "measure.hpp"
#include "omniroute/routing/replay.hpp"
#include "omniroute/routing/trace.hpp"

using namespace omniroute;

bool measure_routing() {
  routing::House house(10, 5);
  house.combo("wide", {"a/m", "b/m", "c/m", "d/m", "e/m", "f/m", "g/m", "h/m", "i/m", "j/m"}, domain::Strategy::p2c);
  const auto config = house.snapshot();
  resilience::Tables tables;
  ManualClock clock;
  routing::GivenBody body;
  routing::LiveHealth health(tables.accounts, tables.breakers, tables.combos, tables.affinity, false);
  std::size_t kept = 0;
  const auto facts_for = [](const char* model) {
    routing::Facts facts;
    facts.model = model;
    facts.body_bytes = 4'000;
    facts.seed = 4711;
    return facts;
  };
  measure("plan of a plain name, one account of five first", 200, [&] {
    routing::Facts facts = facts_for("a/m");
    kept += routing::plan({*config, facts, body, health, resilience::Now::of(clock)})->order.size();
  });
  std::vector<routing::AttemptRecord> attempts(1);
  attempts[0].ok = true;
  attempts[0].status = 200;
  std::string bytes;
  const double both = measure("plan and trace, 10 targets x 5 accounts", 100, [&] {
    routing::Facts facts = facts_for("wide");
    const Result<routing::Plan> plan = routing::plan({*config, facts, body, health, resilience::Now::of(clock)});
    attempts[0].candidate = plan->order.front();
    bytes = routing::encode_trace(*plan, facts, 1, resilience::Now::of(clock), attempts);
    kept += bytes.size();
  });
  routing::House usual(3, 2);
  usual.combo("stack", {"a/m", "b/m", "c/m"});
  const auto usual_config = usual.snapshot();
  routing::Facts facts = facts_for("stack");
  const Result<routing::Plan> plan = routing::plan({*usual_config, facts, body, health, resilience::Now::of(clock)});
  const std::string usual_bytes = routing::encode_trace(*plan, facts, 1, resilience::Now::of(clock), attempts);
  const double again = measure("a stored decision of 3 targets x 2 accounts taken again", 100, [&] {
    const Result<routing::Trace> trace = routing::decode_trace(usual_bytes);
    kept += routing::replay(*trace, *usual_config).after.size();
  });
  std::printf("%-58s %10zu bytes\n", "its trace", usual_bytes.size());
  std::printf("%-58s %10.2f s\n", "1,000,000 of them", again);
  return kept > 0 && both < 20 && again < 10;
}
