// The stream that passes as it comes: bytes forward, meaning only where an event may carry usage, a finish or an error.
#include "relay.hpp"

namespace omniroute::pipeline {
namespace {

constexpr std::size_t largest_event = 32u << 20;

/// True if the decoded event says nothing but usage: the chunk that a chat client has to ask for.
bool only_usage(const ir::Events& events) {
  bool usage = false;
  for (const ir::Event& event : events) {
    if (std::holds_alternative<ir::Usage>(event)) {
      usage = true;
    } else if (!std::holds_alternative<ir::Start>(event)) {
      return false;
    }
  }
  return usage;
}

}  // namespace

void Relay::take_in(codec::EventDecoder& decoder, const http::SseEvent& event) {
  events_.clear();
  decoder.decode_event(event, events_);
  for (const ir::Event& each : events_) observe(each);
}

void Relay::look_at(std::string_view bytes, codec::EventDecoder& decoder, std::vector<std::string_view>& out) {
  http::SseReader reader(largest_event);
  http::SseEvent event;
  std::size_t kept = 0;
  std::size_t at = 0;
  mended_.clear();
  while (at < bytes.size()) {
    const std::size_t length = EventSplitter::first_event(bytes.substr(at));
    const std::string_view slice = bytes.substr(at, length == 0 ? bytes.size() - at : length);
    reader.feed(slice);
    bool hide = !client_.begun() && events_passed_ == 0;  // comments ahead of the first event
    std::string instead;
    while (reader.next(event)) {
      hide = false;
      ++events_passed_;
      // Up to the first content every event is read: until then another target may still answer.
      if (content_ && !theirs_.notable(event)) continue;
      take_in(decoder, event);
      if (failure_) break;
      hide = hide_usage_ && only_usage(events_);
      if (finish_words_) instead = finish_words_->mended(event);
    }
    if (hide || failure_ || !instead.empty()) {
      if (at > kept) out.push_back(bytes.substr(kept, at - kept));
      if (!hide && !failure_) out.push_back(mended_.emplace_back(std::move(instead)));
      kept = at + slice.size();
    }
    if (failure_) return;
    at += slice.size();
  }
  if (bytes.size() > kept) out.push_back(bytes.substr(kept));
}

Task<Status> Relay::push_or_hold(const std::vector<std::string_view>& out, std::string& held) {
  if (!client_.begun()) {
    for (const std::string_view bytes : out) held += bytes;
    if (!content_) co_return Status();
    Status pushed = co_await push(held);
    held.clear();
    co_return pushed;
  }
  for (const std::string_view bytes : out) {
    Status pushed = co_await push(bytes);
    if (!pushed) co_return pushed;
  }
  co_return Status();
}

Task<Status> Relay::pass_stream() {
  const std::unique_ptr<codec::EventDecoder> decoder = theirs_.make_decoder();
  EventSplitter splitter;
  std::vector<std::string_view> out;
  std::string held;
  while (!failure_ && !ended_) {
    Result<http::Piece> piece = co_await next_piece(held);
    if (!piece) {
      failure_ = std::move(piece).error();
      break;
    }
    if (piece->kind == http::Piece::Kind::end) break;
    out.clear();
    const std::string_view whole = splitter.feed(piece->bytes);
    look_at(whole, *decoder, out);
    if (splitter.tail().size() > largest_event)
      failure_ = Error(ErrorKind::upstream_protocol, target_.provider->name + " sent an event above 32 MB.");
    Status pushed = co_await push_or_hold(out, held);
    if (!pushed) co_return pushed;
  }
  if (failure_) co_return co_await fail(*failure_);
  // A last event may lack its blank line; it counts if it can be read.
  std::string last(splitter.tail());
  if (!last.empty()) {
    last += "\n\n";
    out.clear();
    look_at(last, *decoder, out);
  }
  if (events_passed_ == 0) {
    Error error(ErrorKind::upstream_failed, target_.provider->name + " answered with an empty stream.");
    error.code = "empty_answer";
    co_return error;
  }
  events_.clear();
  decoder->finish(events_);
  for (const ir::Event& each : events_) observe(each);
  if (!failure_ && !client_.begun()) failure_ = nothing_said();
  if (failure_) co_return co_await fail(*failure_);
  if (last.empty()) out.clear();
  content_ = true;  // whatever is held is all there is
  Status pushed = co_await push_or_hold(out, held);
  if (!pushed) co_return pushed;
  text_bytes_ = 0;  // only the first content was read: the events count
  co_return co_await end();
}

}  // namespace omniroute::pipeline
