#include "omniroute/codec/chat_finish.hpp"

#include <algorithm>
#include <array>

#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "shared/finish.hpp"

namespace omniroute::codec {
namespace {

using domain::Format;

/// The words of OpenAI's own type (CompletionChoice.finish_reason).
constexpr std::array<std::string_view, 5> known{"stop", "length", "tool_calls", "content_filter", "function_call"};

bool is_known(json::Value finish) {
  return finish.is(json::Kind::string) && std::find(known.begin(), known.end(), finish.text()) != known.end();
}

std::string_view nearest(json::Value choice) {
  const bool calls = choice.find("message").find("tool_calls").size() > 0;
  const ir::FinishClass reason = finish_class(Format::openai_chat, choice.find("finish_reason").text());
  return finish_word(Format::openai_chat, settled(reason, calls));
}

/// True if every finish, as it is written, is one of OpenAI's words: so it is in nearly all answers, and no parse is needed to
/// know it. Within a string the name's quotes would be escaped.
bool all_known(std::string_view text) {
  // Searched for without its first quote: each name has one, and each of them would be stopped at.
  constexpr std::string_view name = "finish_reason\"";
  constexpr std::string_view between = " \t\r\n:";
  std::size_t count = 0;
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at)) {
    if (at == 0 || text[at - 1] != '"') {  // native_finish_reason and the like
      at += name.size();
      continue;
    }
    at = std::min(text.find_first_not_of(between, at + name.size()), text.size());
    const std::string_view value = text.substr(at);
    const auto begins = [value](std::string_view word) {
      return value.size() > word.size() + 1 && value.front() == '"' && value.substr(1).starts_with(word) && value[word.size() + 1] == '"';
    };
    if (std::none_of(known.begin(), known.end(), begins)) return false;
    ++count;
  }
  return count > 0;
}

/// The text with the finish words of its choices made known ones; `null_too`: also where there is none yet.
std::string mend(std::string_view text, json::Value root, bool null_too) {
  std::string out;
  std::size_t at = 0;
  const json::Value choices = root.find("choices");
  for (auto choice = choices.begin(); choice != choices.end(); ++choice) {
    const json::Value finish = (*choice).find("finish_reason");
    if (is_known(finish) || finish.raw().empty() || (finish.absent() && !null_too)) continue;
    const auto begin = static_cast<std::size_t>(finish.raw().data() - text.data());
    out.append(text.substr(at, begin - at));
    json::append_string(nearest(*choice), out);
    at = begin + finish.raw().size();
  }
  if (at > 0) out.append(text.substr(at));
  return out;
}

}  // namespace

std::string with_known_finish(std::string_view completion) {
  json::Document document;
  if (all_known(completion) || !document.parse(completion)) return {};
  return mend(completion, document.root(), true);
}

std::string ChatFinish::mended(const http::SseEvent& event) {
  if (event.data == "[DONE]") {
    if (finished_) return {};
    std::string out = "data: ";
    json::Writer writer(out);
    writer.begin_object().key("id").string("chatcmpl-end").key("object").string("chat.completion.chunk").key("created").integer(0);
    writer.key("model").string(model_).key("choices").begin_array().begin_object().key("index").integer(0);
    writer.key("delta").begin_object().end_object().key("finish_reason").string("stop").end_object().end_array().end_object();
    return out + "\n\ndata: [DONE]\n\n";
  }
  json::Document document;
  if (event.data.find("\"finish_reason\"") == std::string_view::npos || !document.parse(event.data)) return {};
  const json::Value choices = document.root().find("choices");
  for (auto choice = choices.begin(); choice != choices.end(); ++choice)
    finished_ = finished_ || (*choice).find("finish_reason").is(json::Kind::string);
  const std::string data = mend(event.data, document.root(), false);
  // A value over several lines cannot be framed as it stands, and nobody writes one.
  return data.empty() || data.find('\n') != std::string::npos ? std::string() : "data: " + data + "\n\n";
}

}  // namespace omniroute::codec
