#include "upstream.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "grammar.hpp"
#include "head_writer.hpp"

namespace omniroute::http {
namespace {

constexpr std::size_t buffer_least = 4 * 1024;
constexpr std::size_t buffer_most = 16 * 1024;   // the furthest we read ahead of the consumer
constexpr std::size_t write_alone = 64 * 1024;   // a larger request is written while the answer is awaited
constexpr std::size_t write_slice = 256 * 1024;  // the idle clock runs anew for each
constexpr int interim_most = 8;

bool clients_own(std::string_view name) {
  return same_name(name, "host") || same_name(name, "content-length") || same_name(name, "connection") ||
         same_name(name, "transfer-encoding");
}

bool has_body_by_nature(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

std::string authority(const net::Endpoint& endpoint) {
  std::string text = endpoint.host.find(':') == std::string::npos ? endpoint.host : "[" + endpoint.host + "]";
  if (endpoint.port != (endpoint.tls ? 443 : 80)) text.append(":").append(std::to_string(endpoint.port));
  return text;
}

std::string seconds(std::chrono::milliseconds time) {
  if (time.count() % 1000 == 0) return std::to_string(time.count() / 1000) + " s";
  return std::to_string(time.count()) + " ms";
}

}  // namespace

/// A connection being made; outlives the exchange that asked for it if that is cancelled.
struct Upstream::Dial {
  explicit Dial(net::Worker& worker) : over(worker) {}
  net::Event over;
  bool done = false;
  std::optional<Result<std::unique_ptr<net::Stream>>> result;
};

/// Wakes who waits for a task when the task's frame ends, also by an exception.
template <class Told>
class Upstream::Ending {
 public:
  explicit Ending(Told& told) : told_(told) {}
  ~Ending() {
    told_.done = true;
    told_.over.notify();
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  Told& told_;
};

/// A request being written beside the reading of its answer.
struct Upstream::Sending {
  explicit Sending(net::Worker& worker) : over(worker) {}
  net::Event over;
  std::error_code failure;
  bool done = false;
};

Upstream::Upstream(std::shared_ptr<Pool> pool, const Outgoing& request, Timeouts timeouts)
    : pool_(std::move(pool)),
      key_(pool_key(request.endpoint, request.proxy)),
      host_(request.endpoint.host),
      timeouts_(timeouts),
      began_(pool_->worker().clock().now()),
      head_only_(request.method == "HEAD"),
      buffer_(buffer_least),
      parser_(HeadParser::Role::response, pool_->limits()),
      chunks_(pool_->limits()) {}

Upstream::~Upstream() = default;

Status Upstream::prepare(const Outgoing& request) {
  const auto unfit = [](std::string what) { return Error(ErrorKind::internal, "The request cannot be sent: " + std::move(what) + "."); };
  if (request.method.empty() || !all(request.method, byte_token)) return unfit("its method is malformed");
  if (!request.target.starts_with('/') || !all(request.target, byte_target))
    return unfit("its path holds characters that a URL may not have");
  const std::string host = authority(request.endpoint);
  const bool by_proxy = request.proxy.kind == net::Proxy::Kind::http && !request.endpoint.tls;
  request_head_.reserve(512);
  request_head_.append(request.method).append(" ");
  if (by_proxy) request_head_.append("http://").append(host);
  request_head_.append(request.target).append(" HTTP/1.1\r\n");
  if (!append_field(request_head_, "Host", host)) return unfit("its host is malformed");
  if (by_proxy) {
    if (const Secret login = request.proxy.authorization(); !login.empty())
      append_field(request_head_, "Proxy-Authorization", login.reveal());
  }
  for (const Header& header : request.headers) {
    if (clients_own(header.name)) continue;
    if (!append_field(request_head_, header.name, header.value)) return unfit("one of its headers is malformed");
  }
  std::size_t body = 0;
  for (const std::string_view part : request.body) body += part.size();
  if (body > 0 || has_body_by_nature(request.method)) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), body);
    request_head_.append("Content-Length: ").append(digits.data(), end.ptr).append("\r\n");
  }
  request_head_.append("\r\n");
  parts_.reserve(request.body.size() + 1);
  parts_.emplace_back(request_head_);
  parts_.insert(parts_.end(), request.body.begin(), request.body.end());
  parts_size_ = request_head_.size() + body;
  return Status();
}

