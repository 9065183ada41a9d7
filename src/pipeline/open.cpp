#include "open.hpp"

#include <array>

#include "omniroute/json/document.hpp"

namespace omniroute::pipeline {
namespace {

Error wrong(std::string_view member, std::string_view what) {
  return {ErrorKind::bad_request, std::string(member) + ": " + std::string(what), std::string(member)};
}

bool is_true(std::string_view raw) { return raw == "true"; }
bool is_null(std::string_view raw) { return raw.empty() || raw == "null"; }

std::string unquoted(std::string_view literal) {
  std::string text;
  json::append_unescaped(literal.substr(1, literal.size() - 2), text);
  return text;
}

// stream_options: {"include_usage": bool}
Status read_stream_options(Envelope& envelope, std::string_view raw) {
  envelope.stream_options = raw;
  if (is_null(raw)) return {};
  if (raw.front() != '{') return wrong("stream_options", "must be an object");
  std::array<json::Member, 1> inside{json::Member{"include_usage"}};
  if (Status status = json::scan(raw, inside); !status) return status;
  envelope.include_usage = is_true(inside[0].value);
  return {};
}

}  // namespace

Status open(Exchange& x) {
  if (x.request.body.empty()) return Error(ErrorKind::bad_request, "The request has no body; a JSON object is expected.");
  std::array<json::Member, 3> members{json::Member{"model"}, json::Member{"stream"}, json::Member{"stream_options"}};
  if (Status status = json::scan(x.request.body, members); !status) return status;
  const auto& [model, stream, options] = members;
  // Of two members of one name the upstream may take the other one: what is checked must be what is sent.
  for (const json::Member& member : members)
    if (member.seen > 1) return wrong(member.key, "stands in the body more than once");
  if (x.envelope.model.empty()) {
    if (is_null(model.value)) return wrong("model", "is required");
    if (model.value.front() != '"') return wrong("model", "must be a string");
    x.envelope.model = unquoted(model.value);
    x.envelope.model_literal = model.value;
  }
  if (x.format == domain::Format::gemini) return {};
  if (!is_null(stream.value) && stream.value != "true" && stream.value != "false") return wrong("stream", "must be true or false");
  x.envelope.stream = is_true(stream.value);
  if (x.format == domain::Format::openai_chat) return read_stream_options(x.envelope, options.value);
  return {};
}

void Exchange::replace_body(std::string body) {
  request.body = std::move(body);
  chat_.reset();
  if (!envelope.model_literal.empty()) envelope.model.clear();  // it stood in the body
  envelope.model_literal = {};
  envelope.stream_options = {};
}

Result<const ir::ChatRequest*> Exchange::chat() {
  if (!chat_) {
    chat_.emplace(codec().decode_request(request.body));
    if (*chat_) {
      // For Gemini both stand in the path.
      (*chat_)->model = envelope.model;
      (*chat_)->stream = envelope.stream;
    }
  }
  if (!*chat_) return chat_->error();
  const ir::ChatRequest* decoded = &chat_->value();
  return decoded;
}

}  // namespace omniroute::pipeline
