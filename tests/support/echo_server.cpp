// The http room's own black-box target: a server without a gateway behind it.
//   echo_server [port] [workers]      prints "ready <port>"; ends at SIGINT or SIGTERM after draining
// GET /api/health answers 200, POST anything echoes its body, /stream?<n> pushes n events.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "omniroute/base/log.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/net/listener.hpp"

namespace {

using omniroute::Error;
using omniroute::Status;
using omniroute::Task;
namespace http = omniroute::http;
namespace net = omniroute::net;

class Echo final : public http::Handler {
 public:
  std::size_t body_limit(const http::Request&) override { return 32u << 20; }

  Task<void> handle(net::Worker& worker, http::Request& request, http::ReplySink& reply) override {
    if (request.path == "/stream") {
      co_await stream(worker, request, reply);
      co_return;
    }
    const bool health = request.path == "/api/health";
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
  Echo echo;
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
