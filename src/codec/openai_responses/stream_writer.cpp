#include "openai_responses/stream_writer.hpp"

#include <utility>

#include "omniroute/json/writer.hpp"
#include "openai_responses/format.hpp"
#include "openai_responses/reading.hpp"
#include "openai_responses/writing.hpp"
#include "shared/carrier.hpp"
#include "shared/errors.hpp"
#include "shared/field_reader.hpp"
#include "shared/finish.hpp"
#include "shared/ids.hpp"

namespace omniroute::codec::responses {
namespace {

using Kind = ir::PartOpen::Kind;

void add_element(std::string_view element, std::string& list) {
  if (!list.empty()) list += ',';
  list += element;
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(text, out);
  return out;
}

std::string in_brackets(std::string_view list) { return "[" + std::string(list) + "]"; }

constexpr std::string_view item_type(bool custom) noexcept { return custom ? "custom_tool_call" : "function_call"; }

}  // namespace

void Writer::begin_event(std::string_view type, std::string& out) {
  out.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\",\"sequence_number\":");
  out.append(std::to_string(sequence_++));
}

void Writer::item_event(std::string_view type, std::string_view item, std::string& out) {
  begin_event(type, out);
  out.append(",\"output_index\":").append(std::to_string(items_ - 1)).append(",\"item\":").append(item);
  end_event(out);
}

void Writer::state_event(std::string_view type, std::string& out) {
  begin_event(type, out);
  out.append(",\"response\":").append(response_object("in_progress", "null", "null", nullptr));
  end_event(out);
}

// ,"item_id":…,"output_index":…[,"content_index":…]
void Writer::place(std::string_view index_name, std::string& out) const {
  out.append(",\"item_id\":").append(quoted(item_id_)).append(",\"output_index\":").append(std::to_string(items_ - 1));
  if (index_name.empty()) return;
  const std::uint32_t index = index_name == "summary_index" ? summary_pieces_ : pieces_;
  out.append(",\"").append(index_name).append("\":").append(std::to_string(index));
}

std::string Writer::response_object(std::string_view status, std::string_view error, std::string_view details,
                                    const ir::Usage* usage) const {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("id").string(id_).key("object").string("response").key("created_at").integer(start().created);
  writer.key("status").string(status).key("background").boolean(false).key("error").raw(error);
  writer.key("incomplete_details").raw(details).key("model").string(start().model);
  out += echo_;
  writer.key("output").begin_array();
  if (usage != nullptr) out += output_;
  writer.end_array().key("usage");
  if (usage == nullptr || usage->empty())
    writer.null();
  else
    write_usage(Format::openai_responses, *usage, writer);
  writer.end_object();
  return out;
}

void Writer::begin(std::string& out) {
  settle();
  state_event("response.created", out);
  state_event("response.in_progress", out);
}

void Writer::settle() {
  constexpr NameRule rest{56, Charset::word};
  std::string_view given = start().id;
  if (given.starts_with("resp_")) given.remove_prefix(5);
  id_ = "resp_" + (given.empty() ? std::string("0") : legal_form(given, rest));
  echo_ = echo_members(context());
}

bool Writer::keeps_empty(const ir::PartOpen& part) const {
  // A reasoning item of the vendor must come back before the call it led to, even with nothing in it.
  return part.kind == Kind::reasoning && !part.item_id.empty() && part.choice == 0;
}

void Writer::open(const OpenPart& part, std::string& out) {
  const ir::PartOpen& opened = part.open;
  if (opened.choice != 0) return;
  const bool same_item = !source_id_.empty() && source_id_ == opened.item_id;
  switch (opened.kind) {
    case Kind::text:
    case Kind::refusal:
      if (type_ != Type::message || !same_item) open_item(Type::message, part, out);
      refusal_ = opened.kind == Kind::refusal;
      open_piece(out);
      break;
    case Kind::reasoning:
      if (type_ != Type::reasoning || !same_item) open_item(Type::reasoning, part, out);
      summary_piece_ = opened.summary || opened.item_id.empty();
      break;
    case Kind::tool_call: {
      close_item(true, out);
      any_call_ = true;
      if (opened.call.opaque) write_carrier(*opened.call.opaque, {}, out);
      const bool native = native_tool(opened.call.native) != nullptr;
      open_item(native ? Type::native : opened.call.custom ? Type::custom : Type::function, part, out);
      break;
    }
    case Kind::media:
    case Kind::foreign:
      close_item(true, out);
      if (opened.foreign && opened.foreign->origin == Format::openai_responses)
        write_whole_item(opened.foreign->raw, out);
      else if (opened.media)
        write_image(*opened.media, out);
      break;
  }
}

