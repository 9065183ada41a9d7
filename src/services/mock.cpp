#include "omniroute/services/mock.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

#include "omniroute/codec/codec.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "omniroute/net/event.hpp"
#include "omniroute/net/listener.hpp"

namespace omniroute::services {
namespace {

using domain::Format;
using Kind = MockStep::Kind;

constexpr std::size_t largest_body = 32u << 20;
constexpr std::string_view words = "The scripted upstream answers in a few plain words.";
constexpr int words_in_answer = 9;

/// What a request asks for, as far as a script has to know it.
struct Asked {
  Format format = Format::openai_chat;
  std::string model;
  bool stream = false;
  bool include_usage = false;
  bool json_array = false;
  bool compact = false;  ///< the Responses API's own compaction
};

/// "/v1beta/models/NAME:streamGenerateContent"
bool read_gemini(const http::Request& request, Asked& asked) {
  const std::size_t models = request.path.find("/models/");
  const std::size_t colon = request.path.rfind(':');
  if (models == std::string_view::npos || colon == std::string_view::npos || colon < models) return false;
  constexpr std::size_t behind = std::string_view("/models/").size();
  asked.format = Format::gemini;
  asked.model = request.path.substr(models + behind, colon - models - behind);
  asked.stream = request.path.ends_with(":streamGenerateContent");
  asked.json_array = asked.stream && request.query.find("alt=sse") == std::string_view::npos;
  return true;
}

std::optional<Asked> read_request(const http::Request& request) {
  Asked asked;
  if (read_gemini(request, asked)) return asked;
  if (request.path.ends_with("/chat/completions"))
    asked.format = Format::openai_chat;
  else if (request.path.ends_with("/messages"))
    asked.format = Format::anthropic;
  else if (request.path.ends_with("/responses") || request.path.ends_with("/responses/compact"))
    asked.format = Format::openai_responses;
  else
    return std::nullopt;
  asked.compact = request.path.ends_with("/compact");
  json::Document document;
  if (!document.parse(request.body)) return std::nullopt;
  asked.model = document.root().find("model").text();
  asked.stream = document.root().find("stream").boolean();
  asked.include_usage = document.root().find("stream_options").find("include_usage").boolean();
  return asked;
}

ir::Usage usage_of(const http::Request& request) {
  constexpr std::size_t bytes_a_token = 4;
  ir::Usage usage;
  usage.input = static_cast<std::int64_t>(request.body.size() / bytes_a_token + 1);
  usage.output = words_in_answer;
  usage.total = *usage.input + *usage.output;
  return usage;
}

std::string compaction_of(const http::Request& request, std::int64_t created) {
  const ir::Usage usage = usage_of(request);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("id").string("resp_mock").key("object").string("response.compaction").key("created_at").integer(created);
  writer.key("output").begin_array().begin_object().key("type").string("compaction").key("id").string("cmp_mock");
  writer.key("encrypted_content").string("scripted").end_object().end_array();
  writer.key("usage").begin_object().key("input_tokens").integer(*usage.input).key("output_tokens").integer(*usage.output);
  writer.key("total_tokens").integer(*usage.total).end_object().end_object();
  return body;
}

/// The events of an answer, by pieces that are sent at once.
std::vector<ir::Events> answer_of(const MockStep& step, const Asked& asked, const http::Request& request, std::int64_t created) {
  std::vector<ir::Events> pieces(1);
  pieces[0].emplace_back(ir::Start{"mock-" + crypto::random_token(9), asked.model, created});
  if (step.kind == Kind::error) {
    Error error(ErrorKind::overloaded, step.text.empty() ? "The scripted upstream is overloaded." : step.text);
    pieces[0].emplace_back(ir::Failure{std::move(error)});
    return pieces;
  }
  ir::Usage usage = usage_of(request);
  if (step.kind == Kind::empty) {
    usage.output = 0;
    usage.total = usage.input;
  } else {
    pieces[0].emplace_back(ir::PartOpen{});
    for (std::size_t at = 0; at < words.size();) {
      const std::size_t space = words.find(' ', at + 1);
      pieces.emplace_back().emplace_back(ir::PartDelta{0, std::string(words.substr(at, space - at))});
      at = std::min(space, words.size());
    }
    pieces.back().emplace_back(ir::PartClose{0});
  }
  pieces.back().emplace_back(usage);
  pieces.back().emplace_back(ir::Finish{ir::FinishClass::stop, "stop", {}, {}});
  pieces.back().emplace_back(ir::End{});
  return pieces;
}

/// Steps that are used one after the other, and how many requests there were.
class Progress {
 public:
  explicit Progress(MockScript script) : script_(std::move(script)) {}
  MockStep next() {
    ++requests_;
    const MockStep step = script_.steps[at_];
    if (++used_ >= step.times && at_ + 1 < script_.steps.size()) {
      ++at_;
      used_ = 0;
    }
    return step;
  }
  [[nodiscard]] std::uint64_t requests() const noexcept { return requests_; }

