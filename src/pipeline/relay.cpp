#include "relay.hpp"

#include <algorithm>

#include "omniroute/pipeline/target_profile.hpp"
#include "opening.hpp"

namespace omniroute::pipeline {
namespace {

/// A whole answer may be so large; an endless sender is cut off there.
constexpr std::size_t largest_answer = 32u << 20;
/// One event may be so large: images travel inline.
constexpr std::size_t largest_event = 32u << 20;

bool starts_with_nocase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && http::same_name(text.substr(0, prefix.size()), prefix);
}

}  // namespace

Relay::Relay(Exchange& exchange, const routing::Target& target, http::Incoming& upstream, http::ReplySink& client, bool hide_usage,
             Outcome& outcome, ContentWatch& watch)
    : x_(exchange),
      target_(target),
      upstream_(upstream),
      client_(client),
      hide_usage_(hide_usage),
      outcome_(outcome),
      watch_(watch),
      theirs_(codec::codec_for(target.format)) {
  if (target.format == domain::Format::openai_chat) finish_words_.emplace(target.model);
}

bool Relay::upstream_streams() const {
  const std::string_view type = upstream_.header("content-type");
  if (starts_with_nocase(type, "text/event-stream")) return true;
  // Some providers stream with another type; JSON and pages are named as such.
  return x_.envelope.stream && !starts_with_nocase(type, "application/json") && !starts_with_nocase(type, "text/html");
}

codec::ReplyContext Relay::context() const {
  codec::ReplyContext context;
  context.model = x_.envelope.model;
  context.fallback_id = x_.id;
  context.created = std::chrono::duration_cast<std::chrono::seconds>(x_.began_wall.time_since_epoch()).count();
  context.include_usage = x_.envelope.include_usage;
  context.json_array = x_.envelope.json_array;
  if (Result<const ir::ChatRequest*> chat = x_.chat()) {
    context.request = *chat;
    context.output_as_tool = codec::output_as_tool(**chat, target_.format, profile_of(target_));
  }
  return context;
}

void Relay::observe(const ir::Event& event) {
  if (const auto* usage = std::get_if<ir::Usage>(&event)) {
    outcome_.usage.merge(*usage);
  } else if (const auto* delta = std::get_if<ir::PartDelta>(&event)) {
    content_ = content_ || !delta->text.empty();
    text_bytes_ += delta->text.size();
  } else if (const auto* open = std::get_if<ir::PartOpen>(&event)) {
    content_ = content_ || open->kind != ir::PartOpen::Kind::text;
  } else if (const auto* finish = std::get_if<ir::Finish>(&event)) {
    finished_ = true;
    finish_ = finish->reason;
  } else if (std::holds_alternative<ir::End>(event)) {
    ended_ = true;
  } else if (const auto* failure = std::get_if<ir::Failure>(&event)) {
    failure_ = failure->error;
  }
  if (content_ && !outcome_.first_token) outcome_.first_token = x_.lane.worker.clock().now();
}

void Relay::watch_stops() {
  const Result<const ir::ChatRequest*> chat = x_.chat();
  if (!chat) return;
  std::vector<std::string> left = codec::stops_left(**chat, target_.format);
  if (!left.empty()) stops_.emplace(std::move(left));
}

ir::Events Relay::cut_at_stop(ir::Events events) {
  if (!stops_) return events;
  ir::Events passed;
  for (ir::Event& event : events) stops_->filter(std::move(event), passed);
  return passed;
}

void Relay::encode(ir::Event event, codec::EventEncoder& encoder, std::string& out) {
  if (!stops_) return encoder.encode_event(event, out);
  passed_.clear();
  stops_->filter(std::move(event), passed_);
  if (stops_->cut()) {
    stops_->end(passed_);
    ended_ = true;
  }
  for (const ir::Event& each : passed_) encoder.encode_event(each, out);
}

void Relay::estimate_if_silent() {
  constexpr std::size_t bytes_a_token = 4;  // of English text and of JSON, about
  if (!outcome_.usage.empty()) return;
  outcome_.estimated = true;
  outcome_.usage.input = static_cast<std::int64_t>(x_.request.body.size() / bytes_a_token);
  // Of a stream that passed unread only its events are known: providers send about a token in each.
  const std::size_t written = text_bytes_ > 0 ? text_bytes_ / bytes_a_token + 1 : events_passed_;
  outcome_.usage.output = static_cast<std::int64_t>(written);
}

std::optional<Error> Relay::nothing_said() const {
  const bool wrote = outcome_.usage.output.value_or(0) > 0;
  if (content_ || wrote || (finished_ && finish_ != ir::FinishClass::stop && finish_ != ir::FinishClass::other)) return std::nullopt;
  Error error(ErrorKind::upstream_failed, target_.provider->name + " ended its answer without a word in it.");
  error.code = "empty_answer";
  return error;
}