void Writer::open_item(Type type, const OpenPart& part, std::string& out) {
  close_item(true, out);
  any_content_ = any_content_ || type != Type::reasoning;
  type_ = type;
  head_ = part;
  const ir::ToolCall& call = part.open.call;
  const bool is_call = part.open.kind == Kind::tool_call;
  source_id_ = is_call ? call.item_id : part.open.item_id;
  std::string_view name = type == Type::message ? "message" : type == Type::reasoning ? "reasoning" : item_type(type == Type::custom);
  if (type == Type::native) name = native_tool(call.native)->call;
  item_id_ = source_id_.empty() ? made_item_id(name, id_, items_) : source_id_;
  content_.clear();
  summary_.clear();
  encrypted_.clear();
  text_.clear();
  pieces_ = 0;
  summary_pieces_ = 0;
  ++items_;
  if (is_call) head_.open.call.id = legal_form(call.id, responses_call_id);
  if (type == Type::native) return;  // told whole
  item_event("response.output_item.added", item_object("in_progress", false), out);
  place_.clear();
  place({}, place_);
  place_ += ",\"delta\":";
}

std::string Writer::item_object(std::string_view status, bool whole) const {
  std::string out;
  json::Writer writer(out);
  const ir::ToolCall& call = head_.open.call;
  writer.begin_object().key("id").string(item_id_);
  switch (type_) {
    case Type::message:
      writer.key("type").string("message").key("status").string(status).key("role").string("assistant");
      writer.key("content").raw(in_brackets(content_));
      break;
    case Type::reasoning:
      writer.key("type").string("reasoning").key("summary").raw(in_brackets(summary_));
      if (!content_.empty()) writer.key("content").raw(in_brackets(content_));
      if (whole && !encrypted_.empty()) writer.key("encrypted_content").string(encrypted_);
      break;
    default:
      writer.key("type").string(item_type(type_ == Type::custom)).key("status").string(status).key("call_id").string(call.id);
      writer.key("name").string(call.name);
      if (!call.name_space.empty()) writer.key("namespace").string(call.name_space);
      writer.key(type_ == Type::custom ? "input" : "arguments").string(text_);
      break;
  }
  if (!source_id_.empty()) write_members(head_.open.extra, writer);
  writer.end_object();
  return out;
}

void Writer::open_piece(std::string& out) {
  piece_open_ = true;
  text_.clear();
  annotations_.clear();
  notes_ = 0;
  const bool summary = type_ == Type::reasoning;
  const std::string_view index = summary && summary_piece_ ? "summary_index" : "content_index";
  if (type_ == Type::message) {
    begin_event("response.content_part.added", out);
    place(index, out);
    out += refusal_ ? R"(,"part":{"type":"refusal","refusal":""})"
                    : R"(,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]})";
    end_event(out);
  } else if (summary_piece_) {
    begin_event("response.reasoning_summary_part.added", out);
    place(index, out);
    out += R"(,"part":{"type":"summary_text","text":""})";
    end_event(out);
  }
  place_.clear();
  place(index, place_);
  place_ += ",\"delta\":";
}

void Writer::delta(const OpenPart& part, std::string_view text, std::string& out) {
  if (part.open.choice != 0) return;
  std::string_view type;
  switch (type_) {
    case Type::none: return;
    case Type::message: type = refusal_ ? "response.refusal.delta" : "response.output_text.delta"; break;
    case Type::reasoning:
      if (!piece_open_) open_piece(out);
      type = summary_piece_ ? "response.reasoning_summary_text.delta" : "response.reasoning_text.delta";
      break;
    case Type::function: type = "response.function_call_arguments.delta"; break;
    case Type::custom: type = "response.custom_tool_call_input.delta"; break;
    case Type::native: break;
  }
  text_ += text;
  if (type_ == Type::native) return;
  begin_event(type, out);
  out += place_;
  json::append_string(text, out);
  if (type_ == Type::message && !refusal_) out += ",\"logprobs\":[]";
  end_event(out);
}

void Writer::opaque(const OpenPart& part, const ir::Opaque& opaque, std::string& /*out*/) {
  if (part.open.choice != 0 || opaque.bytes.empty()) return;
  if (type_ == Type::reasoning) {
    encrypted_ = opaque.origin == Format::openai_responses ? opaque.bytes : wrap_opaque(opaque);
  } else if (opaque.origin != Format::openai_responses) {
    after_.push_back(opaque);
  }
}

