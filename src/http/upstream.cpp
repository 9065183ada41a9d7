// The answer's side of an exchange: head, body, clocks.
#include "upstream.hpp"

#include <utility>

#include "omniroute/base/log.hpp"

namespace omniroute::http {
namespace {

constexpr std::size_t buffer_most = 16 * 1024;  // the furthest we read ahead of the consumer
constexpr int interim_most = 8;

std::string seconds(std::chrono::milliseconds time) {
  if (time.count() % 1000 == 0) return std::to_string(time.count() / 1000) + " s";
  return std::to_string(time.count()) + " ms";
}

}  // namespace

/// Headers and pieces point into the channel's memory, so it goes back only now.
Upstream::~Upstream() {
  detach();
  if (!ended_ || !reusable_ || cancelled_ || error_ || !channel_->stream) return;
  try {
    pool_->keep(std::move(channel_));
  } catch (const std::exception& failure) {
    log::warn("connection not kept: what={}", failure.what());
  }
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

/// The first byte clock runs from the end of the request's sending.
Upstream::Limit Upstream::head_limit() const {
  Limit chosen = limit("first byte", timeouts_.first_byte);
  if (sent_at_ != Tick::max() && timeouts_.first_byte.count() > 0) chosen.at = std::min(chosen.at, sent_at_ + timeouts_.first_byte);
  return chosen;
}

/// The idle clock runs while read() waits, and on through answers of `quiet`; never while the consumer is busy.
Upstream::Limit Upstream::idle_limit() const {
  Limit chosen = limit("idle", timeouts_.idle);
  if (waiting_since_ != Tick::max() && timeouts_.idle.count() > 0) chosen.at = std::min(chosen.at, waiting_since_ + timeouts_.idle);
  return chosen;
}

Error Upstream::failed(const std::error_code& failure, const Limit& limit) const {
  if (cancelled_ || failure == net::Failure::cancelled) return Error(ErrorKind::cancelled, "The request to " + host() + " was cancelled.");
  if (failure == net::Failure::timed_out) {
    const std::string_view clock = limit.clock;
    std::string words = "took longer than " + seconds(limit.after) + " in all";
    if (clock == "first byte") words = "did not begin to answer within " + seconds(limit.after);
    if (clock == "idle") words = "was silent for " + seconds(limit.after);
    return Error(ErrorKind::upstream_timeout, host() + " " + words + " (" + std::string(clock) + " clock).");
  }
  const std::string_view how = heard_ ? " ended the connection in the middle of its answer." : " ended the connection without an answer.";
  Error error(ErrorKind::upstream_failed, host() + std::string(how));
  error.detail = failure.message();
  return error;
}

Error Upstream::malformed(std::string_view reason) const {
  Error error(ErrorKind::upstream_protocol, host() + " sent an answer that is not sound HTTP.");
  error.detail = reason;
  return error;
}

Error Upstream::too_long(std::size_t limit) const {
  return Error(ErrorKind::upstream_protocol, host() + " sent an answer of more than " + std::to_string(limit) + " bytes.");
}

Task<Status> Upstream::read_head() {
  ReadBuffer& buffer = channel_->buffer;
  HeadParser& parser = channel_->parser;
  buffer.clear();
  parser.reset();
  int interim = 0;
  for (;;) {
    if (!buffer.empty()) {
      const HeadParser::Step step = parser.parse(buffer.view());
      if (step == HeadParser::Step::failed) co_return malformed(parser.fault().reason);
      if (step == HeadParser::Step::done && parser.status() >= 200) {
        accept_head();
        co_return Status();
      }
      if (step == HeadParser::Step::done) {
        if (parser.status() == 101 || ++interim > interim_most) co_return malformed("interim answers nobody asked for");
        buffer.consume(parser.size());
        parser.reset();
        continue;
      }
    }
    const Limit until = head_limit();
    const std::span<char> room = buffer.space(1);
    const net::Transfer got = co_await channel_->stream->read_some(room, until.at);
    if (got.failure == net::Failure::timed_out && head_limit().at > now()) continue;  // the request was still being sent
    if (got.failure) co_return failed(got.failure, until);
    heard_ = true;
    full_ = got.bytes == room.size();
    buffer.commit(got.bytes);
  }
}

void Upstream::accept_head() {
  const HeadParser& parser = channel_->parser;
  channel_->head.assign(channel_->buffer.view().substr(0, parser.size()));
  parser.views(channel_->head, channel_->headers);
  channel_->buffer.consume(parser.size());
  framing_ = head_only_ ? Framing::none : parser.framing();
  reusable_ = reusable_ && parser.keep_alive() && framing_ != Framing::until_close;
  left_ = framing_ == Framing::length ? *parser.content_length() : 0;
  ended_ = framing_ == Framing::none;
  end_if_ended();
}

/// At the end of the message the exchange can no longer be cancelled. Bytes behind it condemn the connection.
void Upstream::end_if_ended() {
  if (!ended_) return;
  detach();
  if (channel_->buffer.size() != given_) reusable_ = false;
}

/// The next piece of body in the buffer: given_ bytes of it are used up by the view.
std::string_view Upstream::take_piece() {
  ReadBuffer& buffer = channel_->buffer;
  std::string_view piece;
  switch (framing_) {
    case Framing::none: break;
    case Framing::length:
      piece = buffer.view().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size())));
      left_ -= piece.size();
      given_ = piece.size();
      ended_ = left_ == 0;
      break;
    case Framing::chunked: {
      const ChunkedDecoder::Progress step = chunks_.decode(buffer.data(), buffer.size());
      piece = buffer.view().substr(step.begin, step.size);
      given_ = step.consumed;
      ended_ = step.step == ChunkedDecoder::Step::done;
      if (step.step == ChunkedDecoder::Step::failed) fail(malformed(chunks_.reason()));
      break;
    }
    case Framing::until_close:
      piece = buffer.view();
      given_ = piece.size();
      break;
  }
  end_if_ended();
  return piece;
}