Upstream::Limit Upstream::limit(const char* clock, std::chrono::milliseconds after) const {
  Limit chosen{after.count() > 0 ? now() + after : Tick::max(), clock, after};
  if (timeouts_.total.count() > 0 && began_ + timeouts_.total < chosen.at) {
    chosen.at = began_ + timeouts_.total;
    chosen.clock = "total";
    chosen.after = timeouts_.total;
  }
  return chosen;
}

Error Upstream::failed(const std::error_code& failure, const Limit& limit) const {
  if (cancelled_ || failure == net::Failure::cancelled) return Error(ErrorKind::cancelled, "The request to " + host_ + " was cancelled.");
  if (failure == net::Failure::timed_out) {
    const std::string_view clock = limit.clock;
    std::string words = "took longer than " + seconds(limit.after) + " in all";
    if (clock == "first byte") words = "did not begin to answer within " + seconds(limit.after);
    if (clock == "idle") words = "was silent for " + seconds(limit.after);
    return Error(ErrorKind::upstream_timeout, host_ + " " + words + " (" + std::string(clock) + " clock).");
  }
  Error error(ErrorKind::upstream_failed,
              host_ + (heard_ ? " ended the connection in the middle of its answer." : " ended the connection without an answer."));
  error.detail = failure.message();
  return error;
}

Error Upstream::malformed(std::string_view reason) const {
  Error error(ErrorKind::upstream_protocol, host_ + " sent an answer that is not sound HTTP.");
  error.detail = reason;
  return error;
}

Task<Status> Upstream::exchange(const Outgoing& request) {
  stream_ = pool_->take(key_);
  kept_ = stream_ != nullptr;
  if (kept_) {
    Status first = co_await answer_on_stream();
    // The peer may have closed the kept connection just when we took it: then, and only then, the request goes out again.
    const bool stale = !first && !heard_ && first.error().kind == ErrorKind::upstream_failed;
    if (!stale) co_return first;
    kept_ = false;
  }
  Status connected = co_await connect(request);
  if (!connected) co_return connected;
  Status second = co_await answer_on_stream();
  co_return second;
}

Task<Status> Upstream::connect(const Outgoing& request) {
  const Limit until = limit("connect", timeouts_.connect);
  dial_ = std::make_shared<Dial>(pool_->worker());
  pool_->worker().spawn("upstream connect", dial(pool_, dial_, request.endpoint, request.proxy, until.at));
  // The connector keeps to the deadline itself and says what it waited for.
  while (!dial_->done && !cancelled_) co_await dial_->over.wait(Tick::max());
  const std::shared_ptr<Dial> made = std::move(dial_);
  if (cancelled_) co_return failed(net::Failure::cancelled, until);
  if (!made->result) co_return Error(ErrorKind::internal, "Connecting to " + host_ + " failed; the log says why.");
  if (!*made->result) co_return made->result->error();
  stream_ = std::move(*made->result).value();
  reusable_ = true;
  co_return Status();
}

Task<void> Upstream::dial(std::shared_ptr<Pool> pool, std::shared_ptr<Dial> into, net::Endpoint endpoint, net::Proxy proxy, Tick deadline) {
  const Ending<Dial> ending(*into);
  Result<std::unique_ptr<net::Stream>> made = co_await pool->worker().connector().connect(endpoint, proxy, deadline);
  into->result.emplace(std::move(made));
}

/// What the body's part of the request is written from: groups of views, each within the write slice.
class Upstream::Groups {
 public:
  explicit Groups(const std::vector<std::string_view>& parts) : parts_(parts) {}
  /// The next group, empty at the end.
  std::span<const std::string_view> next() noexcept {
    std::size_t count = 0;
    for (std::size_t room = write_slice; count < group_.size() && room > 0 && index_ < parts_.size();) {
      group_[count] = parts_[index_].substr(offset_, room);
      room -= group_[count].size();
      offset_ += group_[count].size();
      ++count;
      if (offset_ == parts_[index_].size()) {
        ++index_;
        offset_ = 0;
      }
    }
    return {group_.data(), count};
  }