void Writer::note(const OpenPart& part, const ir::PartNote& note, std::string& out) {
  if (part.open.choice != 0 || type_ != Type::message || !piece_open_ || refusal_) return;
  std::string annotation = note.origin == Format::openai_responses ? note.raw : std::string();
  if (annotation.empty()) {
    if (note.url.empty()) return;
    const auto length = static_cast<std::int64_t>(text_.size());
    json::Writer writer(annotation);
    writer.begin_object().key("type").string("url_citation").key("url").string(note.url).key("title").string(note.title);
    writer.key("start_index").integer(note.begin.value_or(0)).key("end_index").integer(note.end.value_or(length)).end_object();
  }
  begin_event("response.output_text.annotation.added", out);
  place("content_index", out);
  out.append(",\"annotation_index\":").append(std::to_string(notes_++)).append(",\"annotation\":").append(annotation);
  end_event(out);
  add_element(annotation, annotations_);
}

void Writer::close_message_piece(std::string& out) {
  if (!piece_open_) return;
  piece_open_ = false;
  const std::string text = quoted(text_);
  begin_event(refusal_ ? "response.refusal.done" : "response.output_text.done", out);
  place("content_index", out);
  out.append(refusal_ ? ",\"refusal\":" : ",\"text\":").append(text);
  if (!refusal_) out += ",\"logprobs\":[]";
  end_event(out);
  std::string part = refusal_ ? R"({"type":"refusal","refusal":)" : R"({"type":"output_text","text":)";
  part += text;
  if (!refusal_) part.append(",\"annotations\":").append(in_brackets(annotations_)).append(",\"logprobs\":[]");
  part += '}';
  begin_event("response.content_part.done", out);
  place("content_index", out);
  out.append(",\"part\":").append(part);
  end_event(out);
  add_element(part, content_);
  ++pieces_;
}

void Writer::close_reasoning_piece(std::string& out) {
  if (!piece_open_) return;
  piece_open_ = false;
  const std::string text = quoted(text_);
  const std::string_view index = summary_piece_ ? "summary_index" : "content_index";
  begin_event(summary_piece_ ? "response.reasoning_summary_text.done" : "response.reasoning_text.done", out);
  place(index, out);
  out.append(",\"text\":").append(text);
  end_event(out);
  if (!summary_piece_) {
    add_element(R"({"type":"reasoning_text","text":)" + text + "}", content_);
    ++pieces_;
    return;
  }
  const std::string part = R"({"type":"summary_text","text":)" + text + "}";
  begin_event("response.reasoning_summary_part.done", out);
  place(index, out);
  out.append(",\"part\":").append(part);
  end_event(out);
  add_element(part, summary_);
  ++summary_pieces_;
}

