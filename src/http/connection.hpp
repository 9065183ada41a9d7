#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "chunked.hpp"
#include "head_parser.hpp"
#include "omniroute/http/server.hpp"
#include "read_buffer.hpp"
#include "reply.hpp"

namespace omniroute::http {

/// A connection as its worker's lane knows it.
struct Seat {
  net::Stream* stream = nullptr;
  bool idle = true;  // between requests: may be closed at any time
  Seat* previous = nullptr;
  Seat* next = nullptr;
};

/// The connections of one worker; touched on that worker only.
struct Lane {
  explicit Lane(net::Worker& its_worker) : worker(its_worker) {}
  net::Worker& worker;
  Seat* first = nullptr;
};

/// What all connections of a server share.
struct Server::State : std::enable_shared_from_this<Server::State> {
  State(Handler& its_handler, Limits its_limits, ServerTimeouts its_timeouts)
      : handler(its_handler), limits(its_limits), timeouts(its_timeouts) {}
  Lane& lane(net::Worker& worker);
  /// On every worker: closes its connections, or only the idle ones.
  void close_connections(bool idle_only);

  Handler& handler;
  const Limits limits;
  const ServerTimeouts timeouts;
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> in_flight{0};
  std::atomic<std::size_t> connections{0};
  std::mutex mutex;
  std::map<net::Worker*, std::unique_ptr<Lane>> lanes;
};

/// The life of one connection: heads, bodies, answers, in order.
class Connection {
 public:
  Connection(Server::State& server, net::Worker& worker, net::Stream& stream, Seat& seat, bool local);
  Task<void> run();

 private:
  enum class Next : std::uint8_t { head, request, refuse, linger, close };  ///< what is to be done after a step

  Task<Next> read_head();
  Task<Next> serve_request();
  Task<Next> read_body();
  Task<Next> read_length();
  Task<Next> read_chunks();
  Task<Next> answer();
  Task<Next> refuse();
  Task<void> linger();
  Task<net::Transfer> fill_body(std::size_t most);

  Next fault(int status, std::string_view reason);
  void take_head();
  void take_views();
  [[nodiscard]] Tick body_deadline() const;
  [[nodiscard]] Tick now() const { return worker_.clock().now(); }
  void forget_request();

  Server::State& server_;
  net::Worker& worker_;
  net::Stream& stream_;
  Seat& seat_;
  ReadBuffer buffer_;
  HeadParser parser_;
  ChunkedDecoder chunks_;
  Request request_;
  Reply reply_;
  Fault fault_;
  Tick body_began_{};
  std::size_t body_limit_ = 0;
  std::size_t block_ = 0;  // size of the next read of a body
  bool served_ = false;    // a request, so that this is a kept connection
};

}  // namespace omniroute::http
