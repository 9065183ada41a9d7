#include "ollama.hpp"

#include <algorithm>
#include <array>

#include "adapted_reply.hpp"
#include "inference.hpp"
#include "models.hpp"
#include "omniroute/json/path.hpp"
#include "omniroute/json/writer.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

constexpr std::string_view line_type = "application/x-ndjson";

std::int64_t nanoseconds(Tick from, Tick to) { return std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count(); }

std::string error_words(std::string_view words) {
  std::string out;
  json::Writer(out).begin_object().key("error").string(words).end_object();
  return out;
}

/// OpenAI's error as Ollama's.
std::string error_of(json::Value refusal) {
  const std::string words(refusal.find("error").find("message").text());
  return error_words(words);
}

/// Chat answers as Ollama's objects: text as `message.content`, calls whole with `arguments` as an object, and a last line
/// with `done`, the reason and the counts.
class OllamaReply final : public AdaptedReply {
 public:
  OllamaReply(http::ReplySink& client, std::string model, const Clock& clock, std::string created)
      : AdaptedReply(client, line_type), model_(std::move(model)), clock_(clock), began_(clock.now()), created_(std::move(created)) {}

 protected:
  std::string whole(json::Value completion) override {
    take(completion, "message");
    std::string out;
    write_line(true, out);
    return out;
  }
  std::string refusal(std::string_view body) override {
    json::Document document;
    if (!document.parse(body)) return std::string(body);
    return error_of(document.root());
  }
  void chunk(json::Value completion, std::string& out) override {
    if (!completion.find("error").absent()) {
      out += error_of(completion) + "\n";
      return;
    }
    take(completion, "delta");
    if (!text_.empty() || !thinking_.empty()) write_line(false, out);
  }
  void done(std::string& out) override { write_line(true, out); }
  void still_alive(std::string& /*out*/) override {}

 private:
  struct ToolCall {
    std::string name;
    std::string arguments;
  };

  void take(json::Value completion, std::string_view content_member) {
    const json::Value usage = completion.find("usage");
    usage.find("prompt_tokens").integer(input_);
    usage.find("completion_tokens").integer(output_);
    const json::Value choices = completion.find("choices");
    if (choices.size() == 0) return;
    const json::Value choice = *choices.begin();
    const json::Value message = choice.find(content_member);
    text_ += message.find("content").text();
    thinking_ += message.find("reasoning_content").text();
    if (!choice.find("finish_reason").absent()) finish_ = choice.find("finish_reason").text();
    const json::Value calls = message.find("tool_calls");
    for (auto it = calls.begin(); it != calls.end(); ++it) take_call(*it);
  }
  void take_call(json::Value call) {
    std::int64_t index = static_cast<std::int64_t>(calls_.size());
    call.find("index").integer(index);
    if (index < 0 || index > static_cast<std::int64_t>(calls_.size())) return;  // our own writer counts from 0
    if (index == static_cast<std::int64_t>(calls_.size())) calls_.emplace_back();
    ToolCall& mine = calls_[static_cast<std::size_t>(index)];
    mine.name += call.find("function").find("name").text();
    mine.arguments += call.find("function").find("arguments").text();
  }

  /// What was taken since the last line.
  void write_line(bool last, std::string& out) {
    json::Writer writer(out);
    writer.begin_object().key("model").string(model_).key("created_at").string(created_);
    writer.key("message").begin_object().key("role").string("assistant").key("content").string(text_);
    if (!thinking_.empty()) writer.key("thinking").string(thinking_);
    text_.clear();
    thinking_.clear();
    if (last && !calls_.empty()) write_calls(writer);
    writer.end_object();
    if (last) {
      writer.key("done_reason").string(finish_ == "length" ? "length" : "stop").key("done").boolean(true);
      writer.key("total_duration").integer(nanoseconds(began_, clock_.now()));
      writer.key("prompt_eval_count").integer(input_).key("eval_count").integer(output_);
    } else {
      writer.key("done").boolean(false);
    }
    writer.end_object();
    out += "\n";
  }
  void write_calls(json::Writer& writer) {
    writer.key("tool_calls").begin_array();
    for (const ToolCall& call : calls_) {
      json::Document arguments;
      const bool object = arguments.parse(call.arguments).ok() && arguments.root().is(json::Kind::object);
      writer.begin_object().key("function").begin_object().key("name").string(call.name);
      writer.key("arguments").raw(object ? std::string_view(call.arguments) : std::string_view("{}")).end_object().end_object();
    }
    writer.end_array();
  }

