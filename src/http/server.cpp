#include "omniroute/http/server.hpp"

#include "connection.hpp"

namespace omniroute::http {
namespace {

/// Keeps a connection in its worker's lane for as long as it lives.
class Seating {
 public:
  Seating(Server::State& server, Lane& lane, Seat& seat) : server_(server), lane_(lane), seat_(seat) {
    ++server_.connections;
    seat_.next = lane_.first;
    if (lane_.first) lane_.first->previous = &seat_;
    lane_.first = &seat_;
  }
  ~Seating() {
    if (seat_.previous) {
      seat_.previous->next = seat_.next;
    } else {
      lane_.first = seat_.next;
    }
    if (seat_.next) seat_.next->previous = seat_.previous;
    --server_.connections;
  }
  Seating(const Seating&) = delete;
  Seating& operator=(const Seating&) = delete;

 private:
  Server::State& server_;
  Lane& lane_;
  Seat& seat_;
};

}  // namespace

Lane& Server::State::lane(net::Worker& worker) {
  const std::lock_guard lock(mutex);
  std::unique_ptr<Lane>& lane = lanes[&worker];
  if (!lane) lane = std::make_unique<Lane>(worker);
  return *lane;
}

void Server::State::close_connections(bool idle_only) {
  const std::lock_guard lock(mutex);
  for (const auto& [worker, lane] : lanes) {
    worker->post([state = shared_from_this(), at = lane.get(), idle_only] {
      for (Seat* seat = at->first; seat; seat = seat->next)
        if (!idle_only || seat->idle) seat->stream->close();
    });
  }
}

Server::Server(Handler& handler, Limits limits, ServerTimeouts timeouts) : state_(std::make_shared<State>(handler, limits, timeouts)) {}

Server::~Server() = default;

Task<void> Server::serve(net::Worker& worker, std::unique_ptr<net::Stream> stream, bool local) {
  const std::shared_ptr<State> state = state_;
  Seat seat;
  seat.stream = stream.get();
  const Seating seating(*state, state->lane(worker), seat);
  Connection connection(*state, worker, *stream, seat, local);
  if (state->draining) co_return;
  co_await connection.run();
}

void Server::drain() {
  state_->draining = true;
  state_->close_connections(true);
}

void Server::close_all() { state_->close_connections(false); }

std::size_t Server::in_flight() const { return state_->in_flight; }

std::size_t Server::connections() const { return state_->connections; }

}  // namespace omniroute::http
