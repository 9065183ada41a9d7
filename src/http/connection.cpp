#include "connection.hpp"

#include <array>
#include <exception>

#include "omniroute/base/log.hpp"
#include "omniroute/net/tls_server.hpp"

namespace omniroute::http {
namespace {

constexpr std::size_t idle_buffer = 4 * 1024;  // of a connection that waits
constexpr std::size_t block_least = 8 * 1024;  // a body is read in blocks that double while they come full
constexpr std::size_t block_eager = 32 * 1024;
constexpr std::size_t block_most = 256 * 1024;
constexpr std::size_t keep_body = 64 * 1024;      // a body's memory above this is given back after its request
constexpr std::size_t reserve_most = 256 * 1024;  // what a Content-Length alone can make us set aside
constexpr std::size_t linger_bytes = 4u << 20;
constexpr std::size_t bytes_per_second = 100 * 1024;  // the slowest body in all, beyond ServerTimeouts::body_base
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

/// Counts a request as in flight for as long as it lives.
class InFlight {
 public:
  explicit InFlight(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
  ~InFlight() { --count_; }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  std::atomic<std::size_t>& count_;
};

ErrorKind kind_of(int status) {
  switch (status) {
    case 408: return ErrorKind::request_timeout;
    case 413: return ErrorKind::too_large;
    case 500: return ErrorKind::internal;
    case 501:
    case 505: return ErrorKind::unsupported;
    case 503: return ErrorKind::overloaded;
    default: return ErrorKind::bad_request;
  }
}

}  // namespace

Connection::Connection(Server::State& server, net::Worker& worker, net::Stream& stream, Seat& seat, bool local)
    : server_(server),
      worker_(worker),
      stream_(stream),
      seat_(seat),
      buffer_(idle_buffer),
      parser_(HeadParser::Role::request, server.limits),
      chunks_(server.limits),
      reply_(stream, worker.clock(), server.timeouts, server.draining) {
  request_.peer = stream.peer_address();
  request_.local = local;
  request_.tls = net::is_secured(stream);
}

Connection::Next Connection::fault(int status, std::string_view reason) {
  fault_.status = status;
  fault_.reason = reason;
  return Next::refuse;
}

Task<void> Connection::run() {
  for (;;) {
    Next next = co_await read_head();
    if (next == Next::request) {
      const InFlight counted(server_.in_flight);
      next = co_await serve_request();
    }
    if (next == Next::refuse) next = co_await refuse();
    if (next == Next::linger) co_await linger();
    if (next != Next::head) break;
    forget_request();
  }
  stream_.close();
}

Task<Connection::Next> Connection::read_head() {
  Tick deadline = now() + (!buffer_.empty() ? server_.timeouts.head : served_ ? server_.timeouts.idle : server_.timeouts.first);
  seat_.idle = true;
  for (;;) {
    if (!buffer_.empty()) {
      seat_.idle = false;
      const HeadParser::Step step = parser_.parse(buffer_.view());
      if (step == HeadParser::Step::failed) {
        take_head();
        co_return fault(parser_.fault().status, parser_.fault().reason);
      }
      if (step == HeadParser::Step::done) {
        take_head();
        co_return Next::request;
      }
    }
    const bool first = buffer_.empty();
    const net::Transfer got = co_await stream_.read_some(buffer_.space(1), deadline);
    if (got.failure == net::Failure::timed_out && !buffer_.empty()) co_return fault(408, "The request's head took too long.");
    if (got.failure) co_return Next::close;
    buffer_.commit(got.bytes);
    if (first) deadline = now() + server_.timeouts.head;
  }
}

void Connection::take_head() {
  take_views();
  reply_.reset(request_.method == "HEAD", parser_.http10(), !parser_.keep_alive());
}

void Connection::take_views() {
  const std::string_view bytes = buffer_.view();
  request_.method = parser_.method(bytes);
  request_.target = parser_.target(bytes);
  request_.path = parser_.path(bytes);
  request_.query = parser_.query(bytes);
  parser_.views(bytes, request_.headers);
}

void Connection::forget_request() {
  served_ = true;
  buffer_.consume(parser_.size());
  buffer_.shrink();
  parser_.reset();
  request_.headers.clear();
  request_.method = request_.target = request_.path = request_.query = {};
  if (request_.body.capacity() > keep_body) {
    request_.body = std::string();
  } else {
    request_.body.clear();
  }
}

Task<Connection::Next> Connection::serve_request() {
  if (server_.draining) co_return fault(503, "The gateway is shutting down.");
  if (parser_.framing() != Framing::none) {
    body_limit_ = server_.handler.body_limit(request_);
    const Next next = co_await read_body();
    if (next != Next::request) co_return next;
  }
  const Next next = co_await answer();
  co_return next;
}

Task<Connection::Next> Connection::read_body() {
  const std::uint64_t length = parser_.content_length().value_or(0);
  if (length > body_limit_ || (body_limit_ == 0 && parser_.framing() == Framing::chunked))
    co_return fault(413, "The body is larger than this route allows.");
  body_began_ = now();
  // A first read that came full promises more at once.
  block_ = buffer_.size() == buffer_.capacity() ? block_eager : block_least;
  if (parser_.expects_continue() && buffer_.size() == parser_.size()) {
    const std::array parts{go_on};
    const net::Transfer sent = co_await stream_.write(parts, now() + server_.timeouts.write);
    if (sent.failure) co_return Next::close;
  }
  Next next = Next::close;
  if (parser_.framing() == Framing::length) {
    next = co_await read_length();
  } else {
    next = co_await read_chunks();
  }
  co_return next;
}

Tick Connection::body_deadline() const {
  const auto allowed = server_.timeouts.body_base + std::chrono::milliseconds(request_.body.size() * 1000 / bytes_per_second);
  return std::min(now() + server_.timeouts.body_silence, body_began_ + allowed);
}

/// One read straight into the body. The blocks start small, so that a body which never comes costs nothing.
Task<net::Transfer> Connection::fill_body(std::size_t most) {
  std::string& body = request_.body;
  const std::size_t have = body.size();
  const std::size_t block = std::min(block_, most);
  if (body.capacity() < have + block) body.reserve(std::min(std::max(have * 4, have + block), have + most));
  body.resize(have + block);
  const net::Transfer got = co_await stream_.read_some(std::span<char>(body.data() + have, block), body_deadline());
  body.resize(have + got.bytes);
  if (got.bytes == block) block_ = std::min(block_ * 2, block_most);
  co_return got;
}

Task<Connection::Next> Connection::read_length() {
  const std::size_t length = static_cast<std::size_t>(*parser_.content_length());
  const std::string_view there = buffer_.view().substr(parser_.size(), length);
  request_.body.reserve(std::min(length, std::max(reserve_most, there.size())));
  request_.body.assign(there);
  // What was taken out leaves the buffer, and a request behind it moves up to the head.
  buffer_.drop(parser_.size(), there.size());
  while (request_.body.size() < length) {
    const net::Transfer got = co_await fill_body(length - request_.body.size());
    if (got.failure == net::Failure::timed_out) co_return fault(408, "The request's body took too long.");
    if (got.failure) co_return Next::close;
  }
  co_return Next::request;
}

Task<Connection::Next> Connection::read_chunks() {
  chunks_.reset();
  for (;;) {
    const std::size_t head = parser_.size();
    const ChunkedDecoder::Progress step = chunks_.decode(buffer_.data() + head, buffer_.size() - head);
    request_.body.append(buffer_.data() + head + step.begin, step.size);
    buffer_.drop(head, step.consumed);
    if (step.step == ChunkedDecoder::Step::failed) co_return fault(400, chunks_.reason());
    if (request_.body.size() > body_limit_ || chunks_.pending() > body_limit_ - request_.body.size())
      co_return fault(413, "The body is larger than this route allows.");
    if (step.step == ChunkedDecoder::Step::done) co_return Next::request;
    if (chunks_.pending() >= block_least) {  // inside a large chunk: no framing to take off for a while
      const net::Transfer got = co_await fill_body(static_cast<std::size_t>(chunks_.pending()));
      chunks_.skip(got.bytes);
      if (got.failure == net::Failure::timed_out) co_return fault(408, "The request's body took too long.");
      if (got.failure) co_return Next::close;
      continue;
    }
    const std::span<char> room = buffer_.space(1024);
    take_views();  // the head may have moved
    const net::Transfer got = co_await stream_.read_some(room, body_deadline());
    if (got.failure == net::Failure::timed_out) co_return fault(408, "The request's body took too long.");
    if (got.failure) co_return Next::close;
    buffer_.commit(got.bytes);
  }
}

Task<Connection::Next> Connection::answer() {
  bool threw = false;
  try {
    co_await server_.handler.handle(worker_, request_, reply_);
  } catch (const std::exception& failure) {
    threw = true;
    log::error("handler failed: path={} what={}", request_.path, failure.what());
  }
  stream_.watch_peer(nullptr);
  if (!reply_.begun()) {
    if (!threw) log::error("handler gave no answer: path={}", request_.path);
    co_return fault(500, "The gateway failed to answer; its log says why.");
  }
  if (!reply_.whole()) co_return Next::close;  // cut: nobody may take it for whole
  if (reply_.keeps_connection() && !server_.draining) co_return Next::head;
  co_return Next::linger;
}

Task<Connection::Next> Connection::refuse() {
  stream_.watch_peer(nullptr);
  Error error(kind_of(fault_.status), std::string(fault_.reason));
  std::vector<Header> headers;
  std::string body = server_.handler.error_body(request_, fault_.status, error, headers);
  if (reply_.begun()) reply_.reset(false, false, true);
  reply_.close_after();
  const Status sent = co_await reply_.send(fault_.status, headers, body);
  if (!sent) co_return Next::close;
  co_return Next::linger;
}

/// Ends our side and reads on for a while: a socket closed with unread bytes resets the connection, and the client
/// might never see the answer.
Task<void> Connection::linger() {
  seat_.idle = true;
  stream_.shutdown_write();
  buffer_.clear();
  const Tick deadline = now() + server_.timeouts.linger;
  std::size_t taken = 0;
  while (taken < linger_bytes) {
    buffer_.clear();
    const net::Transfer got = co_await stream_.read_some(buffer_.space(1), deadline);
    if (got.failure) break;
    taken += got.bytes;
  }
}

}  // namespace omniroute::http
