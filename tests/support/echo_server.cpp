// The http room's own black-box target: a server without a gateway behind it.
//   echo_server [port] [workers] [upstream port]     prints "ready <port>"; ends at SIGINT or SIGTERM after draining
// GET /api/health answers 200, POST anything echoes its body, /stream?<n> pushes n events. With an upstream port on
// this machine everything else goes there and back: the relay that the gateway's own path is measured against.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "omniroute/base/log.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/net/listener.hpp"

namespace {

using omniroute::Error;
using omniroute::Status;
using omniroute::Task;
namespace http = omniroute::http;
namespace net = omniroute::net;

/// Ends the upstream exchange when the client goes.
class Watch final : public net::PeerWatch {
 public:
  explicit Watch(http::CancelHandle& cancel) : cancel_(cancel) {}
  void peer_gone() noexcept override { cancel_.cancel(); }

 private:
  http::CancelHandle& cancel_;
};

class Echo final : public http::Handler {
 public:
  Echo(const std::vector<net::Worker*>& workers, std::uint16_t upstream) : upstream_(upstream) {
    for (net::Worker* worker : workers) clients_[worker] = std::make_unique<http::Client>(*worker, http::Limits{});
  }

  std::size_t body_limit(const http::Request&) override { return 32u << 20; }

  Task<void> handle(net::Worker& worker, http::Request& request, http::ReplySink& reply) override {
    if (request.path == "/stream") {
      co_await stream(worker, request, reply);
      co_return;
    }
    const bool health = request.path == "/api/health";
    if (upstream_ != 0 && !health) {
      co_await relay(worker, request, reply);
      co_return;
    }
    const std::string_view body = health ? std::string_view("{\"status\":\"ok\"}") : std::string_view(request.body);
    const int status = health || request.method == "POST" ? 200 : 404;
    const std::vector<http::Header> headers = json();
    const Status sent = co_await reply.send(status, headers, body);
    if (!sent) omniroute::log::debug("client gone: path={}", request.path);
  }

  std::string error_body(const http::Request&, int, const Error& error, std::vector<http::Header>& headers) override {
    headers = json();
    return "{\"error\":{\"message\":\"" + error.message + "\"}}";
  }

 private:
  Task<void> relay(net::Worker& worker, http::Request& request, http::ReplySink& reply) {
    http::CancelHandle cancel;
    Watch watch(cancel);
    reply.watch_client(&watch);
    http::Outgoing outgoing;
    outgoing.method = request.method;
    outgoing.endpoint.host = "127.0.0.1";
    outgoing.endpoint.port = upstream_;
    outgoing.target = std::string(request.target);
    outgoing.headers = json();
    outgoing.body = {request.body};
    const http::Timeouts timeouts;
    http::Client& client = *clients_.at(&worker);
    omniroute::Result<std::unique_ptr<http::Incoming>> sent = co_await client.send(outgoing, timeouts, cancel);
    if (!sent) {
      const std::vector<http::Header> headers = json();
      const Status refused = co_await reply.send(502, headers, sent.error().message);
      co_return;
    }
    http::Incoming& answer = **sent;
    http::Header type;
    type.name = "Content-Type";
    type.value = std::string(answer.header("content-type"));
    const std::vector<http::Header> headers{type};
    if (!answer.header("content-length").empty()) {
      omniroute::Result<std::string> whole = co_await answer.read_all(64u << 20);
      const std::string body = whole ? *whole : whole.error().message;
      const Status told = co_await reply.send(answer.status(), headers, body);
      co_return;
    }
    Status told = co_await reply.begin(answer.status(), headers);
    while (told) {
      omniroute::Result<http::Piece> piece = co_await answer.read(omniroute::Tick::max());
      if (!piece) {
        reply.abort();
        co_return;
      }
      if (piece->kind == http::Piece::Kind::end) break;
      told = co_await reply.push(piece->bytes);
    }
    if (told) told = co_await reply.end();
  }

  static std::vector<http::Header> json() {
    http::Header type;
    type.name = "Content-Type";
    type.value = "application/json";
    return {type};
  }

  Task<void> stream(net::Worker& worker, http::Request& request, http::ReplySink& reply) {
    int count = 10;
    std::from_chars(request.query.data(), request.query.data() + request.query.size(), count);
    http::Header type;
    type.name = "Content-Type";
    type.value = "text/event-stream";
    const std::vector<http::Header> headers{type};
    Status sent = co_await reply.begin(200, headers);
    for (int i = 0; sent && i < count; ++i) {
      const std::string event = "data: {\"n\":" + std::to_string(i) + "}\n\n";
      sent = co_await reply.push(event);
      co_await worker.sleep_until(worker.clock().now() + std::chrono::milliseconds(10));
    }
    if (sent) sent = co_await reply.end();
  }

  std::uint16_t upstream_;
  std::map<net::Worker*, std::unique_ptr<http::Client>> clients_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
  omniroute::log::configure(omniroute::log::Level::info, false);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  const omniroute::SystemClock clock;
  std::vector<std::unique_ptr<net::Worker>> workers;
  std::vector<net::Worker*> all;
  for (int i = 0; i < number(2, 1); ++i) {
    workers.push_back(std::make_unique<net::Worker>(clock));
    all.push_back(workers.back().get());
  }
  Echo echo(all, static_cast<std::uint16_t>(number(3, 0)));
  http::Server server(echo, http::Limits{}, http::ServerTimeouts{});
  auto listener = net::Listener::tcp("127.0.0.1", static_cast<std::uint16_t>(number(1, 0)), all,
                                     [&server](net::Worker& worker, std::unique_ptr<net::Stream> stream) {
                                       worker.spawn("connection", server.serve(worker, std::move(stream), false));
                                     });
  if (!listener) {
    omniroute::log::error("cannot start: what={}", listener.error().message);
    return 1;
  }
  (*listener)->start();
  std::vector<std::thread> threads;
  for (net::Worker* worker : all) threads.emplace_back([worker] { worker->run(); });
  std::printf("ready %u\n", static_cast<unsigned>((*listener)->port()));
  std::fflush(stdout);

  int signal = 0;
  sigwait(&ends, &signal);
  (*listener)->close();
  server.drain();
  for (int i = 0; i < 300 && server.in_flight() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  server.close_all();
  for (net::Worker* worker : all) worker->stop();
  for (std::thread& thread : threads) thread.join();
  return 0;
}
