#include "completions.hpp"

#include "adapted_reply.hpp"
#include "inference.hpp"
#include "omniroute/json/path.hpp"
#include "omniroute/json/writer.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

/// Chat answers as `text_completion` objects.
class CompletionReply final : public AdaptedReply {
 public:
  explicit CompletionReply(http::ReplySink& client) : AdaptedReply(client, "text/event-stream") {}

 protected:
  std::string whole(json::Value completion) override {
    std::string out;
    write(completion, "message", out);
    return out;
  }
  void chunk(json::Value completion, std::string& out) override {
    out += "data: ";
    if (completion.find("error")) {
      out += completion.raw();
    } else {
      write(completion, "delta", out);
    }
    out += "\n\n";
  }
  void done(std::string& out) override { out += "data: [DONE]\n\n"; }
  void still_alive(std::string& out) override { out += ": alive\n\n"; }

 private:
  static void write(json::Value completion, std::string_view content_member, std::string& out) {
    json::Writer writer(out);
    writer.begin_object();
    for (auto it = completion.begin(); it != completion.end(); ++it) {
      if (it.key() == "object") {
        writer.key("object").string("text_completion");
      } else if (it.key() == "choices") {
        writer.key("choices").begin_array();
        for (auto choice = (*it).begin(); choice != (*it).end(); ++choice) write_choice(*choice, content_member, writer);
        writer.end_array();
      } else {
        writer.key(it.key()).raw((*it).raw());
      }
    }
    writer.end_object();
  }
  static void write_choice(json::Value choice, std::string_view content_member, json::Writer& writer) {
    const json::Value finish = choice.find("finish_reason");
    writer.begin_object().key("text").string(choice.find(content_member).find("content").text());
    writer.key("index").raw(choice.find("index").raw()).key("logprobs").null().key("finish_reason").raw(finish.raw()).end_object();
  }
};

/// The prompt of a request; it must be one text.
Result<std::string> prompt_of(const json::At& body) {
  const json::At prompt(body, "prompt");
  if (!prompt.value().is(json::Kind::array)) return prompt.required_text();
  if (prompt.value().size() != 1 || !(*prompt.value().begin()).is(json::Kind::string))
    return prompt.error("must be one string; lists of prompts and of tokens cannot be answered over the chat form");
  return std::string((*prompt.value().begin()).text());
}

/// The same request in chat form.
Result<std::string> as_chat(std::string_view text) {
  json::Document document;
  if (Status parsed = document.parse(text); !parsed) return std::move(parsed).error();
  const json::At body(document.root());
  if (!document.root().is(json::Kind::object)) return body.error("must be a JSON object");
  for (const std::string_view member : {"suffix", "echo", "best_of", "logprobs"}) {
    const json::At at(body, member);
    const std::string_view raw = at.value().raw();
    if (!at.absent() && raw != "false" && raw != "0" && raw != "1" && raw != "\"\"")
      return Error(ErrorKind::unsupported, std::string(member) + " cannot be answered over the chat form.", std::string(member));
  }
  Result<std::string> prompt = prompt_of(body);
  if (!prompt) return prompt;
  std::string chat;
  json::Writer writer(chat);
  writer.begin_object();
  for (auto it = document.root().begin(); it != document.root().end(); ++it) {
    const std::string_view key = it.key();
    if (key == "prompt" || key == "suffix" || key == "echo" || key == "best_of" || key == "logprobs") continue;
    writer.key(key).raw((*it).raw());
  }
  writer.key("messages").begin_array().begin_object().key("role").string("user").key("content").string(*prompt).end_object().end_array();
  writer.end_object();
  return chat;
}

}  // namespace

Task<void> complete(Services& services, Call& call) {
  Result<std::string> chat = as_chat(call.request.body);
  if (!chat) {
    Error error = std::move(chat).error();
    co_return co_await send_dialect_error(call, domain::Format::openai_chat, std::move(error));
  }
  call.request.body = *std::move(chat);
  CompletionReply reply(call.reply);
  Call inner{call.request,       reply,
             call.lane,          call.path,
             call.params,        std::move(call.caller),
             std::move(call.id), call.began,
             call.began_wall,    std::move(call.headers)};
  InferenceCall inference{domain::Format::openai_chat, pipeline::Operation::generate, {}, false, false};
  co_await serve_inference(services, inner, std::move(inference));
}

}  // namespace omniroute::api
