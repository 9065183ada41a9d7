// bench_mock --port N: a provider that answers as fast as a kernel allows, in two formats, as the model's name says:
//   mock-c200-b32-d10000-t0    200 pieces of 32 bytes, 10000 us apart, the first after 0 us
// A request with "stream":true gets events, any other one JSON with a text of b bytes. One thread, loopback only.
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include "wire.hpp"

namespace {

using bench::now_ns;

struct Plan {
  unsigned pieces = 1, bytes = 32;
  std::uint64_t gap_us = 0, first_us = 0;
  bool stream = false, messages = false;
};

/// A frame with a place for one stamp.
struct Frame {
  std::string text;
  std::size_t stamp = std::string::npos;
};

struct Connection {
  int socket = -1;
  std::string in, out;
  Plan plan;
  unsigned sent_pieces = 0;
  bool answering = false, writable = true;
  std::uint64_t serial = 0;  // of the answer, so that an old timer finds itself out of date
};

struct Timer {
  std::uint64_t due;
  int socket;
  std::uint64_t serial;
  bool operator<(const Timer& other) const { return due > other.due; }
};

int poller = -1;
std::unordered_map<int, Connection> connections;
std::priority_queue<Timer> timers;

unsigned number_after(std::string_view name, const char* mark, unsigned fallback) {
  std::size_t at = name.find(mark);
  return at == std::string_view::npos ? fallback : static_cast<unsigned>(std::strtoul(name.data() + at + std::strlen(mark), nullptr, 10));
}

Plan read_plan(std::string_view head, std::string_view body) {
  Plan plan;
  std::size_t at = body.find("mock-");
  std::string name(at == std::string_view::npos ? "" : body.substr(at, std::min<std::size_t>(64, body.size() - at)));
  plan.pieces = number_after(name, "-c", 20);
  plan.bytes = std::max<unsigned>(number_after(name, "-b", 32), bench::kStamp);
  plan.gap_us = number_after(name, "-d", 0);
  plan.first_us = number_after(name, "-t", 0);
  plan.stream = body.find("\"stream\":true") != std::string_view::npos || body.find("\"stream\": true") != std::string_view::npos;
  plan.messages = head.substr(0, head.find("\r\n")).find("/messages") != std::string_view::npos;
  return plan;
}

std::string text_of(unsigned bytes) { return std::string(bench::kStamp, '@') + std::string(bytes - bench::kStamp, 'x'); }

std::string chunk(const std::string& data) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + data + "\r\n";
}

Frame stamped(std::string text) {
  std::size_t at = text.find(std::string(bench::kStamp, '@'));
  return Frame{std::move(text), at};
}

std::string event(const char* name, const std::string& data) { return std::string("event: ") + name + "\ndata: " + data + "\n\n"; }

std::string opening(const Plan& plan) {
  std::string head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  if (!plan.messages)
    return head +
           chunk(
               R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})"
               "\n\n");
  return head +
         chunk(
             event(
                 "message_start",
                 R"({"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}})") +
             event("content_block_start", R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"));
}

Frame piece(const Plan& plan) {
  if (plan.messages)
    return stamped(chunk(event("content_block_delta", R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
                                                          text_of(plan.bytes) + "\"}}")));
  return stamped(
      chunk(R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":")" +
            text_of(plan.bytes) + "\"},\"finish_reason\":null}]}\n\n"));
}

std::string closing(const Plan& plan) {
  std::string count = std::to_string(plan.pieces);
  if (plan.messages)
    return chunk(event("content_block_stop", R"({"type":"content_block_stop","index":0})") +
                 event("message_delta",
                       R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":)" +
                           count + "}}") +
                 event("message_stop", R"({"type":"message_stop"})")) +
           "0\r\n\r\n";
  return chunk(
             R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":)" +
             count + ",\"total_tokens\":99}}\n\ndata: [DONE]\n\n") +
         "0\r\n\r\n";
}

Frame whole(const Plan& plan) {
  std::string body =
      plan.messages
          ? R"({"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":")" + text_of(plan.bytes) +
                R"("}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":9}})"
          : R"({"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":")" +
                text_of(plan.bytes) + R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}})";
  return stamped("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void append(Connection& connection, const Frame& frame) {
  std::size_t start = connection.out.size();
  connection.out += frame.text;
  if (frame.stamp != std::string::npos) bench::put_stamp(connection.out.data() + start + frame.stamp, now_ns());
}