  std::string model_;
  const Clock& clock_;
  Tick began_;
  std::string created_;
  std::string text_;
  std::string thinking_;
  std::string finish_ = "stop";
  std::vector<ToolCall> calls_;
  std::int64_t input_ = 0;
  std::int64_t output_ = 0;
};

/// Ollama's `images` beside a text become parts; calls get ids by their place, results the id of the call they follow.
class MessageWriter {
 public:
  explicit MessageWriter(json::Writer& writer) : writer_(writer) {}
  void write(json::Value message) {
    const std::string_view role = message.find("role").text();
    writer_.begin_object().key("role").string(role);
    write_content(message);
    if (role == "tool") writer_.key("tool_call_id").string("call_" + std::to_string(answered_++));
    write_calls(message.find("tool_calls"));
    writer_.end_object();
  }

 private:
  void write_content(json::Value message) {
    const json::Value images = message.find("images");
    const std::string_view text = message.find("content").text();
    if (images.size() == 0) {
      writer_.key("content").string(text);
      return;
    }
    writer_.key("content").begin_array().begin_object().key("type").string("text").key("text").string(text).end_object();
    for (auto it = images.begin(); it != images.end(); ++it) {
      // Ollama sends bare base64 without a type; the first bytes tell it: "/9j/" begins every JPEG.
      const std::string_view data = (*it).text();
      const std::string type = data.starts_with("/9j/") ? "image/jpeg" : "image/png";
      writer_.begin_object().key("type").string("image_url").key("image_url").begin_object();
      writer_.key("url").string("data:" + type + ";base64," + std::string(data)).end_object().end_object();
    }
    writer_.end_array();
  }
  void write_calls(json::Value calls) {
    if (calls.size() == 0) return;
    writer_.key("tool_calls").begin_array();
    for (auto it = calls.begin(); it != calls.end(); ++it) {
      const json::Value function = (*it).find("function");
      writer_.begin_object().key("id").string("call_" + std::to_string(asked_++)).key("type").string("function");
      writer_.key("function").begin_object().key("name").string(function.find("name").text());
      writer_.key("arguments").string(function.find("arguments").raw()).end_object().end_object();
    }
    writer_.end_array();
  }
  json::Writer& writer_;
  int asked_ = 0;
  int answered_ = 0;
};

/// Ollama's options by their chat names; those that chat has no place for are told in `losses`.
void write_options(json::Value options, json::Writer& writer, codec::Losses& losses) {
  struct Row {
    std::string_view theirs;
    std::string_view ours;
  };
  constexpr std::array<Row, 8> rows{{{"num_predict", "max_tokens"},
                                     {"temperature", "temperature"},
                                     {"top_p", "top_p"},
                                     {"top_k", "top_k"},
                                     {"seed", "seed"},
                                     {"stop", "stop"},
                                     {"presence_penalty", "presence_penalty"},
                                     {"frequency_penalty", "frequency_penalty"}}};
  for (auto it = options.begin(); it != options.end(); ++it) {
    const json::Value value = *it;
    if (value.absent()) continue;
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& each) { return each.theirs == it.key(); });
    const bool unbounded = it.key() == "num_predict" && value.raw().starts_with('-');
    if (row == rows.end())
      losses.push_back({"options." + std::string(it.key()), codec::Loss::How::dropped, "only Ollama itself has this option"});
    else if (!unbounded)
      writer.key(row->ours).raw(value.raw());
  }
}

/// `think`: true, false or an effort.
void write_thinking(json::Value think, json::Writer& writer) {
  if (think.is(json::Kind::string)) writer.key("reasoning_effort").string(think.text());
  if (think.is(json::Kind::boolean)) writer.key("reasoning_effort").string(think.raw() == "true" ? "medium" : "none");
}

