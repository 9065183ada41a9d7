#include "omniroute/codec/translate.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::codec {
namespace {

using json::Kind;
using json::Value;

bool has(Value object, std::string_view key) { return !object.find(key).absent(); }

// Members and block types of anthropic requests that chat has not.
bool looks_anthropic(Value request) {
  for (const std::string_view key : {"system", "stop_sequences", "anthropic_version", "thinking", "output_config"})
    if (has(request, key)) return true;
  const Value tools = request.find("tools");
  for (auto it = tools.begin(); it != tools.end(); ++it)
    if (has(*it, "input_schema")) return true;
  const Value messages = request.find("messages");
  for (auto message = messages.begin(); message != messages.end(); ++message) {
    const Value content = (*message).find("content");
    for (auto block = content.begin(); block != content.end(); ++block) {
      const std::string_view type = (*block).find("type").text();
      if (type == "tool_use" || type == "tool_result" || type == "thinking" || type == "image" || type == "document") return true;
    }
  }
  return false;
}

std::optional<Detected> of_error(Value root) {
  const Value error = root.find("error");
  if (root.find("type").text() == "error") return Detected{Format::anthropic, What::error};
  if (!error.is(Kind::object)) return std::nullopt;
  if (has(error, "status") && error.find("code").is(Kind::number)) return Detected{Format::gemini, What::error};
  return Detected{Format::openai_chat, What::error};
}

std::optional<Detected> of_object(Value root) {
  if (has(root, "contents")) return Detected{Format::gemini, What::request};
  if (has(root, "messages")) return Detected{looks_anthropic(root) ? Format::anthropic : Format::openai_chat, What::request};
  if (has(root, "input")) return Detected{Format::openai_responses, What::request};
  if (has(root, "choices")) return Detected{Format::openai_chat, What::response};
  if (root.find("type").text() == "message" && has(root, "content")) return Detected{Format::anthropic, What::response};
  if (root.find("object").text() == "response" || has(root, "output")) return Detected{Format::openai_responses, What::response};
  if (has(root, "candidates") || has(root, "promptFeedback") || has(root, "usageMetadata")) return Detected{Format::gemini, What::response};
  return of_error(root);
}

std::optional<Format> of_event(Value event) {
  const std::string_view type = event.find("type").text();
  if (type.substr(0, 9) == "response.") return Format::openai_responses;
  for (const std::string_view word : {"message_start", "content_block_start", "content_block_delta", "message_delta", "ping"})
    if (type == word) return Format::anthropic;
  const auto found = of_object(event);
  if (!found) return std::nullopt;
  return found->format;
}

}  // namespace

std::optional<Detected> detect(std::string_view text) {
  json::Document document;
  if (document.parse(text)) {
    const Value root = document.root();
    if (root.is(Kind::array) && root.size() > 0) return of_object(*root.begin());
    return of_object(root);
  }
  http::SseReader reader;
  http::SseEvent event;
  reader.feed(text);
  while (reader.next(event) || reader.finish(event)) {
    if (!document.parse(event.data)) continue;
    if (const auto format = of_event(document.root())) return Detected{*format, What::stream};
  }
  return std::nullopt;
}

}  // namespace omniroute::codec