 private:
  MockScript script_;
  std::size_t at_ = 0;
  std::uint32_t used_ = 0;
  std::uint64_t requests_ = 0;
};

/// Tells a waiting answer that its client went away.
class Gone final : public net::PeerWatch {
 public:
  explicit Gone(net::Worker& worker) : event(worker) {}
  void peer_gone() noexcept override { event.notify(); }
  net::Event event;
};

class Provider final : public http::Handler {
 public:
  explicit Provider(const MockOptions& options) : others_(options.script), shared_(options.script) {
    for (const auto& [model, script] : options.models) models_.emplace(model, Progress(script));
  }
  std::size_t body_limit(const http::Request& /*head*/) override { return largest_body; }
  Task<void> handle(net::Worker& worker, http::Request& request, http::ReplySink& reply) override;
  std::string error_body(const http::Request& /*head*/, int /*status*/, const Error& error, std::vector<http::Header>& headers) override {
    headers.push_back({"content-type", "application/json"});
    return codec::codec_for(Format::openai_chat).encode_error(error, "mock").body;
  }

 private:
  MockStep next_step(const std::string& model);
  Task<void> list(const http::Request& request, http::ReplySink& reply);
  static Task<void> refuse(const MockStep& step, const Asked& asked, http::ReplySink& reply);
  static Task<void> answer(net::Worker& worker, const MockStep& step, const Asked& asked, const http::Request& request,
                           http::ReplySink& reply);