Task<Result<Piece>> Upstream::read(Tick quiet_at) {
  ReadBuffer& buffer = channel_->buffer;
  Piece piece;
  for (;;) {
    buffer.consume(std::exchange(given_, 0));
    if (!ended_ && !error_ && !buffer.empty()) {
      piece.bytes = take_piece();
      if (!piece.bytes.empty()) {
        piece.kind = Piece::Kind::data;
        co_return piece;
      }
      buffer.consume(std::exchange(given_, 0));
    }
    if (error_) co_return *error_;
    if (ended_) co_return piece;
    if (waiting_since_ == Tick::max()) waiting_since_ = now();
    const Limit until = idle_limit();
    if (burst_.is_on() && !full_ && !whole_) co_await pool_->worker().breathe();
    const std::span<char> room = buffer.space(full_ && buffer.capacity() < buffer_most ? buffer.capacity() * 2 : 1);
    const Tick asked = now();
    const net::Transfer got = co_await channel_->stream->read_some(room, std::min(until.at, quiet_at));
    burst_.waited(now() - asked);
    full_ = got.bytes == room.size();
    buffer.commit(got.bytes);
    if (got.bytes > 0) waiting_since_ = Tick::max();
    if (!got.failure) continue;
    if (got.failure == net::Failure::timed_out && now() < until.at) {
      piece.kind = Piece::Kind::quiet;
      co_return piece;
    }
    if (got.failure == net::Failure::end_of_stream && framing_ == Framing::until_close) {
      ended_ = true;
      end_if_ended();
      continue;
    }
    fail(failed(got.failure, until));
  }
}

Task<Result<std::string>> Upstream::read_all(std::size_t limit) {
  std::string all;
  whole_ = true;
  if (framing_ == Framing::length && left_ > limit) {
    drop();
    co_return too_long(limit);
  }
  all.reserve(static_cast<std::size_t>(left_));
  for (;;) {
    Result<Piece> piece = co_await read(Tick::max());
    if (!piece) co_return std::move(piece).error();
    if (piece->kind == Piece::Kind::end) co_return Result<std::string>(std::move(all));
    if (piece->bytes.size() > limit - all.size()) {
      drop();
      co_return too_long(limit);
    }
    all.append(piece->bytes);
  }
}

void Upstream::fail(Error error) {
  error_ = std::make_unique<Error>(std::move(error));
  detach();
  channel_->stream->close();
}

/// Nobody wants the rest.
void Upstream::drop() { fail(Error(ErrorKind::upstream_failed, "The answer of " + host() + " was given up.")); }

}  // namespace omniroute::http
