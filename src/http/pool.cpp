#include "pool.hpp"

#include <algorithm>

namespace omniroute::http {
namespace {

constexpr auto keep_for = std::chrono::seconds(60);
constexpr auto sweep_least = std::chrono::seconds(5);  // between two looks, however many fall due one by one
constexpr std::size_t keep_each = 256;                 // connections for one key
constexpr std::size_t keep_all = 1024;

}  // namespace

struct Pool::Kept final : net::PeerWatch {
  Kept(Pool& its_pool, const std::string& its_key, std::unique_ptr<net::Stream> its_stream, Tick now)
      : pool(its_pool), key(its_key), stream(std::move(its_stream)), since(now) {}
  void peer_gone() noexcept override { pool.drop(*this); }

  Pool& pool;
  const std::string& key;  // the shelf's own
  std::unique_ptr<net::Stream> stream;
  const Tick since;
};

Pool::Pool(net::Worker& worker, Limits limits) : worker_(worker), limits_(limits) {}

Pool::~Pool() = default;

std::unique_ptr<net::Stream> Pool::take(const std::string& key) {
  const auto shelf = shelves_.find(key);
  if (shelf == shelves_.end()) return nullptr;
  const Tick now = worker_.clock().now();
  while (!shelf->second.empty()) {
    const std::unique_ptr<Kept> kept = std::move(shelf->second.back());
    shelf->second.pop_back();
    --size_;
    kept->stream->watch_peer(nullptr);
    if (kept->since + keep_for > now && kept->stream->quiet()) return std::move(kept->stream);
  }
  return nullptr;
}

void Pool::keep(const std::string& key, std::unique_ptr<net::Stream> stream) {
  if (shut_ || size_ >= keep_all) return;
  const auto shelf = shelves_.try_emplace(key).first;
  if (shelf->second.size() >= keep_each) return;
  shelf->second.push_back(std::make_unique<Kept>(*this, shelf->first, std::move(stream), worker_.clock().now()));
  ++size_;
  Kept& kept = *shelf->second.back();
  kept.stream->watch_peer(&kept);
  if (sweeping_) return;
  sweeping_ = true;
  worker_.spawn("upstream pool", sweep(shared_from_this()));
}

void Pool::drop(Kept& kept) noexcept {
  Shelf& shelf = shelves_.find(kept.key)->second;
  const auto at = std::find_if(shelf.begin(), shelf.end(), [&kept](const std::unique_ptr<Kept>& one) { return one.get() == &kept; });
  if (at == shelf.end()) return;
  shelf.erase(at);
  --size_;
}

void Pool::trim(bool everything) {
  const Tick now = worker_.clock().now();
  for (auto shelf = shelves_.begin(); shelf != shelves_.end();) {
    size_ -= std::erase_if(shelf->second, [&](const std::unique_ptr<Kept>& kept) { return everything || kept->since + keep_for <= now; });
    shelf = shelf->second.empty() ? shelves_.erase(shelf) : std::next(shelf);
  }
}

void Pool::shut() {
  shut_ = true;
  trim(true);
}

Tick Pool::oldest() const {
  Tick found = Tick::max();
  for (const auto& [key, shelf] : shelves_)
    for (const std::unique_ptr<Kept>& kept : shelf) found = std::min(found, kept->since);
  return found;
}

Task<void> Pool::sweep(std::shared_ptr<Pool> pool) {
  const Clock& clock = pool->worker_.clock();
  while (pool->size_ > 0) {
    const Tick wake = std::max(pool->oldest() + keep_for, clock.now() + sweep_least);
    co_await pool->worker_.sleep_until(wake);
    if (clock.now() < wake) pool->shut();  // the worker stops
    pool->trim(false);
  }
  pool->sweeping_ = false;
}

std::string pool_key(const net::Endpoint& endpoint, const net::Proxy& proxy) {
  std::string key;
  key.reserve(endpoint.host.size() + endpoint.ca_file.size() + 64);
  key.append(endpoint.host).append(endpoint.tls ? "+" : ":").append(std::to_string(endpoint.port));
  if (!endpoint.ca_file.empty()) key.append("|").append(endpoint.ca_file);
  if (proxy.kind != net::Proxy::Kind::none) key.append("|").append(proxy.label());
  return key;
}

}  // namespace omniroute::http
