#include "omniroute/services/demo.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "omniroute/codec/codec.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/net/listener.hpp"

extern "C" {
extern const char demo_story_begin[];
extern const char demo_story_end[];
}

namespace omniroute::services {
namespace {

using domain::Format;

/// A pause a reader can follow: about twenty words a second.
constexpr std::chrono::milliseconds story_pace{50};
constexpr std::size_t largest_body = 32u << 20;

/// The words of a text, each with the white space before it.
std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t word = text.find_first_not_of(space, begin);
    if (word == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(space, word), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

std::string text_of(const std::vector<ir::Part>& parts) {
  std::string text;
  for (const ir::Part& part : parts)
    if (const auto* piece = std::get_if<ir::Text>(&part.value)) text += piece->text;
  return text;
}

/// What the last user turn says.
std::string prompt_of(const ir::ChatRequest& request) {
  const auto last =
      std::find_if(request.turns.rbegin(), request.turns.rend(), [](const ir::Turn& turn) { return turn.role == ir::Role::user; });
  return last == request.turns.rend() ? std::string() : text_of(last->parts);
}

std::int64_t prompt_words(const ir::ChatRequest& request) {
  std::size_t count = words_of(text_of(request.system)).size();
  for (const ir::Turn& turn : request.turns) count += words_of(text_of(turn.parts)).size();
  return static_cast<std::int64_t>(count);
}

/// An answer before it is sent.
struct Script {
  std::string text;
  std::vector<std::string_view> words;  // into text
  std::chrono::milliseconds pace{0};
  ir::Usage usage;
  ir::Finish finish;
};

/// `script` must not move afterwards: its words point into its text.
void write_script(const ir::ChatRequest& request, Script& script) {
  if (request.model == "story") {
    script.text.assign(demo_story_begin, demo_story_end);
    script.pace = story_pace;
  } else {
    script.text = prompt_of(request);
  }
  script.words = words_of(script.text);
  script.finish.raw = "stop";
  if (request.max_output && *request.max_output >= 0 && script.words.size() > static_cast<std::size_t>(*request.max_output)) {
    script.words.resize(static_cast<std::size_t>(*request.max_output));
    script.finish = {ir::FinishClass::length, "length", {}, {}};
  }
  script.usage.input = prompt_words(request);
  script.usage.output = static_cast<std::int64_t>(script.words.size());
  script.usage.total = *script.usage.input + *script.usage.output;
}

class Provider final : public http::Handler {
 public:
  std::size_t body_limit(const http::Request& /*head*/) override { return largest_body; }
  Task<void> handle(net::Worker& worker, http::Request& request, http::ReplySink& reply) override;
  std::string error_body(const http::Request& /*head*/, int /*status*/, const Error& error, std::vector<http::Header>& headers) override {
    headers.push_back({"content-type", "application/json"});
    return codec().encode_error(error, "demo").body;
  }

 private:
  static const codec::Codec& codec() { return codec::codec_for(Format::openai_chat); }
  static Task<void> refuse(http::ReplySink& reply, Error error);
  static Task<void> answer_whole(const Script& script, const codec::ReplyContext& context, http::ReplySink& reply);
  static Task<void> answer_stream(net::Worker& worker, const Script& script, const codec::ReplyContext& context, http::ReplySink& reply);
};

Task<void> Provider::refuse(http::ReplySink& reply, Error error) {
  const codec::ErrorReply words = codec().encode_error(error, "demo");
  const std::array<http::Header, 1> headers{http::Header{"content-type", "application/json"}};
  Status sent = co_await reply.send(words.status, headers, words.body);
  static_cast<void>(sent);
}

Task<void> Provider::handle(net::Worker& worker, http::Request& request, http::ReplySink& reply) {
  if (request.method != "POST" || request.path != "/v1/chat/completions") {
    Error error(ErrorKind::not_found, "The demo provider has only POST /v1/chat/completions.");
    co_return co_await refuse(reply, std::move(error));
  }
  Result<ir::ChatRequest> chat = codec().decode_request(request.body);
  if (!chat) {
    Error error = std::move(chat).error();
    co_return co_await refuse(reply, std::move(error));
  }
  if (chat->model != "echo" && chat->model != "story") {
    Error error(ErrorKind::not_found, "The demo provider has the models echo and story.", "model");
    co_return co_await refuse(reply, std::move(error));
  }
  Script script;
  write_script(*chat, script);
  codec::ReplyContext context;
  context.model = chat->model;
  context.fallback_id = crypto::random_token(12);
  context.created = std::chrono::duration_cast<std::chrono::seconds>(worker.clock().wall_now().time_since_epoch()).count();
  context.include_usage = chat->include_usage;
  if (chat->stream) {
    co_await answer_stream(worker, script, context, reply);
  } else {
    co_await answer_whole(script, context, reply);
  }
}

Task<void> Provider::answer_whole(const Script& script, const codec::ReplyContext& context, http::ReplySink& reply) {
  std::string text;
  for (const std::string_view word : script.words) text += word;
  ir::Events events;
  events.emplace_back(ir::Start{{}, context.model, context.created});
  events.emplace_back(ir::PartOpen{});
  events.emplace_back(ir::PartDelta{0, std::move(text)});
  events.emplace_back(ir::PartClose{0});
  events.emplace_back(script.usage);
  events.emplace_back(script.finish);
  events.emplace_back(ir::End{});
  const std::string body = codec().encode_reply(events, context);
  const std::array<http::Header, 1> headers{http::Header{"content-type", "application/json"}};
  Status sent = co_await reply.send(200, headers, body);
  static_cast<void>(sent);
}

Task<void> Provider::answer_stream(net::Worker& worker, const Script& script, const codec::ReplyContext& context, http::ReplySink& reply) {
  const std::unique_ptr<codec::EventEncoder> encoder = codec().make_encoder(context);
  const std::array<http::Header, 1> headers{http::Header{"content-type", "text/event-stream"}};
  Status sent = co_await reply.begin(200, headers);
  std::string out;
  const ir::Event start = ir::Start{{}, context.model, context.created};
  const ir::Event open = ir::PartOpen{};
  encoder->encode_event(start, out);
  encoder->encode_event(open, out);
  for (const std::string_view word : script.words) {
    const ir::Event delta = ir::PartDelta{0, std::string(word)};
    encoder->encode_event(delta, out);
    if (sent) sent = co_await reply.push(out);
    if (!sent) co_return;
    out.clear();
    if (script.pace.count() > 0) {
      const Tick next = worker.clock().now() + script.pace;
      co_await worker.sleep_until(next);
    }
  }
  const ir::Events rest{ir::PartClose{0}, script.usage, script.finish, ir::End{}};
  for (const ir::Event& event : rest) encoder->encode_event(event, out);
  sent = co_await reply.push(out);
  if (sent) sent = co_await reply.end();
}

}  // namespace

struct Demo::State {
  State() : server(provider, http::Limits{}, http::ServerTimeouts{}) {}
  Provider provider;
  http::Server server;
  std::unique_ptr<net::Listener> listener;
  std::string base_url;
};

Demo::Demo(std::unique_ptr<State> state) : state_(std::move(state)) {}

Demo::~Demo() { close(); }

Result<std::unique_ptr<Demo>> Demo::start(std::vector<net::Worker*> workers) {
  auto state = std::make_unique<State>();
  http::Server& server = state->server;
  const auto accepted = [&server](net::Worker& worker, std::unique_ptr<net::Stream> stream) {
    worker.spawn("demo connection", server.serve(worker, std::move(stream), false));
  };
  Result<std::unique_ptr<net::Listener>> listener = net::Listener::tcp("127.0.0.1", 0, std::move(workers), accepted);
  if (!listener) return std::move(listener).error();
  state->listener = *std::move(listener);
  state->base_url = "http://127.0.0.1:" + std::to_string(state->listener->port()) + "/v1";
  state->listener->start();
  return std::unique_ptr<Demo>(new Demo(std::move(state)));
}

const std::string& Demo::base_url() const noexcept { return state_->base_url; }

void Demo::close() {
  state_->listener->close();
  state_->server.close_all();
}

}  // namespace omniroute::services
