#pragma once
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "omniroute/http/client.hpp"
#include "omniroute/net/event.hpp"
#include "omniroute/net/listener.hpp"

namespace omniroute::http {

/// One end of a connection in a test: reads and writes text.
class Wire {
 public:
  Wire(net::Worker& worker, std::unique_ptr<net::Stream> stream) : worker_(worker), stream_(std::move(stream)) {}

  net::Stream& stream() { return *stream_; }
  Task<bool> say(std::string text) {
    const std::array<std::string_view, 1> parts{text};
    const net::Transfer sent = co_await stream_->write(parts, soon());
    co_return !sent.failure;
  }
  /// Reads until `text` has come; everything up to its end, or what came before the other side ended.
  Task<std::string> hear_until(std::string text) {
    std::array<char, 4096> block{};
    while (heard_.find(text) == std::string::npos) {
      const net::Transfer got = co_await stream_->read_some(block, soon());
      if (got.failure) co_return std::exchange(heard_, {});
      heard_.append(block.data(), got.bytes);
    }
    const std::size_t end = heard_.find(text) + text.size();
    std::string part = heard_.substr(0, end);
    heard_.erase(0, end);
    co_return part;
  }
  /// Head and body (by Content-Length) of one message.
  Task<std::string> hear_message() {
    std::string head = co_await hear_until("\r\n\r\n");
    const std::size_t field = head.find("Content-Length: ");
    const std::size_t length = field == std::string::npos ? 0 : std::stoul(head.substr(field + 16));
    std::string block(64 * 1024, '\0');
    while (heard_.size() < length) {
      const net::Transfer got = co_await stream_->read_some(block, soon());
      if (got.failure) break;
      heard_.append(block, 0, got.bytes);
    }
    head += heard_.substr(0, length);
    heard_.erase(0, std::min(length, heard_.size()));
    co_return head;
  }
  /// All that comes until the other side ends.
  Task<std::string> hear_all() {
    std::string block(64 * 1024, '\0');
    for (;;) {
      const net::Transfer got = co_await stream_->read_some(block, soon());
      if (got.failure) break;
      heard_.append(block, 0, got.bytes);
    }
    co_return std::exchange(heard_, {});
  }
  /// True when the other side ends or resets before `time` is over and says nothing until then.
  Task<bool> ends_within(std::chrono::milliseconds time) {
    std::array<char, 64> block{};
    const net::Transfer got = co_await stream_->read_some(block, worker_.clock().now() + time);
    co_return got.failure&& got.failure != net::Failure::timed_out;
  }
  Task<void> pause(std::chrono::milliseconds time) { co_await worker_.sleep_until(worker_.clock().now() + time); }

 private:
  [[nodiscard]] Tick soon() const { return worker_.clock().now() + std::chrono::seconds(10); }
  net::Worker& worker_;
  std::unique_ptr<net::Stream> stream_;
  std::string heard_;
};

/// A server whose every connection runs a coroutine of the test; `number` counts the connections from 0.
class ScriptedServer {
 public:
  using Script = std::function<Task<void>(ScriptedServer&, Wire&, int number)>;

  explicit ScriptedServer(net::Worker& worker, Script script) : worker_(worker), script_(std::move(script)) {
    auto made = net::Listener::tcp("127.0.0.1", 0, {&worker_}, [this](net::Worker&, std::unique_ptr<net::Stream> stream) {
      worker_.spawn("script", run(std::make_unique<Wire>(worker_, std::move(stream)), connections++));
    });
    listener_ = std::move(made).value();
    listener_->start();
  }

  [[nodiscard]] Outgoing request(std::string target = "/") const {
    Outgoing outgoing;
    outgoing.method = "POST";
    outgoing.endpoint.host = "127.0.0.1";
    outgoing.endpoint.port = listener_->port();
    outgoing.target = std::move(target);
    return outgoing;
  }
  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

  int connections = 0;
  std::vector<std::string> heard;  ///< for the script to put what it saw into
  bool flag = false;               ///< likewise

 private:
  Task<void> run(std::unique_ptr<Wire> wire, int number) { co_await script_(*this, *wire, number); }

  net::Worker& worker_;
  Script script_;
  std::unique_ptr<net::Listener> listener_;
};

/// "HTTP/1.1 200 OK" with a Content-Length and the body.
inline std::string answer_with(std::string_view body, std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace omniroute::http