/// Writes what is there; true when all of it went out.
bool flush(Connection& connection) {
  while (!connection.out.empty()) {
    ssize_t n = send(connection.socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (n < 0) {
      connection.writable = false;
      return false;
    }
    connection.out.erase(0, static_cast<std::size_t>(n));
  }
  return true;
}

/// Puts out the pieces that are due; ends the answer after the last one.
void go_on(Connection& connection) {
  const Plan& plan = connection.plan;
  while (connection.answering && connection.writable) {
    if (!flush(connection)) return;
    if (connection.sent_pieces == plan.pieces) {
      connection.out += closing(plan);
      connection.answering = false;
      ++connection.serial;
      flush(connection);
      return;
    }
    append(connection, piece(plan));
    ++connection.sent_pieces;
    if (plan.gap_us != 0 && connection.sent_pieces < plan.pieces) {
      flush(connection);
      timers.push(Timer{now_ns() + plan.gap_us * 1000, connection.socket, connection.serial});
      return;
    }
  }
}

void answer(Connection& connection, std::string_view head, std::string_view body) {
  connection.plan = read_plan(head, body);
  if (head.substr(0, 4) == "GET ") {
    connection.out += "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    flush(connection);
  } else if (!connection.plan.stream) {
    append(connection, whole(connection.plan));
    flush(connection);
  } else {
    connection.out += opening(connection.plan);
    connection.sent_pieces = 0;
    connection.answering = true;
    if (connection.plan.first_us != 0) {
      flush(connection);
      timers.push(Timer{now_ns() + connection.plan.first_us * 1000, connection.socket, connection.serial});
    } else {
      go_on(connection);
    }
  }
}

/// Takes whole requests off the input; false when the peer is gone.
bool read_requests(Connection& connection) {
  static char buffer[1 << 18];
  while (true) {
    ssize_t n = recv(connection.socket, buffer, sizeof buffer, 0);
    if (n == 0) return false;
    if (n < 0) return errno == EAGAIN;
    connection.in.append(buffer, static_cast<std::size_t>(n));
    std::size_t end;
    while (!connection.answering && (end = connection.in.find("\r\n\r\n")) != std::string::npos) {
      std::string_view all = connection.in;
      std::size_t length = std::strtoul(std::string(bench::header_of(all.substr(0, end + 2), "content-length:")).c_str(), nullptr, 10);
      if (all.size() < end + 4 + length) break;
      answer(connection, all.substr(0, end + 2), all.substr(end + 4, length));
      connection.in.erase(0, end + 4 + length);
    }
  }
}

void close_connection(int socket) {
  close(socket);
  connections.erase(socket);
}

void watch(int socket, int listener) {
  epoll_event event{};
  event.events = socket == listener ? EPOLLIN : EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP;
  event.data.fd = socket;
  epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
}

void serve(int listener) {
  std::vector<epoll_event> events(1024);
  while (true) {
    timespec wait{};
    if (!timers.empty()) {
      std::uint64_t now = now_ns(), left = timers.top().due > now ? timers.top().due - now : 0;
      wait = timespec{static_cast<time_t>(left / 1'000'000'000U), static_cast<long>(left % 1'000'000'000U)};
    }
    int n = epoll_pwait2(poller, events.data(), static_cast<int>(events.size()), timers.empty() ? nullptr : &wait, nullptr);
    for (int i = 0; i < n; ++i) {
      int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        for (int fresh; (fresh = accept(listener, nullptr, nullptr)) >= 0;) {
          bench::make_quick(fresh);
          connections[fresh].socket = fresh;
          watch(fresh, listener);
        }
        continue;
      }
      auto found = connections.find(socket);
      if (found == connections.end()) continue;
      Connection& connection = found->second;
      if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0 && !connection.writable) {
        connection.writable = true;
        if (flush(connection)) go_on(connection);
      }
      if (!read_requests(connection)) close_connection(socket);
    }
    for (std::uint64_t now = now_ns(); !timers.empty() && timers.top().due <= now;) {
      Timer timer = timers.top();
      timers.pop();
      auto found = connections.find(timer.socket);
      if (found != connections.end() && found->second.serial == timer.serial) go_on(found->second);
    }
  }
}

}  // namespace

int main(int count, char** words) {
  int port = 18080;
  for (int i = 1; i + 1 < count; i += 2)
    if (std::strcmp(words[i], "--port") == 0) port = std::atoi(words[i + 1]);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 4096) != 0) bench::fail("bind");
  bench::make_quick(listener);
  poller = epoll_create1(0);
  watch(listener, listener);
  serve(listener);
}