 private:
  const std::vector<std::string_view>& parts_;
  std::array<std::string_view, 16> group_;
  std::size_t index_ = 0;
  std::size_t offset_ = 0;
};

Task<std::error_code> Upstream::write_request() {
  Groups groups(parts_);
  for (std::span<const std::string_view> group = groups.next(); !group.empty(); group = groups.next()) {
    const net::Transfer sent = co_await stream_->write(group, limit("idle", timeouts_.idle).at);
    if (sent.failure) co_return sent.failure;
  }
  co_return std::error_code();
}

Task<void> Upstream::write_beside(std::shared_ptr<Sending> sending) {
  const Ending<Sending> ending(*sending);
  sending->failure = co_await write_request();
  sent_at_ = now();
  if (sending->failure == net::Failure::timed_out) stream_->close();  // the reader need not wait any longer
}

Task<Status> Upstream::answer_on_stream() {
  if (parts_size_ <= write_alone) {
    const std::error_code failure = co_await write_request();
    sent_at_ = now();
    if (failure == net::Failure::timed_out || cancelled_) co_return failed(failure, limit("idle", timeouts_.idle));
    // Any other failure may have an answer before it: a server that refuses without reading closes at once.
    Status headed = co_await read_head();
    co_return headed;
  }
  const auto sending = std::make_shared<Sending>(pool_->worker());
  pool_->worker().spawn("upstream request", write_beside(sending));
  sent_at_ = Tick::max();
  Status headed = co_await read_head();
  if (!sending->done && (!headed || status_ >= 300)) {
    reusable_ = false;
    if (headed) {
      stream_->shutdown_write();
    } else {
      stream_->close();
    }
  }
  // The views of the body end with this call, so the writer must have ended, too.
  while (!sending->done) co_await sending->over.wait(Tick::max());
  if (sending->failure) reusable_ = false;
  if (!headed && sending->failure == net::Failure::timed_out) co_return failed(sending->failure, limit("idle", timeouts_.idle));
  if (headed) finish_if_ended();
  co_return headed;
}

/// The first byte clock runs from the end of the request's sending.
Upstream::Limit Upstream::head_limit() const {
  Limit chosen = limit("first byte", timeouts_.first_byte);
  if (sent_at_ != Tick::max() && timeouts_.first_byte.count() > 0) chosen.at = std::min(chosen.at, sent_at_ + timeouts_.first_byte);
  return chosen;
}

Task<Status> Upstream::read_head() {
  int interim = 0;
  for (;;) {
    if (!buffer_.empty()) {
      const HeadParser::Step step = parser_.parse(buffer_.view());
      if (step == HeadParser::Step::failed) co_return malformed(parser_.fault().reason);
      if (step == HeadParser::Step::done && parser_.status() >= 200) co_return accept_head();
      if (step == HeadParser::Step::done) {
        if (parser_.status() == 101 || ++interim > interim_most) co_return malformed("interim answers nobody asked for");
        buffer_.consume(parser_.size());
        parser_.reset();
        continue;
      }
    }
    const Limit until = head_limit();
    const std::span<char> room = buffer_.space(1);
    const net::Transfer got = co_await stream_->read_some(room, until.at);
    if (got.failure == net::Failure::timed_out && head_limit().at > now()) continue;  // the request was still being sent
    if (got.failure) co_return failed(got.failure, until);
    heard_ = true;
    full_ = got.bytes == room.size();
    buffer_.commit(got.bytes);
  }
}

Status Upstream::accept_head() {
  head_.assign(buffer_.view().substr(0, parser_.size()));
  parser_.views(head_, headers_);
  buffer_.consume(parser_.size());
  status_ = parser_.status();
  framing_ = head_only_ ? Framing::none : parser_.framing();
  reusable_ = reusable_ && parser_.keep_alive() && framing_ != Framing::until_close;
  left_ = framing_ == Framing::length ? *parser_.content_length() : 0;
  ended_ = framing_ == Framing::none;
  if (sent_at_ != Tick::max()) finish_if_ended();
  return Status();
}

/// At the end of the message the connection is free, though its last bytes are still in our buffer.
void Upstream::finish_if_ended() {
  if (!ended_ || !stream_) return;
  detach();
  const bool nothing_behind = buffer_.size() == given_;
  if (reusable_ && nothing_behind && !cancelled_) {
    pool_->keep(key_, std::move(stream_));
  } else {
    stream_.reset();
  }
}

