#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "head_parser.hpp"
#include "omniroute/http/client.hpp"
#include "read_buffer.hpp"

namespace omniroute::http {

class Pool;

/// A connection to an upstream, with the memory that its exchanges use one after another.
class Channel final : public net::PeerWatch {
 public:
  Channel(Pool& pool, std::string key, std::string host);
  void peer_gone() noexcept override;

  Pool& pool;
  const std::string key;   ///< what makes two requests fit for one connection
  const std::string host;  ///< for the words of errors
  std::unique_ptr<net::Stream> stream;
  Tick since{};  ///< when it was put aside

  std::string request_head;
  std::vector<std::string_view> parts;  ///< of the request: its head and its body
  ReadBuffer buffer;
  HeadParser parser;
  std::string head;  ///< the answer's, for the views
  std::vector<HeaderView> headers;
};

/// A worker's kept connections. Each is watched: one whose peer closes goes at once, one on which bytes arrive that
/// nobody asked for is never given out again.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(net::Worker& worker, Limits limits);
  ~Pool();

  [[nodiscard]] net::Worker& worker() noexcept { return worker_; }
  [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
  /// The youngest usable connection, or one without a stream yet.
  std::unique_ptr<Channel> take(const net::Endpoint& endpoint, const net::Proxy& proxy);
  void keep(std::unique_ptr<Channel> channel);
  void drop(Channel& channel) noexcept;
  void trim(bool everything);
  /// The client is gone: nothing is kept any more.
  void shut();
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  using Shelf = std::vector<std::unique_ptr<Channel>>;
  static Task<void> sweep(std::shared_ptr<Pool> pool);
  [[nodiscard]] Tick oldest() const;

  net::Worker& worker_;
  const Limits limits_;
  std::map<std::string, Shelf, std::less<>> shelves_;
  std::string key_;  // scratch for take()
  std::size_t size_ = 0;
  bool sweeping_ = false;
  bool shut_ = false;
};

}  // namespace omniroute::http