Task<Result<http::Piece>> Relay::next_piece(std::string& held) {
  const std::chrono::milliseconds pause = x_.config->settings().heartbeat;
  const std::string_view sign = x_.codec().keep_alive;
  const bool alive = pause.count() > 0 && !sign.empty() && !x_.envelope.json_array;
  while (true) {
    Tick quiet_at = Tick::max();
    if (alive) quiet_at = x_.lane.worker.clock().now() + pause;
    x_.wait_begins();
    Result<http::Piece> piece = co_await upstream_.read(quiet_at);
    x_.wait_ends();
    if (!piece || piece->kind != http::Piece::Kind::quiet) co_return piece;
    if (!client_.begun()) {  // what is held back stays so: another target may still answer
      x_.wait_begins();
      Status told = co_await x_.opening->keep_alive(sign);
      x_.wait_ends();
      if (!told) co_return std::move(told).error();
      continue;
    }
    held += sign;
    Status pushed = co_await push(held);
    if (!pushed) co_return std::move(pushed).error();
    held.clear();
  }
}

Task<Status> Relay::push(std::string_view bytes) {
  if (bytes.empty()) co_return Status();
  if (!client_.begun()) {
    watch_.content_begins();
    const std::vector<http::Header> headers = stream_head(x_);
    Status begun = co_await client_.begin(200, headers);
    if (!begun) co_return begun;
    outcome_.status = 200;
  }
  x_.wait_begins();
  Status pushed = co_await client_.push(bytes);
  x_.wait_ends();
  co_return pushed;
}

Task<Status> Relay::fail(Error error) {
  if (!client_.begun()) co_return error;
  if (error.kind == ErrorKind::cancelled) {
    client_.abort();
    co_return error;
  }
  std::string words;
  const codec::ReplyContext reply_context = context();
  const std::unique_ptr<codec::EventEncoder> encoder = x_.codec().make_encoder(reply_context);
  const ir::Event event = ir::Failure{error};
  encoder->encode_event(event, words);
  Status pushed = co_await client_.push(words);
  if (pushed) pushed = co_await client_.end();
  if (!pushed) co_return pushed;
  co_return error;
}

Task<Status> Relay::send_whole(std::string_view body) {
  watch_.content_begins();
  std::vector<http::Header> headers = x_.reply_headers;
  headers.push_back({"content-type", "application/json"});
  outcome_.status = 200;
  estimate_if_silent();
  x_.wait_begins();
  Status sent = co_await client_.send(200, headers, body);
  x_.wait_ends();
  co_return sent;
}

Task<Result<ir::Events>> Relay::read_whole(std::string& body) {
  x_.wait_begins();
  Result<std::string> read = co_await upstream_.read_all(largest_answer);
  x_.wait_ends();
  if (!read) co_return std::move(read).error();
  body = *std::move(read);
  if (body.empty()) {
    Error error(ErrorKind::upstream_failed, target_.provider->name + " answered with nothing.");
    error.code = "empty_answer";
    co_return error;
  }
  Result<ir::Events> events = theirs_.decode_reply(body);
  if (!events) {
    Error error(ErrorKind::upstream_protocol, target_.provider->name + " sent an answer that cannot be read: " + events.error().message);
    co_return error;
  }
  for (const ir::Event& event : *events) observe(event);
  if (failure_) co_return *failure_;
  if (std::optional<Error> silent = nothing_said()) co_return *std::move(silent);
  co_return events;
}

Task<Status> Relay::pass() {
  if (upstream_streams() && x_.envelope.stream) co_return co_await pass_stream();
  if (!upstream_streams() && !x_.envelope.stream) co_return co_await pass_whole();
  co_return co_await translate();
}

Task<Status> Relay::pass_whole() {
  std::string body;
  Result<ir::Events> events = co_await read_whole(body);
  if (!events) co_return std::move(events).error();
  if (finish_words_) {
    std::string mended = codec::with_known_finish(body);
    if (!mended.empty()) body = std::move(mended);
  }
  co_return co_await send_whole(body);
}