/// The next piece of body in the buffer: given_ bytes of it are used up by the view.
std::string_view Upstream::take_piece() {
  std::string_view piece;
  switch (framing_) {
    case Framing::none: break;
    case Framing::length:
      piece = buffer_.view().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer_.size())));
      left_ -= piece.size();
      given_ = piece.size();
      ended_ = left_ == 0;
      break;
    case Framing::chunked: {
      const ChunkedDecoder::Progress step = chunks_.decode(buffer_.data(), buffer_.size());
      piece = buffer_.view().substr(step.begin, step.size);
      given_ = step.consumed;
      ended_ = step.step == ChunkedDecoder::Step::done;
      if (step.step == ChunkedDecoder::Step::failed) error_ = malformed(chunks_.reason());
      break;
    }
    case Framing::until_close:
      piece = buffer_.view();
      given_ = piece.size();
      break;
  }
  return piece;
}

/// The idle clock runs while read() waits, and on through answers of `quiet`; never while the consumer is busy.
Upstream::Limit Upstream::idle_limit() const {
  Limit chosen = limit("idle", timeouts_.idle);
  if (waiting_since_ != Tick::max() && timeouts_.idle.count() > 0) chosen.at = std::min(chosen.at, waiting_since_ + timeouts_.idle);
  return chosen;
}

Task<Result<Piece>> Upstream::read(Tick quiet_at) {
  Piece piece;
  for (;;) {
    buffer_.consume(std::exchange(given_, 0));
    if (!ended_ && !error_ && !buffer_.empty()) {
      piece.bytes = take_piece();
      if (error_) drop();
      finish_if_ended();
      if (!piece.bytes.empty()) {
        piece.kind = Piece::Kind::data;
        co_return piece;
      }
      buffer_.consume(std::exchange(given_, 0));
    }
    if (error_) co_return *error_;
    if (ended_) co_return piece;
    if (waiting_since_ == Tick::max()) waiting_since_ = now();
    const Limit until = idle_limit();
    const std::span<char> room = buffer_.space(full_ && buffer_.capacity() < buffer_most ? buffer_.capacity() * 2 : 1);
    const net::Transfer got = co_await stream_->read_some(room, std::min(until.at, quiet_at));
    full_ = got.bytes == room.size();
    buffer_.commit(got.bytes);
    if (got.bytes > 0) waiting_since_ = Tick::max();
    if (!got.failure) continue;
    if (got.failure == net::Failure::timed_out && now() < until.at) {
      piece.kind = Piece::Kind::quiet;
      co_return piece;
    }
    if (got.failure == net::Failure::end_of_stream && framing_ == Framing::until_close) {
      ended_ = true;
      finish_if_ended();
      continue;
    }
    error_ = failed(got.failure, until);
    drop();
  }
}

Task<Result<std::string>> Upstream::read_all(std::size_t limit) {
  std::string all;
  if (framing_ == Framing::length) {
    if (left_ > limit) {
      drop();
      co_return too_long(limit);
    }
    all.reserve(static_cast<std::size_t>(left_));
  }
  for (;;) {
    Result<Piece> piece = co_await read(Tick::max());
    if (!piece) co_return std::move(piece).error();
    if (piece->kind == Piece::Kind::end) co_return all;
    if (piece->bytes.size() > limit - all.size()) {
      drop();
      co_return too_long(limit);
    }
    all.append(piece->bytes);
  }
}

Error Upstream::too_long(std::size_t limit) const {
  return Error(ErrorKind::upstream_protocol, host_ + " sent an answer of more than " + std::to_string(limit) + " bytes.");
}

/// The connection is of no more use, and neither is the rest of the answer.
void Upstream::drop() {
  detach();
  stream_.reset();
  if (!error_) error_ = Error(ErrorKind::upstream_failed, "The answer of " + host_ + " was given up.");
}

void Upstream::cancel_now() noexcept {
  cancelled_ = true;
  if (stream_) stream_->close();
  if (dial_) dial_->over.notify();
}

}  // namespace omniroute::http
