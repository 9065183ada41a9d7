#include "openai_chat/reply_writer.hpp"

#include "openai_chat/format.hpp"
#include "shared/errors.hpp"
#include "shared/finish.hpp"
#include "shared/ids.hpp"
#include "shared/media.hpp"

namespace omniroute::codec {
namespace chat {

std::string answer_id(const ir::Start& start, bool made) {
  // Providers of this format have ids of many kinds; those of the other formats are told by their prefix.
  const std::string_view bare = bare_answer_id(start.id);
  return made || bare.size() < start.id.size() ? "chatcmpl-" + std::string(bare) : start.id;
}

bool write_image(const ir::Media& media, json::Writer& out) {
  if (media.kind != ir::Media::Kind::image) return false;
  const bool inlined = media.source == ir::Media::Source::base64;
  out.begin_object().key("type").string("image_url").key("image_url").begin_object();
  out.key("url").string(inlined ? data_url(media.mime.empty() ? "image/png" : media.mime, media.data) : media.data);
  out.end_object().end_object();
  return true;
}

void write_note(const ir::PartNote& note, std::int64_t begin, std::int64_t end, json::Writer& out) {
  if (note.origin == Format::openai_chat) {
    out.raw(note.raw);
    return;
  }
  out.begin_object().key("type").string("url_citation").key("url_citation").begin_object();
  out.key("url").string(note.url).key("title").string(note.title);
  out.key("start_index").integer(note.begin.value_or(begin)).key("end_index").integer(note.end.value_or(end));
  out.end_object().end_object();
}

bool has_note(const ir::PartNote& note) noexcept { return note.origin == Format::openai_chat || !note.url.empty(); }

std::int64_t characters(std::string_view text) noexcept {
  std::int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0u) != 0x80u ? 1 : 0;
  return count;
}

void write_error(const Error& error, json::Writer& out) {
  const ErrorRow& row = error_row(error);
  const bool own_words = &row == &error_row(Error(error.kind, {}));
  const std::string_view code = own_words && !error.code.empty() ? std::string_view(error.code) : row.openai_code;
  out.key("error").begin_object().key("message").string(error.message).key("type").string(row.openai_type);
  out.key("param");
  if (error.param.empty()) {
    out.null();
  } else {
    out.string(error.param);
  }
  out.key("code");
  if (code.empty()) {
    out.null();
  } else {
    out.string(code);
  }
  out.end_object();
}

}  // namespace chat

namespace {

using json::Writer;
using Kind = ir::PartOpen::Kind;

/// One choice's message, gathered from its parts.
struct Message {
  std::string text, refusal, reasoning;
  std::vector<const FoldedPart*> calls, images, audio;
  std::vector<std::pair<const ir::PartNote*, std::pair<std::int64_t, std::int64_t>>> notes;
};

Message gather(const FoldedReply& reply, std::uint32_t choice) {
  Message out;
  for (const FoldedPart& part : reply.parts) {
    if (part.head.open.choice != choice) continue;
    switch (part.head.open.kind) {
      case Kind::text: {
        const std::int64_t begin = chat::characters(out.text);
        out.text.append(part.text);
        for (const ir::PartNote& note : part.notes)
          if (chat::has_note(note)) out.notes.push_back({&note, {begin, chat::characters(out.text)}});
        break;
      }
      case Kind::reasoning: out.reasoning.append(part.text); break;
      case Kind::refusal: out.refusal.append(part.text); break;
      case Kind::tool_call: out.calls.push_back(&part); break;
      case Kind::media:
        if (part.head.open.media) (part.head.open.media->kind == ir::Media::Kind::audio ? out.audio : out.images).push_back(&part);
        break;
      case Kind::foreign: break;  // what vendors' own tools did has no place here
    }
  }
  return out;
}

void write_audio(const ir::Media& media, Writer& out) {
  json::Document extra;
  const bool known = !media.extra.empty() && extra.parse(media.extra);
  const auto text = [&](std::string_view key) { return known ? extra.root().find(key).text() : std::string_view(); };
  out.key("audio").begin_object().key("id").string(text("id")).key("data").string(media.data);
  out.key("transcript").string(text("transcript")).key("expires_at").integer(0).end_object();
}

void write_message(const Message& message, Writer& out) {
  out.begin_object().key("role").string("assistant").key("content");
  if (message.text.empty() && (!message.calls.empty() || !message.refusal.empty() || !message.audio.empty())) {
    out.null();
  } else {
    out.string(message.text);
  }
  out.key("refusal");
  if (message.refusal.empty()) {
    out.null();
  } else {
    out.string(message.refusal);
  }
  if (!message.reasoning.empty()) out.key("reasoning_content").string(message.reasoning);
  if (!message.calls.empty()) {
    out.key("tool_calls").begin_array();
    for (const FoldedPart* part : message.calls) {
      const ir::ToolCall& call = part->head.open.call;
      const std::string_view type = call.custom ? "custom" : "function";
      out.begin_object().key("id").string(call.id).key("type").string(type).key(type).begin_object();
      out.key("name").string(call.name).key(call.custom ? "input" : "arguments");
      out.string(call.custom ? std::string_view(part->text) : as_text(part->text)).end_object().end_object();
    }
    out.end_array();
  }
  if (!message.images.empty()) {
    out.key("images").begin_array();
    for (const FoldedPart* part : message.images) chat::write_image(*part->head.open.media, out);
    out.end_array();
  }
  if (!message.audio.empty()) write_audio(*message.audio.front()->head.open.media, out);
  if (!message.notes.empty()) {
    out.key("annotations").begin_array();
    for (const auto& [note, range] : message.notes) chat::write_note(*note, range.first, range.second, out);
    out.end_array();
  }
  out.end_object();
}

}  // namespace

std::string OpenAiChat::encode_reply(const ir::Events& reply, const ReplyContext& context) {
  const FoldedReply folded = fold(reply, context);
  std::string body;
  Writer out(body);
  out.begin_object();
  if (folded.failure) {
    chat::write_error(*folded.failure, out);
    out.end_object();
    return body;
  }
  out.key("id").string(chat::answer_id(folded.start, folded.made_id)).key("object").string("chat.completion");
  out.key("created").integer(folded.start.created).key("model").string(folded.start.model).key("choices").begin_array();
  for (const ir::Finish& finish : folded.finishes) {
    out.begin_object().key("index").integer(finish.choice).key("message");
    write_message(gather(folded, finish.choice), out);
    out.key("logprobs").null().key("finish_reason").string(finish_word(Format::openai_chat, finish.reason)).end_object();
  }
  out.end_array();
  if (!folded.usage.empty()) {
    out.key("usage");
    write_usage(Format::openai_chat, folded.usage, out);
  }
  out.end_object();
  return body;
}

ErrorReply OpenAiChat::encode_error(const Error& error, std::string_view /*request_id*/) {
  ErrorReply reply;
  reply.status = status_for(error);
  Writer out(reply.body);
  out.begin_object();
  chat::write_error(error, out);
  out.end_object();
  return reply;
}

}  // namespace omniroute::codec
