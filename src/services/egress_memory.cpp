#include "omniroute/services/egress_memory.hpp"

namespace omniroute::services {
namespace {

constexpr auto pause = std::chrono::seconds(1);

}  // namespace

Task<Status> EgressMemory::load() {
  Result<std::vector<net::EgressEntry>> entries = co_await table_.all();
  if (!entries) co_return std::move(entries).error();
  log_.restore(*std::move(entries));
  co_return Status();
}

Task<void> EgressMemory::keep(net::Worker& worker) {
  for (;;) {
    const Tick next = worker.clock().now() + pause;
    co_await worker.sleep_until(next);
    if (worker.clock().now() < next) co_return;
    save();
  }
}

}  // namespace omniroute::services
