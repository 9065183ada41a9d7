#include "gemini/stream_writer.hpp"

#include <algorithm>
#include <utility>

#include "gemini/format.hpp"
#include "gemini/writing.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "shared/carrier.hpp"
#include "shared/finish.hpp"

namespace omniroute::codec::gemini {
namespace {

using ir::FinishClass;
using Kind = ir::PartOpen::Kind;

constexpr std::string_view event_begin = "data: ";
constexpr std::string_view event_end = "\r\n\r\n";

// What stands behind a part in a chunk, up to the members of the answer.
std::string part_end(std::uint32_t choice) { return R"(],"role":"model"},"index":)" + std::to_string(choice) + "}]"; }

bool is_object(std::string_view text) {
  json::Document document;
  return document.parse(text) && document.root().is(json::Kind::object);
}

std::string_view word_of(const ir::Finish& finish) noexcept {
  if (finish.origin == Format::gemini && !finish.raw.empty()) return finish.raw;
  switch (finish.reason) {
    case FinishClass::pause: return "STOP";
    case FinishClass::other: return finish.raw.empty() ? "STOP" : "OTHER";
    default: return finish_word(Format::gemini, finish.reason);
  }
}

}  // namespace

Writer::Writer(const ReplyContext& reply_context, Framing framing) : ReplyWriter(reply_context, Order::one_at_a_time), framing_(framing) {
  // The service shows thoughts only to those who ask; clients read the first part as the answer.
  const ir::ChatRequest* request = reply_context.request;
  if (request != nullptr && request->origin == Format::gemini) show_thoughts_ = request->thinking.show.value_or(false);
}

void Writer::begin(std::string& /*out*/) {
  tail_.clear();
  json::Writer writer(tail_);
  writer.begin_object().key("modelVersion").string(start().model);
  if (!start().id.empty()) writer.key("responseId").string(start().id);
  writer.end_object();
  tail_.front() = ',';
}

bool Writer::hidden(const OpenPart& part) const noexcept { return part.open.kind == Kind::reasoning && !show_thoughts_; }

void Writer::frame(std::string_view body, std::string& out) {
  switch (framing_) {
    case Framing::events: out.append(event_begin).append(body).append(event_end); break;
    case Framing::array: out.append(first_ ? "[" : ",\r\n").append(body); break;
    case Framing::whole: response_ = body; break;
  }
  first_ = false;
}

void Writer::put(std::uint32_t choice, std::string_view part, std::string& out) {
  signable_ = 0;
  if (framing_ == Framing::whole) {
    if (choice >= parts_.size()) parts_.resize(choice + 1);
    std::string& list = parts_[choice];
    if (!list.empty()) list += ',';
    list += part;
    return;
  }
  if (framing_ == Framing::events) out += event_begin;
  if (framing_ == Framing::array) out += first_ ? "[" : ",\r\n";
  first_ = false;
  out.append(R"({"candidates":[{"content":{"parts":[)").append(part).append(part_end(choice)).append(tail_);
  if (framing_ == Framing::events) out += event_end;
}

void Writer::put_text(std::uint32_t choice, std::string_view text, bool thought, std::string_view signature, std::string& out) {
  std::string json = R"({"text":)";
  json::append_string(text, json);
  if (thought) json += R"(,"thought":true)";
  if (!signature.empty()) {
    json += R"(,"thoughtSignature":)";
    json::append_string(signature, json);
  }
  json += '}';
  put(choice, json, out);
}

void Writer::open(const OpenPart& part, std::string& out) {
  text_.clear();
  said_ = false;
  signature_.clear();
  switch (part.open.kind) {
    case Kind::media: put_media(part.open, out); break;
    case Kind::foreign:
      if (part.open.foreign && part.open.foreign->origin == Format::gemini) put(part.open.choice, part.open.foreign->raw, out);
      break;
    default: break;
  }
}

void Writer::put_media(const ir::PartOpen& part, std::string& out) {
  if (!part.media || part.media->source != ir::Media::Source::base64) return;
  std::string json;
  json::Writer writer(json);
  writer.begin_object().key("inlineData").begin_object().key("mimeType").string(part.media->mime);
  writer.key("data").string(part.media->data).end_object();
  if (part.media->opaque && part.media->opaque->origin == Format::gemini) writer.key("thoughtSignature").string(part.media->opaque->bytes);
  writer.end_object();
  put(part.choice, json, out);
}

void Writer::delta(const OpenPart& part, std::string_view text, std::string& out) {
  if (hidden(part)) return;
  said_ = true;
  const bool gathers = part.open.kind == Kind::tool_call || framing_ == Framing::whole;
  if (gathers) {
    text_ += text;
    return;
  }
  put_text(part.open.choice, text, part.open.kind == Kind::reasoning, {}, out);
  signable_ = out.size();
}

// The signature belongs on the part it came with; if that part is still in the buffer, it goes in there.
bool Writer::sign_last(std::string_view signature, std::string& out) {
  const std::string_view end = framing_ == Framing::events ? event_end : std::string_view();
  const std::size_t behind = part_end(0).size() + tail_.size() + end.size() + 1;
  if (signable_ == 0 || signable_ != out.size() || out.size() < behind || !out.ends_with(std::string(tail_) + std::string(end)))
    return false;
  std::string member = R"(,"thoughtSignature":)";
  json::append_string(signature, member);
  out.insert(out.size() - behind, member);
  signable_ = 0;
  return true;
}

void Writer::opaque(const OpenPart& part, const ir::Opaque& bytes, std::string& out) {
  if (bytes.bytes.empty()) return;
  const bool own = bytes.origin == Format::gemini;
  const bool reasoning = part.open.kind == Kind::reasoning;
  if (!own && !reasoning) return;
  if (!own && hidden(part)) {
    // Without its thoughts a signature is worth nothing; encrypted thoughts need no text.
    if (bytes.kind != "signature") pending_ = wrap_opaque_base64(bytes, part.open.item_id);
    return;
  }
  const std::string signature = own ? bytes.bytes : wrap_opaque_base64(bytes, part.open.item_id);
  if (framing_ == Framing::whole) {
    signature_ = signature;
    return;
  }
  if (part.open.choice == 0 && sign_last(signature, out)) return;
  // The service's own bytes without thoughts stand on a part without text, which is no thought.
  put_text(part.open.choice, {}, reasoning && (said_ || !own), signature, out);
}

void Writer::note(const OpenPart& part, const ir::PartNote& note, std::string& /*out*/) {
  if (note.origin == Format::gemini || note.url.empty() || part.open.choice != 0) return;
  if (!grounding_.empty()) grounding_ += ',';
  std::string page;
  json::Writer(page).begin_object().key("uri").string(note.url).key("title").string(note.title).end_object();
  grounding_.append(R"({"web":)").append(page).append("}");
}

void Writer::put_call(const ir::PartOpen& call, std::string_view arguments, std::string& out) {
  std::string json;
  json::Writer writer(json);
  writer.begin_object().key("functionCall").begin_object().key("id").string(call.call.id).key("name").string(call.call.name);
  std::string args;  // models write line ends between tokens, and this stands in one line of a stream
  json::append_compact(call.call.custom ? wrap_input(arguments) : as_object(arguments), args);
  writer.key("args").raw(args).end_object();
  if (call.call.opaque) {
    const ir::Opaque& bytes = *call.call.opaque;
    writer.key("thoughtSignature").string(bytes.origin == Format::gemini ? bytes.bytes : wrap_opaque_base64(bytes));
  } else if (!pending_.empty()) {
    writer.key("thoughtSignature").string(std::exchange(pending_, {}));
  }
  writer.end_object();
  put(call.choice, json, out);
}

void Writer::close(const OpenPart& part, std::string& out) {
  const Kind kind = part.open.kind;
  if (kind == Kind::tool_call) {
    const bool sound = part.open.call.custom || text_.empty() || is_object(text_);
    if (sound)
      put_call(part.open, text_, out);
    else
      broken_.push_back({part.open, text_});
  } else if (framing_ == Framing::whole && (!text_.empty() || !signature_.empty())) {
    const bool carrier = unwrap_opaque_base64(signature_).has_value();
    put_text(part.open.choice, text_, kind == Kind::reasoning && (said_ || carrier), signature_, out);
  }
  text_.clear();
}

// Arguments that were cut off by the length limit are no call at all; others are mended.
void Writer::put_kept_calls(const std::vector<ir::Finish>& finishes, std::string& out) {
  for (const KeptCall& call : broken_) {
    const auto cut = [&call](const ir::Finish& finish) {
      return finish.choice == call.head.choice && finish.reason == FinishClass::length;
    };
    if (std::none_of(finishes.begin(), finishes.end(), cut)) put_call(call.head, call.arguments, out);
  }
  broken_.clear();
}

void Writer::write_candidate(const ir::Finish& finish, std::string_view parts, std::string& body) const {
  json::Writer writer(body);
  const bool empty_whole = framing_ == Framing::whole && parts.empty();
  body += R"({"content":{"parts":[)";
  body += parts.empty() && !empty_whole ? R"({"text":""})" : parts;
  body += R"(],"role":"model"},"finishReason":)";
  json::append_string(word_of(finish), body);
  body += ",\"index\":" + std::to_string(finish.choice);
  json::Document document;
  if (finish.origin == Format::gemini && document.parse(finish.extra)) {
    for (auto it = document.root().begin(); it != document.root().end(); ++it)
      if (it.key() != "promptFeedback") writer.key(it.key()).raw((*it).raw());
  }
  if (finish.choice == 0 && !grounding_.empty()) body += R"(,"groundingMetadata":{"groundingChunks":[)" + grounding_ + "]}";
  body += '}';
}

void Writer::finish(const std::vector<ir::Finish>& finishes, const ir::Usage& usage, std::string& out) {
  put_kept_calls(finishes, out);
  std::string body = "{";
  json::Writer writer(body);
  std::string feedback;
  json::Document document;
  if (!finishes.empty() && finishes[0].origin == Format::gemini && document.parse(finishes[0].extra))
    feedback = document.root().find("promptFeedback").raw();
  const bool blocked = !feedback.empty() && parts_.empty();
  if (!blocked) {
    writer.key("candidates").begin_array();
    for (const ir::Finish& each : finishes) {
      if (body.back() == '}') body += ',';
      write_candidate(each, each.choice < parts_.size() ? std::string_view(parts_[each.choice]) : std::string_view(), body);
    }
    writer.end_array();
  }
  if (!feedback.empty()) writer.key("promptFeedback").raw(feedback);
  if (!usage.empty()) {
    writer.key("usageMetadata");
    write_usage(Format::gemini, usage, writer);
  }
  body += body == "{" ? std::string_view(tail_).substr(1) : std::string_view(tail_);
  frame(body, out);
  if (framing_ == Framing::array) out += "]\n";
}

void Writer::fail(const Error& error, std::string& out) {
  frame(error_body(error), out);
  if (framing_ == Framing::array) out += "]\n";
}

void Writer::ping(std::string& /*out*/) {}

}  // namespace omniroute::codec::gemini
