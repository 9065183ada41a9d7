#include "anthropic/reply_writer.hpp"

#include "anthropic/format.hpp"
#include "shared/carrier.hpp"
#include "shared/errors.hpp"
#include "shared/field_reader.hpp"
#include "shared/finish.hpp"

namespace omniroute::codec {

using json::Writer;
using Kind = ir::PartOpen::Kind;

namespace anthropic {

std::string answer_id(const ir::Start& start) { return "msg_" + std::string(bare_answer_id(start.id)); }

void write_end(const ir::Finish& finish, json::Writer& out) {
  const bool sequence = finish.reason == ir::FinishClass::stop && !finish.stop_sequence.empty();
  // Its own words are finer than the classes.
  const bool own = finish.origin == Format::anthropic && !finish.raw.empty() && !sequence;
  out.key("stop_reason")
      .string(sequence ? std::string_view("stop_sequence")
              : own    ? std::string_view(finish.raw)
                       : finish_word(Format::anthropic, finish.reason));
  out.key("stop_sequence");
  if (finish.stop_sequence.empty()) {
    out.null();
  } else {
    out.string(finish.stop_sequence);
  }
  json::Document extra;
  if (finish.origin == Format::anthropic && !finish.extra.empty() && extra.parse(finish.extra) &&
      !extra.root().find("stop_details").absent())
    out.key("stop_details").raw(extra.root().find("stop_details").raw());
}

ir::Finish answer_end(const std::vector<ir::Finish>& finishes) {
  for (const ir::Finish& finish : finishes)
    if (finish.choice == 0) return finish;
  return finishes.empty() ? ir::Finish{} : finishes.front();
}

void write_error(const Error& error, std::string_view request_id, json::Writer& out) {
  out.begin_object().key("type").string("error").key("error").begin_object();
  out.key("type").string(error_row(error).anthropic_type).key("message").string(error.message).end_object();
  if (!request_id.empty()) out.key("request_id").string(request_id);
  out.end_object();
}

std::string legal_call_id(std::string_view id) { return legal_form(id, anthropic_call_id); }

std::string_view media_note(const ir::Media& media) noexcept {
  return media.kind == ir::Media::Kind::image ? "[The answer holds an image that this format cannot carry.]"
                                              : "[The answer holds a file that this format cannot carry.]";
}

}  // namespace anthropic

namespace {

void write_thinking(std::string_view text, const ir::Opaque* opaque, std::string_view item_id, Writer& out) {
  const bool redacted = opaque != nullptr && opaque->origin == Format::anthropic && opaque->kind == "redacted";
  out.begin_object().key("type").string(redacted ? "redacted_thinking" : "thinking");
  if (!redacted) out.key("thinking").string(text);
  std::string bytes;
  if (opaque != nullptr) bytes = opaque->origin == Format::anthropic ? opaque->bytes : wrap_opaque(*opaque, item_id);
  out.key(redacted ? "data" : "signature").string(bytes).end_object();
}

void write_text(const FoldedPart& part, Writer& out) {
  out.begin_object().key("type").string("text").key("text").string(part.text);
  bool first = true;
  for (const ir::PartNote& note : part.notes) {
    if (note.origin != Format::anthropic) continue;
    if (first) out.key("citations").begin_array();
    first = false;
    out.raw(note.raw);
  }
  if (!first) out.end_array();
  out.end_object();
}

void write_block(const FoldedPart& part, bool cut, Writer& out) {
  const ir::PartOpen& open = part.head.open;
  switch (open.kind) {
    case Kind::text: write_text(part, out); break;
    case Kind::refusal: out.begin_object().key("type").string("text").key("text").string(part.text).end_object(); break;
    case Kind::reasoning: {
      if (part.opaque.empty()) write_thinking(part.text, nullptr, open.item_id, out);
      bool first = true;
      for (const ir::Opaque& opaque : part.opaque)
        write_thinking(std::exchange(first, false) ? std::string_view(part.text) : "", &opaque, open.item_id, out);
      break;
    }
    case Kind::tool_call: {
      json::Document arguments;
      if (cut && !open.call.custom && !arguments.parse(as_text(part.text))) break;  // cut off: there is no call to make
      if (open.call.opaque) write_thinking("", &*open.call.opaque, {}, out);
      out.begin_object()
          .key("type")
          .string("tool_use")
          .key("id")
          .string(anthropic::legal_call_id(open.call.id))
          .key("name")
          .string(open.call.name);
      out.key("input").raw(open.call.custom ? wrap_input(part.text) : as_object(part.text));
      write_members(open.call.extra, out);
      out.end_object();
      break;
    }
    case Kind::media:
      out.begin_object()
          .key("type")
          .string("text")
          .key("text")
          .string(anthropic::media_note(open.media.value_or(ir::Media{})))
          .end_object();
      break;
    case Kind::foreign:
      if (open.foreign && open.foreign->origin == Format::anthropic) out.raw(open.foreign->raw);
      break;
  }
}

}  // namespace

std::string Anthropic::encode_reply(const ir::Events& reply, const ReplyContext& context) {
  const FoldedReply folded = fold(reply, context);
  std::string body;
  Writer out(body);
  if (folded.failure) {
    anthropic::write_error(*folded.failure, {}, out);
    return body;
  }
  const ir::Finish finish = anthropic::answer_end(folded.finishes);
  out.begin_object().key("id").string(anthropic::answer_id(folded.start)).key("type").string("message");
  out.key("role").string("assistant").key("model").string(folded.start.model).key("content").begin_array();
  for (const FoldedPart& part : folded.parts)
    if (part.head.open.choice == 0) write_block(part, finish.reason == ir::FinishClass::length, out);
  out.end_array();
  anthropic::write_end(finish, out);
  out.key("usage");
  write_usage(Format::anthropic, folded.usage, out);
  out.end_object();
  return body;
}

ErrorReply Anthropic::encode_error(const Error& error, std::string_view request_id) {
  ErrorReply reply;
  // Its own clients know this status as "try again".
  constexpr int overloaded = 529;
  reply.status = error_row(error).anthropic_type == "overloaded_error" ? overloaded : status_for(error);
  Writer out(reply.body);
  anthropic::write_error(error, request_id, out);
  return reply;
}

}  // namespace omniroute::codec
