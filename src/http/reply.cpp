#include "reply.hpp"

#include <charconv>

#include "head_writer.hpp"
#include "omniroute/base/log.hpp"

namespace omniroute::http {
namespace {

/// The write clock runs anew for each slice, so a slow client that does take bytes is served to the end.
constexpr std::size_t slice = 256 * 1024;

bool servers_own(std::string_view name) {
  return same_name(name, "content-length") || same_name(name, "connection") || same_name(name, "transfer-encoding") ||
         same_name(name, "date");
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

Status misuse(const char* what) {
  log::error("reply misused: what={}", what);
  return Error(ErrorKind::internal, "The answer was already sent.");
}

}  // namespace

void Reply::reset(bool head_only, bool http10, bool close) {
  state_ = State::fresh;
  head_only_ = head_only;
  http10_ = http10;
  close_ = close;
}

Status Reply::gone(const std::error_code& failure) {
  state_ = State::broken;
  Error error(ErrorKind::cancelled, "The client went away.");
  error.detail = failure.message();
  return error;
}

void Reply::write_head(int status, std::span<const Header> headers) {
  begin_response(head_, status, clock_.wall_now());
  for (const Header& header : headers) {
    if (servers_own(header.name)) continue;
    if (!append_field(head_, header.name, header.value)) log::warn("header field not sent: name={} reason=malformed", header.name);
  }
  if (draining_) close_ = true;
  if (close_) {
    head_.append("Connection: close\r\n");
  } else if (http10_) {
    head_.append("Connection: keep-alive\r\n");
  }
}

Task<Status> Reply::write(std::span<const std::string_view> parts) {
  const net::Transfer sent = co_await stream_.write(parts, clock_.now() + timeouts_.write);
  if (sent.failure) co_return gone(sent.failure);
  co_return Status();
}

Task<Status> Reply::send(int status, std::span<const Header> headers, std::string_view body) {
  if (state_ != State::fresh) co_return misuse("send after begin");
  state_ = State::streaming;
  write_head(status, headers);
  // RFC 9110, section 8.6, leaves it open for HEAD; without it nobody can wait for a body that never comes.
  if (!has_no_body(status) && !head_only_) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), body.size());
    head_.append("Content-Length: ").append(digits.data(), end.ptr).append("\r\n");
  }
  head_.append("\r\n");
  if (head_only_ || has_no_body(status)) body = {};
  const std::array<std::string_view, 2> first{head_, body.substr(0, slice)};
  Status wrote = co_await write(first);
  for (std::size_t at = slice; wrote && at < body.size(); at += slice) {
    const std::array<std::string_view, 1> next{body.substr(at, slice)};
    wrote = co_await write(next);
  }
  if (wrote) state_ = State::done;
  co_return wrote;
}

Task<Status> Reply::begin(int status, std::span<const Header> headers) {
  if (state_ != State::fresh) co_return misuse("begin after begin");
  state_ = State::streaming;
  if (http10_) close_ = true;
  write_head(status, headers);
  if (!http10_ && !has_no_body(status)) head_.append("Transfer-Encoding: chunked\r\n");
  head_.append("\r\n");
  if (has_no_body(status)) head_only_ = true;
  const std::array<std::string_view, 1> parts{head_};
  Status wrote = co_await write(parts);
  co_return wrote;
}

Task<Status> Reply::push(std::string_view piece) {
  if (state_ == State::broken) co_return gone(std::error_code());
  if (state_ != State::streaming) co_return misuse("push outside of begin and end");
  if (head_only_) co_return Status();
  Status wrote;
  while (wrote && !piece.empty()) {
    const std::string_view now = piece.substr(0, slice);
    piece.remove_prefix(now.size());
    std::array<char, 20> line{};
    std::array<std::string_view, 3> parts{std::string_view(), now, std::string_view()};
    if (!http10_) {
      parts[0] = std::string_view(line.data(), chunk_line(line, now.size()));
      parts[2] = "\r\n";
    }
    wrote = co_await write(parts);
  }
  co_return wrote;
}

Task<Status> Reply::end() {
  if (state_ == State::broken) co_return gone(std::error_code());
  if (state_ != State::streaming) co_return misuse("end outside of begin");
  if (head_only_ || http10_) {
    state_ = State::done;
    co_return Status();
  }
  const std::array<std::string_view, 1> parts{"0\r\n\r\n"};
  Status wrote = co_await write(parts);
  if (wrote) state_ = State::done;
  co_return wrote;
}

void Reply::abort() noexcept {
  state_ = State::broken;
  stream_.close();
}

}  // namespace omniroute::http
