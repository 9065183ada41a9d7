#include "channel.hpp"

#include <chrono>
#include <thread>

#include "memory_reply.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/net/listener.hpp"

namespace omniroute::app {
namespace {

constexpr std::size_t longest_answer = 64u << 20;
/// A live test of an account may wait for its provider; nothing else takes long.
constexpr std::chrono::milliseconds answer_time{120'000};
/// While a daemon starts, it has the data directory but not yet its control socket.
constexpr std::chrono::milliseconds start_time{5'000};
constexpr std::chrono::milliseconds look_again{50};

/// Leads every connection to the control socket.
class ControlConnector final : public net::Connector {
 public:
  ControlConnector(net::Worker& worker, std::string path) : worker_(worker), path_(std::move(path)) {}
  Task<Result<std::unique_ptr<net::Stream>>> connect(net::Endpoint /*endpoint*/, net::Proxy /*proxy*/, Tick /*deadline*/) override {
    return net::connect_unix(worker_, path_);
  }

 private:
  net::Worker& worker_;
  const std::string path_;
};

/// A daemon behind a socket.
class DaemonChannel final : public Channel {
 public:
  explicit DaemonChannel(std::uint16_t port) : worker_(clock_), client_(worker_, http::Limits()), port_(port) {}
  explicit DaemonChannel(std::string path) : DaemonChannel(std::uint16_t{80}) {
    worker_.set_connector(std::make_unique<ControlConnector>(worker_, path));
    path_ = std::move(path);
  }
  ~DaemonChannel() override {
    client_.trim(true);
    worker_.stop();
    worker_.run();
  }

  /// Whether somebody listens on the control socket.
  bool answers() {
    bool connected = false;
    worker_.run_until_done(knock(connected));
    return connected;
  }

  Result<Answer> ask(std::string_view method, std::string_view path, std::string json) override {
    http::Outgoing request;
    request.method = method;
    request.endpoint = {"127.0.0.1", port_, false, ""};
    request.target = path;
    request.headers.push_back({"content-type", "application/json"});
    if (!json.empty()) request.body.push_back(json);
    Result<Answer> answer = Answer();
    worker_.run_until_done(exchange(request, answer));
    return answer;
  }

 private:
  Task<void> knock(bool& connected) {
    Result<std::unique_ptr<net::Stream>> stream = co_await net::connect_unix(worker_, path_);
    connected = stream.ok();
  }

  Task<void> exchange(const http::Outgoing& request, Result<Answer>& answer) {
    http::Timeouts timeouts;
    timeouts.first_byte = answer_time;
    timeouts.idle = answer_time;
    http::CancelHandle cancel;
    Result<std::unique_ptr<http::Incoming>> sent = co_await client_.send(request, timeouts, cancel);
    if (!sent) {
      answer = std::move(sent).error();
      co_return;
    }
    const std::unique_ptr<http::Incoming> incoming = *std::move(sent);
    Result<std::string> body = co_await incoming->read_all(longest_answer);
    if (!body) {
      answer = std::move(body).error();
      co_return;
    }
    answer->status = incoming->status();
    answer->body = *std::move(body);
  }

  const SystemClock clock_;
  net::Worker worker_;
  http::Client client_;
  std::uint16_t port_;
  std::string path_;
};

/// The gateway in this process.
class DirectChannel final : public Channel {
 public:
  explicit DirectChannel(std::unique_ptr<Wiring> wiring) : wiring_(std::move(wiring)) {}

  Result<Answer> ask(std::string_view method, std::string_view path, std::string json) override {
    http::Request request;
    request.method = method;
    request.target = path;
    request.path = path.substr(0, path.find('?'));
    if (request.path.size() < path.size()) request.query = path.substr(request.path.size() + 1);
    request.headers.push_back({"content-type", "application/json"});
    request.body = std::move(json);
    request.local = true;
    MemoryReply reply;
    wiring_->run(wiring_->gateway().handle(*wiring_->workers().front(), request, reply));
    if (!reply.whole()) return Error(ErrorKind::internal, "The management API gave no answer.");
    return Answer{reply.status(), reply.body()};
  }

 private:
  std::unique_ptr<Wiring> wiring_;
};

}  // namespace

std::string control_socket(const std::string& data_dir) { return data_dir + "/control.sock"; }

std::unique_ptr<Channel> reach_daemon(const std::string& data_dir) {
  auto channel = std::make_unique<DaemonChannel>(control_socket(data_dir));
  if (!channel->answers()) return nullptr;
  return channel;
}

std::unique_ptr<Channel> reach_port(std::uint16_t port) { return std::make_unique<DaemonChannel>(port); }

Result<std::unique_ptr<Channel>> open_channel(const Plan& plan) {
  const auto end = std::chrono::steady_clock::now() + start_time;
  for (;;) {
    if (std::unique_ptr<Channel> channel = reach_daemon(plan.data_dir)) return channel;
    Result<std::unique_ptr<Wiring>> wiring = Wiring::open(plan);
    if (wiring) return std::unique_ptr<Channel>(std::make_unique<DirectChannel>(*std::move(wiring)));
    const bool taken = wiring.error().kind == ErrorKind::conflict;
    if (!taken || std::chrono::steady_clock::now() > end) return std::move(wiring).error();
    std::this_thread::sleep_for(look_again);
  }
}

}  // namespace omniroute::app