  const MockScript others_;
  std::mutex mutex_;
  Progress shared_;
  std::map<std::string, Progress, std::less<>> models_;
  std::map<std::string, std::uint64_t, std::less<>> unnamed_;  // requests to models without a script of their own
};

MockStep Provider::next_step(const std::string& model) {
  const std::lock_guard lock(mutex_);
  const auto own = models_.find(model);
  if (own != models_.end()) return own->second.next();
  ++unnamed_[model];
  return shared_.next();
}

/// The models that have scripts, or the counts of requests.
Task<void> Provider::list(const http::Request& request, http::ReplySink& reply) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  {
    const std::lock_guard lock(mutex_);
    if (request.path == "/mock/requests") {
      for (const auto& [model, progress] : models_) writer.key(model).integer(static_cast<std::int64_t>(progress.requests()));
      for (const auto& [model, count] : unnamed_) writer.key(model).integer(static_cast<std::int64_t>(count));
    } else {
      writer.key("object").string("list").key("data").begin_array();
      for (const auto& [model, progress] : models_)
        writer.begin_object().key("id").string(model).key("object").string("model").key("owned_by").string("mock").end_object();
      writer.end_array();
    }
  }
  writer.end_object();
  const std::array<http::Header, 1> headers{http::Header{"content-type", "application/json"}};
  Status sent = co_await reply.send(200, headers, body);
  static_cast<void>(sent);
}

Task<void> Provider::refuse(const MockStep& step, const Asked& asked, http::ReplySink& reply) {
  Error error(step.status == 429   ? ErrorKind::rate_limited
              : step.status >= 500 ? ErrorKind::upstream_failed
                                   : ErrorKind::bad_request,
              step.text.empty() ? "The scripted upstream says " + std::to_string(step.status) + "." : step.text);
  error.upstream_status = step.status;
  const codec::ErrorReply said = codec::codec_for(asked.format).encode_error(error, "mock");
  std::vector<http::Header> headers{http::Header{"content-type", "application/json"}};
  if (step.pause.count() > 0) headers.push_back({"retry-after-ms", std::to_string(step.pause.count())});
  Status sent = co_await reply.send(step.status, headers, said.body);
  static_cast<void>(sent);
}

Task<void> Provider::handle(net::Worker& worker, http::Request& request, http::ReplySink& reply) {
  if (request.method == "GET") co_return co_await list(request, reply);
  const std::optional<Asked> asked = read_request(request);
  if (!asked) {
    MockStep unknown;
    unknown.status = 404;
    unknown.text =
        "The scripted upstream knows POST /v1/chat/completions, /v1/messages, /v1/responses, /v1/responses/compact and "
        "/v1beta/models/NAME:generateContent.";
    const Asked nothing;
    co_return co_await refuse(unknown, nothing, reply);
  }
  const MockStep step = next_step(asked->model);
  if (step.kind == Kind::status) co_return co_await refuse(step, *asked, reply);
  if (step.kind == Kind::reset) co_return reply.abort();
  const bool whole_drip = step.kind == Kind::drip && !asked->stream;
  if (step.kind == Kind::hang || step.kind == Kind::slow || whole_drip) {
    Gone gone(worker);
    reply.watch_client(&gone);
    Tick until = Tick::max();
    if (step.kind == Kind::slow) until = worker.clock().now() + step.pause;
    if (whole_drip) until = worker.clock().now() + step.pause * words_in_answer;
    const bool left = co_await gone.event.wait(until);
    reply.watch_client(nullptr);
    if (left || step.kind == Kind::hang) co_return reply.abort();
  }
  co_await answer(worker, step, *asked, request, reply);
}

Task<void> Provider::answer(net::Worker& worker, const MockStep& step, const Asked& asked, const http::Request& request,
                            http::ReplySink& reply) {
  const codec::Codec& codec = codec::codec_for(asked.format);
  codec::ReplyContext context;
  context.model = asked.model;
  context.fallback_id = "mock";
  context.created = std::chrono::duration_cast<std::chrono::seconds>(worker.clock().wall_now().time_since_epoch()).count();
  context.include_usage = asked.include_usage;
  context.json_array = asked.json_array;
  if (asked.compact) {
    const std::array<http::Header, 1> json{http::Header{"content-type", "application/json"}};
    const std::string body = compaction_of(request, context.created);
    Status sent = co_await reply.send(200, json, body);
    co_return;
  }
  const std::vector<ir::Events> pieces = answer_of(step, asked, request, context.created);
  const std::unique_ptr<codec::EventEncoder> encoder = codec.make_encoder(context);
  std::vector<http::Header> headers{http::Header{"content-type", "application/json"}};
  std::size_t left = step.kind == Kind::cut ? step.bytes : SIZE_MAX;
  std::string out;
  if (!asked.stream) {
    ir::Events whole;
    for (const ir::Events& piece : pieces) whole.insert(whole.end(), piece.begin(), piece.end());
    if (step.kind == Kind::error) {
      MockStep refusal = step;
      refusal.status = 503;
      co_return co_await refuse(refusal, asked, reply);
    }
    out = codec.encode_reply(whole, context);
    if (step.kind != Kind::cut) {
      Status sent = co_await reply.send(200, headers, out);
      co_return;
    }
  }
  if (asked.stream) headers.front().value = asked.json_array ? "application/json" : "text/event-stream";
  Status sent = co_await reply.begin(200, headers);
  for (std::size_t i = 0; sent && (i < pieces.size() || !asked.stream); ++i) {
    if (asked.stream)
      for (const ir::Event& event : pieces[i]) encoder->encode_event(event, out);
    if (out.size() > left) out.resize(left);
    left -= out.size();
    sent = co_await reply.push(out);
    out.clear();
    if (step.kind == Kind::cut && (left == 0 || !asked.stream)) co_return reply.abort();
    if (step.kind != Kind::drip) continue;
    const Tick next = worker.clock().now() + step.pause;
    co_await worker.sleep_until(next);
  }
  // A stream that is cut behind its last byte lacks its proper end.
  if (step.kind == Kind::cut) co_return reply.abort();
  if (sent) sent = co_await reply.end();
}

}  // namespace

struct Mock::State {
  explicit State(const MockOptions& options) : provider(options), server(provider, http::Limits{}, http::ServerTimeouts{}) {}
  Provider provider;
  http::Server server;
  std::unique_ptr<net::Listener> listener;
};

Mock::Mock(std::unique_ptr<State> state) : state_(std::move(state)) {}

Mock::~Mock() { close(); }

Result<std::unique_ptr<Mock>> Mock::start(MockOptions options, std::vector<net::Worker*> workers) {
  auto state = std::make_unique<State>(options);
  http::Server& server = state->server;
  const auto accepted = [&server](net::Worker& worker, std::unique_ptr<net::Stream> stream) {
    worker.spawn("mock connection", server.serve(worker, std::move(stream), false));
  };
  Result<std::unique_ptr<net::Listener>> listener = net::Listener::tcp(options.host, options.port, std::move(workers), accepted);
  if (!listener) return std::move(listener).error();
  state->listener = *std::move(listener);
  state->listener->start();
  return std::unique_ptr<Mock>(new Mock(std::move(state)));
}

std::uint16_t Mock::port() const noexcept { return state_->listener->port(); }

void Mock::close() {
  state_->listener->close();
  state_->server.close_all();
}

}  // namespace omniroute::services
