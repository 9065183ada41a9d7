#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "omniroute/net/listener.hpp"
#include "omniroute/net/worker.hpp"

namespace omniroute::net {

/// A worker with a listener on a free loopback port; accepted streams wait in `accepted`.
struct Loopback {
  Loopback() {
    auto made = Listener::tcp("127.0.0.1", 0, {&worker},
                              [this](Worker&, std::unique_ptr<Stream> stream) { accepted.push_back(std::move(stream)); });
    listener = std::move(made).value();
    listener->start();
  }
  ~Loopback() { listener.reset(); }

  [[nodiscard]] Endpoint endpoint() const {
    Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    endpoint.port = listener->port();
    return endpoint;
  }

  SystemClock clock;
  Worker worker{clock};
  std::vector<std::unique_ptr<Stream>> accepted;
  std::unique_ptr<Listener> listener;
};

inline Tick in(const Clock& clock, std::chrono::milliseconds time) { return clock.now() + time; }

/// Both ends of one TCP connection.
struct Ends {
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};

inline Task<Ends> connect_ends(Loopback& loop) {
  const std::size_t before = loop.accepted.size();
  const Proxy direct;
  const Tick deadline = in(loop.clock, std::chrono::seconds(5));
  Result<std::unique_ptr<Stream>> made = co_await loop.worker.connector().connect(loop.endpoint(), direct, deadline);
  Ends ends;
  ends.client = std::move(made).value();
  while (loop.accepted.size() == before) co_await loop.worker.sleep_until(in(loop.clock, std::chrono::milliseconds(1)));
  ends.server = std::move(loop.accepted.back());
  loop.accepted.pop_back();
  co_return ends;
}

}  // namespace omniroute::net