void Writer::close_call(std::string& out) {
  if (type_ == Type::native) return;
  const bool custom = type_ == Type::custom;
  if (!custom && text_.empty()) {
    // No arguments are an empty object.
    OpenPart self = head_;
    delta(self, "{}", out);
  }
  begin_event(custom ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done", out);
  place({}, out);
  if (!custom) out.append(",\"name\":").append(quoted(head_.open.call.name));
  out.append(custom ? ",\"input\":" : ",\"arguments\":").append(quoted(text_));
  end_event(out);
}

void Writer::close(const OpenPart& part, std::string& out) {
  if (part.open.choice != 0) return;
  if (type_ == Type::message) {
    close_message_piece(out);
  } else if (type_ == Type::reasoning) {
    close_reasoning_piece(out);
  } else if (type_ != Type::none) {
    close_call(out);
    close_item(true, out);
    return;
  }
  // More of the vendor's own item may follow.
  if (source_id_.empty()) close_item(true, out);
}

void Writer::close_item(bool complete, std::string& out) {
  if (type_ == Type::none) return;
  if (type_ == Type::native) {
    --items_;
    const std::string item = native_object(head_, item_id_);
    type_ = Type::none;
    write_whole_item(item, out);
  } else {
    const std::string item = item_object(complete ? "completed" : "incomplete", true);
    item_event("response.output_item.done", item, out);
    add_element(item, output_);
    type_ = Type::none;
  }
  source_id_.clear();
  for (const ir::Opaque& opaque : std::exchange(after_, {})) write_carrier(opaque, {}, out);
}

std::string Writer::native_object(const OpenPart& part, std::string_view id) const {
  const ir::ToolCall& call = part.open.call;
  const NativeTool& tool = *native_tool(call.native);
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("id").string(id).key("type").string(tool.call).key("status").string("completed").key("call_id").string(call.id);
  if (tool.name == "tool_search") writer.key("execution").string("client");
  std::string action;  // models write line ends between tokens, and this stands in one line of a stream
  json::append_compact(as_object(text_), action);
  writer.key(tool.action).raw(action).end_object();
  return out;
}

void Writer::write_whole_item(const std::string& item, std::string& out) {
  any_content_ = true;
  ++items_;
  item_event("response.output_item.added", item, out);
  item_event("response.output_item.done", item, out);
  add_element(item, output_);
}

void Writer::write_image(const ir::Media& media, std::string& out) {
  if (media.kind != ir::Media::Kind::image || media.source != ir::Media::Source::base64) return;
  std::string item;
  json::Writer writer(item);
  const std::size_t slash = media.mime.find('/');
  writer.begin_object().key("id").string(made_item_id("image_generation_call", id_, items_)).key("type").string("image_generation_call");
  writer.key("status").string("completed").key("result").string(media.data);
  writer.key("output_format").string(slash == std::string::npos ? "png" : std::string_view(media.mime).substr(slash + 1)).end_object();
  write_whole_item(item, out);
}

// Bytes of another vendor that have no item of their own: a reasoning item without text.
void Writer::write_carrier(const ir::Opaque& opaque, std::string_view item_id, std::string& out) {
  if (opaque.bytes.empty()) return;
  std::string item;
  json::Writer writer(item);
  writer.begin_object().key("id").string(made_item_id("reasoning", id_, items_)).key("type").string("reasoning").key("summary").raw("[]");
  writer.key("encrypted_content").string(wrap_opaque(opaque, item_id)).end_object();
  const bool before = any_content_;
  write_whole_item(item, out);
  any_content_ = before;
}

void Writer::finish(const std::vector<ir::Finish>& finishes, const ir::Usage& usage, std::string& out) {
  ir::Finish finish;
  for (const ir::Finish& each : finishes)
    if (each.choice == 0) finish = each;
  const bool cut = finish.reason == ir::FinishClass::length;
  close_item(!cut, out);
  // A failed generation with nothing but text is that text; its calls must not be made.
  const bool own = finish.origin == Format::openai_responses && !finish.extra.empty();
  if (finish.reason == ir::FinishClass::error && (!any_content_ || any_call_)) {
    const Error made(ErrorKind::upstream_failed, "The model gave no usable answer (" + finish.raw + ").");
    fail(own ? read_error(0, std::string_view(finish.extra)) : made, out);
    return;
  }
  std::string details = "null";
  const std::string_view word = finish_word(Format::openai_responses, finish.reason);
  if (cut || finish.reason == ir::FinishClass::filter) details = R"({"reason":")" + std::string(word) + "\"}";
  if (own && finish.reason != ir::FinishClass::error) details = finish.extra;
  const bool incomplete = details != "null";
  response_ = response_object(incomplete ? "incomplete" : "completed", "null", details, &usage);
  begin_event(incomplete ? "response.incomplete" : "response.completed", out);
  out.append(",\"response\":").append(response_);
  end_event(out);
}

void Writer::fail(const Error& error, std::string& out) {
  if (id_.empty()) settle();
  const ErrorRow& row = error_row(error);
  const std::string_view known_code = error_code(error);
  const std::string code = quoted(known_code.empty() ? "server_error" : known_code);
  const std::string message = quoted(error.message);
  const std::string param = error.param.empty() ? "null" : quoted(error.param);
  // Flat as the types have it, nested as the service sends it: clients read one or the other.
  begin_event("error", out);
  out.append(",\"code\":").append(code).append(",\"message\":").append(message).append(",\"param\":").append(param);
  out.append(",\"error\":{\"type\":").append(quoted(row.openai_type)).append(",\"code\":").append(code);
  out.append(",\"message\":").append(message).append(",\"param\":").append(param).append("}");
  end_event(out);
  response_ = response_object("failed", "{\"code\":" + code + ",\"message\":" + message + "}", "null", &usage());
  begin_event("response.failed", out);
  out.append(",\"response\":").append(response_);
  end_event(out);
}

void Writer::ping(std::string& out) { out += OpenAiResponses::keep_alive; }

}  // namespace omniroute::codec::responses