Task<Result<ir::Events>> Relay::fold() {
  ir::Events whole;
  std::size_t bytes = 0;
  http::SseReader reader(largest_event);
  http::SseEvent event;
  const std::unique_ptr<codec::EventDecoder> decoder = theirs_.make_decoder();
  while (true) {
    x_.wait_begins();
    Result<http::Piece> piece = co_await upstream_.read(Tick::max());
    x_.wait_ends();
    if (!piece) co_return std::move(piece).error();
    if (piece->kind == http::Piece::Kind::end) break;
    bytes += piece->bytes.size();
    reader.feed(piece->bytes);
    while (reader.next(event)) decoder->decode_event(event, whole);
    if (bytes > largest_answer) co_return Error(ErrorKind::upstream_protocol, target_.provider->name + " sent an answer above 32 MB.");
  }
  if (reader.finish(event)) decoder->decode_event(event, whole);
  const http::SseEvent stray{"error", reader.stray()};
  if (!stray.data.empty()) decoder->decode_event(stray, whole);
  decoder->finish(whole);
  for (const ir::Event& each : whole) observe(each);
  if (failure_) co_return *failure_;
  if (std::optional<Error> silent = nothing_said()) co_return *std::move(silent);
  co_return whole;
}

Task<Status> Relay::unfold(ir::Events events) {
  const codec::ReplyContext reply_context = context();
  const std::unique_ptr<codec::EventEncoder> encoder = x_.codec().make_encoder(reply_context);
  std::string out;
  for (const ir::Event& event : events) encoder->encode_event(event, out);
  Status pushed = co_await push(out);
  if (!pushed) co_return pushed;
  estimate_if_silent();
  co_return co_await client_.end();
}

Task<Status> Relay::translate() {
  watch_stops();
  if (upstream_streams() && x_.envelope.stream) co_return co_await translate_stream();
  std::string body;
  if (upstream_streams()) {
    Result<ir::Events> folded = co_await fold();
    if (!folded) co_return std::move(folded).error();
    const codec::ReplyContext reply_context = context();
    const ir::Events passed = cut_at_stop(*std::move(folded));
    body = x_.codec().encode_reply(passed, reply_context);
    co_return co_await send_whole(body);
  }
  Result<ir::Events> events = co_await read_whole(body);
  if (!events) co_return std::move(events).error();
  ir::Events passed = cut_at_stop(*std::move(events));
  if (x_.envelope.stream) co_return co_await unfold(std::move(passed));
  const codec::ReplyContext reply_context = context();
  const std::string words = x_.codec().encode_reply(passed, reply_context);
  co_return co_await send_whole(words);
}

Task<Status> Relay::translate_stream() {
  const codec::ReplyContext reply_context = context();
  const std::unique_ptr<codec::EventDecoder> decoder = theirs_.make_decoder();
  const std::unique_ptr<codec::EventEncoder> encoder = x_.codec().make_encoder(reply_context);
  http::SseReader reader(largest_event);
  http::SseEvent event;
  std::string out;
  bool body_ended = false;
  while (!ended_ && !failure_) {
    Result<http::Piece> piece = co_await next_piece(out);
    if (!piece) {
      failure_ = std::move(piece).error();
      break;
    }
    body_ended = piece->kind == http::Piece::Kind::end;
    events_.clear();
    if (body_ended) {
      if (reader.finish(event)) decoder->decode_event(event, events_);
      const http::SseEvent stray{"error", reader.stray()};  // some servers put a bare JSON error behind the events
      if (!stray.data.empty()) decoder->decode_event(stray, events_);
      decoder->finish(events_);
    } else {
      reader.feed(piece->bytes);
      while (reader.next(event)) decoder->decode_event(event, events_);
      if (reader.overflowed()) failure_ = Error(ErrorKind::upstream_protocol, target_.provider->name + " sent an event above 32 MB.");
    }
    for (ir::Event& each : events_) {
      observe(each);
      if (failure_) break;
      encode(std::move(each), *encoder, out);
      if (ended_) break;
    }
    // What came before the first content waits: until then another target may still answer.
    if (!client_.begun() && !content_ && !ended_) continue;
    if (failure_ && !client_.begun()) break;
    if (!client_.begun() && !content_) failure_ = nothing_said();
    if (failure_) break;
    Status pushed = co_await push(out);
    if (!pushed) co_return pushed;
    out.clear();
  }
  if (failure_) co_return co_await fail(*failure_);
  co_return co_await end();
}

Task<Status> Relay::end() {
  estimate_if_silent();
  Status ended = co_await client_.end();
  if (stops_ && stops_->cut()) co_return ended;  // the provider still writes: it is let go
  // The client has all of it. The connection upstream can be kept if its last bytes are as good as here.
  const Tick patience = x_.lane.worker.clock().now() + std::chrono::milliseconds(250);
  for (int pieces = 0; ended && pieces < 4; ++pieces) {
    x_.wait_begins();
    Result<http::Piece> rest = co_await upstream_.read(patience);
    x_.wait_ends();
    if (!rest || rest->kind != http::Piece::Kind::data) break;
  }
  co_return ended;
}

}  // namespace omniroute::pipeline
