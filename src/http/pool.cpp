#include "pool.hpp"

#include <algorithm>

namespace omniroute::http {
namespace {

constexpr auto keep_for = std::chrono::seconds(60);
constexpr auto sweep_least = std::chrono::seconds(5);  // between two looks, however many fall due one by one
constexpr std::size_t keep_each = 256;                 // connections for one key
constexpr std::size_t keep_all = 1024;
constexpr std::size_t buffer_least = 4 * 1024;
constexpr std::size_t keep_memory = 4 * 1024;  // of each string of an idle connection

void write_key(std::string& key, const net::Endpoint& endpoint, const net::Proxy& proxy) {
  key.assign(endpoint.host).append(endpoint.tls ? "+" : ":").append(std::to_string(endpoint.port));
  if (!endpoint.ca_file.empty()) key.append("|").append(endpoint.ca_file);
  if (proxy.kind != net::Proxy::Kind::none) key.append("|").append(proxy.label());
}

void slim(std::string& text) {
  if (text.capacity() > keep_memory) text = std::string();
}

}  // namespace

Channel::Channel(Pool& its_pool, std::string its_key, std::string its_host)
    : pool(its_pool),
      key(std::move(its_key)),
      host(std::move(its_host)),
      buffer(buffer_least),
      parser(HeadParser::Role::response, its_pool.limits()) {}

void Channel::peer_gone() noexcept { pool.drop(*this); }

Pool::Pool(net::Worker& worker, Limits limits) : worker_(worker), limits_(limits) {}

Pool::~Pool() = default;

std::unique_ptr<Channel> Pool::take(const net::Endpoint& endpoint, const net::Proxy& proxy) {
  write_key(key_, endpoint, proxy);
  const auto shelf = shelves_.find(key_);
  const Tick now = worker_.clock().now();
  while (shelf != shelves_.end() && !shelf->second.empty()) {
    std::unique_ptr<Channel> channel = std::move(shelf->second.back());
    shelf->second.pop_back();
    --size_;
    channel->stream->watch_peer(nullptr);
    if (channel->since + keep_for > now && channel->stream->quiet()) return channel;
  }
  return std::make_unique<Channel>(*this, key_, endpoint.host);
}

void Pool::keep(std::unique_ptr<Channel> channel) {
  if (shut_ || size_ >= keep_all) return;
  Shelf& shelf = shelves_[channel->key];
  if (shelf.size() >= keep_each) return;
  channel->since = worker_.clock().now();
  channel->buffer.clear();
  channel->buffer.shrink();
  slim(channel->request_head);
  slim(channel->head);
  Channel& kept = *channel;
  shelf.push_back(std::move(channel));
  ++size_;
  kept.stream->watch_peer(&kept);
  if (sweeping_) return;
  sweeping_ = true;
  worker_.spawn("upstream pool", sweep(shared_from_this()));
}

void Pool::drop(Channel& channel) noexcept {
  const auto shelf = shelves_.find(channel.key);
  if (shelf == shelves_.end()) return;
  const auto is_it = [&channel](const std::unique_ptr<Channel>& one) { return one.get() == &channel; };
  const auto at = std::find_if(shelf->second.begin(), shelf->second.end(), is_it);
  if (at == shelf->second.end()) return;
  shelf->second.erase(at);
  --size_;
}

void Pool::trim(bool everything) {
  const Tick now = worker_.clock().now();
  const auto is_old = [&](const std::unique_ptr<Channel>& channel) { return everything || channel->since + keep_for <= now; };
  for (auto shelf = shelves_.begin(); shelf != shelves_.end();) {
    size_ -= std::erase_if(shelf->second, is_old);
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
    for (const std::unique_ptr<Channel>& channel : shelf) found = std::min(found, channel->since);
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

}  // namespace omniroute::http
