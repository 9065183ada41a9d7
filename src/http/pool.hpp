#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "omniroute/http/client.hpp"

namespace omniroute::http {

/// A worker's kept connections. Each is watched: one whose peer closes goes at once, one on which bytes arrive that
/// nobody asked for is never given out again.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(net::Worker& worker, Limits limits);
  ~Pool();

  [[nodiscard]] net::Worker& worker() noexcept { return worker_; }
  [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
  /// The youngest usable connection, or nullptr.
  std::unique_ptr<net::Stream> take(const std::string& key);
  void keep(const std::string& key, std::unique_ptr<net::Stream> stream);
  void trim(bool everything);
  /// The client is gone: nothing is kept any more.
  void shut();
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Kept;
  using Shelf = std::vector<std::unique_ptr<Kept>>;
  void drop(Kept& kept) noexcept;
  static Task<void> sweep(std::shared_ptr<Pool> pool);
  [[nodiscard]] Tick oldest() const;

  net::Worker& worker_;
  const Limits limits_;
  std::map<std::string, Shelf, std::less<>> shelves_;
  std::size_t size_ = 0;
  bool sweeping_ = false;
  bool shut_ = false;
};

/// What makes two requests fit for one connection.
std::string pool_key(const net::Endpoint& endpoint, const net::Proxy& proxy);

}  // namespace omniroute::http
