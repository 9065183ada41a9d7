#include "omniroute/services/router_memory.hpp"

#include <charconv>
#include <string_view>

namespace omniroute::services {
namespace {

constexpr auto pause = std::chrono::milliseconds(100);
// The keys' first words: breakers and turns; all others are the account book's.
constexpr std::string_view breaker_mark = "breaker ";
constexpr std::string_view turn_mark = "turn ";

}  // namespace

Task<Status> RouterMemory::load() {
  Result<std::vector<store::RouterRecord>> records = co_await state_.all();
  if (!records) co_return std::move(records).error();
  const resilience::Now now = resilience::Now::of(clock_);
  for (const store::RouterRecord& each : *records) {
    const std::string_view key = each.key;
    if (key.starts_with(breaker_mark)) {
      tables_.breakers.restore(key.substr(breaker_mark.size()), each.record, now);
    } else if (key.starts_with(turn_mark)) {
      std::uint64_t turn = 0;
      std::from_chars(each.record.data(), each.record.data() + each.record.size(), turn);
      tables_.combos.set_turn(key.substr(turn_mark.size()), turn);
    } else {
      tables_.accounts.restore(key, each.record, now);
    }
  }
  co_return Status();
}

void RouterMemory::save() {
  const resilience::Now now = resilience::Now::of(clock_);
  std::vector<store::RouterRecord> records;
  for (auto& [name, record] : tables_.breakers.take_changes(now)) records.push_back({std::string(breaker_mark) + name, std::move(record)});
  for (const auto& [round, turn] : tables_.combos.take_changes()) records.push_back({std::string(turn_mark) + round, std::to_string(turn)});
  for (resilience::AccountBook::Change& change : tables_.accounts.take_changes(now))
    records.push_back({std::move(change.key), std::move(change.record)});
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