constexpr std::array<std::string_view, 7> members{"model", "messages", "stream", "options", "tools", "format", "think"};

Result<std::string> as_chat(std::string_view text, std::string& model, codec::Losses& losses) {
  json::Document document;
  if (Status parsed = document.parse(text); !parsed) return std::move(parsed).error();
  const json::Value root = document.root();
  const json::At body(root);
  if (!root.is(json::Kind::object)) return body.error("must be a JSON object");
  const json::At messages(body, "messages");
  if (!messages.value().is(json::Kind::array)) return messages.error("must be an array of messages");
  Result<std::string> name = json::At(body, "model").required_text();
  if (!name) return name;
  model = *name;
  const bool stream = root.find("stream").raw() != "false";
  std::string chat;
  json::Writer writer(chat);
  writer.begin_object().key("model").string(model).key("stream").boolean(stream);
  if (stream) writer.key("stream_options").begin_object().key("include_usage").boolean(true).end_object();
  write_options(root.find("options"), writer, losses);
  write_thinking(root.find("think"), writer);
  for (auto it = root.begin(); it != root.end(); ++it)
    if (std::find(members.begin(), members.end(), it.key()) == members.end() && !(*it).absent())
      losses.push_back({std::string(it.key()), codec::Loss::How::dropped, "only Ollama itself has this member"});
  if (const json::Value tools = root.find("tools"); tools.size() > 0) writer.key("tools").raw(tools.raw());
  const json::Value format = root.find("format");
  if (format.is(json::Kind::string) && format.text() == "json") writer.key("response_format").raw(R"({"type":"json_object"})");
  if (format.is(json::Kind::object)) {
    writer.key("response_format").begin_object().key("type").string("json_schema").key("json_schema").begin_object();
    writer.key("name").string("response").key("schema").raw(format.raw()).end_object().end_object();
  }
  writer.key("messages").begin_array();
  MessageWriter message_writer(writer);
  for (auto it = messages.value().begin(); it != messages.value().end(); ++it) message_writer.write(*it);
  writer.end_array().end_object();
  return chat;
}

}  // namespace

bool is_ollama(std::string_view path) noexcept {
  return path == "/api/chat" || path == "/v1/api/chat" || path == "/api/tags" || path == "/v1/api/tags";
}

std::string ollama_error(const Error& error) { return error_words(error.message); }

Task<void> ollama_chat(Services& services, Call& call) {
  std::string model;
  codec::Losses losses;
  Result<std::string> chat = as_chat(call.request.body, model, losses);
  OllamaReply reply(call.reply, std::move(model), services.clock, iso_time(call.began_wall));
  Call inner{call.request,       reply,
             call.lane,          call.path,
             call.params,        std::move(call.caller),
             std::move(call.id), call.began,
             call.began_wall,    std::move(call.headers)};
  if (!chat) {
    Error error = std::move(chat).error();
    co_return co_await send_dialect_error(inner, domain::Format::openai_chat, std::move(error));
  }
  inner.request.body = *std::move(chat);
  InferenceCall inference{domain::Format::openai_chat, pipeline::Operation::generate, {}, false, false, std::move(losses)};
  co_await serve_inference(services, inner, std::move(inference));
}

Task<void> ollama_tags(Services& services, Call& call) {
  Result<std::vector<ListedModel>> models = co_await listed_models(services, call);
  if (!models) {
    const Error error = std::move(models).error();
    std::string words = ollama_error(error);
    co_return co_await send_json(call, status_of(error), std::move(words));
  }
  std::string body;
  json::Writer writer(body);
  const std::string since = iso_time(services.started);
  writer.begin_object().key("models").begin_array();
  for (const ListedModel& model : *models) {
    if (!model.parent.empty()) continue;
    writer.begin_object()
        .key("name")
        .string(model.id)
        .key("model")
        .string(model.id)
        .key("modified_at")
        .string(since)
        .key("size")
        .integer(0);
    writer.key("digest").string("").key("details").begin_object().key("family").string(model.owner).end_object().end_object();
  }
  writer.end_array().end_object();
  co_await send_json(call, 200, std::move(body));
}

}  // namespace omniroute::api
