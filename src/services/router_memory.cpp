#include "omniroute/services/router_memory.hpp"

#include <string_view>

namespace omniroute::services {
namespace {

constexpr auto pause = std::chrono::milliseconds(100);
constexpr std::string_view breaker_mark = "breaker ";  // all other tables know their own keys

}  // namespace

Task<Status> RouterMemory::load() {
  Result<std::vector<store::RouterRecord>> records = co_await state_.all();
  if (!records) co_return std::move(records).error();
  const resilience::Now now = resilience::Now::of(clock_);
  for (const store::RouterRecord& each : *records) {
    const std::string_view key = each.key;
    if (key.starts_with(breaker_mark)) {
      tables_.breakers.restore(key.substr(breaker_mark.size()), each.record, now);
    } else if (!tables_.combos.restore(key, each.record) && !tables_.affinity.restore(key, each.record, now)) {
      tables_.accounts.restore(key, each.record, now);
    }
  }
  co_return Status();
}

void RouterMemory::save() {
  const resilience::Now now = resilience::Now::of(clock_);
  std::vector<store::RouterRecord> records;
  for (auto& [name, record] : tables_.breakers.take_changes(now)) records.push_back({std::string(breaker_mark) + name, std::move(record)});
  const auto take = [&records](auto changes) {
    for (auto& change : changes) records.push_back({std::move(change.key), std::move(change.record)});
  };
  take(tables_.combos.take_changes());
  take(tables_.affinity.take_changes(now));
  take(tables_.accounts.take_changes(now));
  state_.save(std::move(records));
}

Task<void> RouterMemory::keep(net::Worker& worker) {
  for (;;) {
    const Tick next = worker.clock().now() + pause;
    co_await worker.sleep_until(next);
    if (worker.clock().now() < next) co_return;
    save();
  }
}

}  // namespace omniroute::services
