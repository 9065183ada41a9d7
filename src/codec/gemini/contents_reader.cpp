#include "gemini/reading.hpp"
#include "shared/carrier.hpp"
#include "shared/history.hpp"
#include "shared/media.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::gemini {
namespace {

using ir::Format;
using json::At;
using json::Kind;
using json::Value;

constexpr std::string_view known_part_members =
    "text thought thoughtSignature thought_signature inlineData inline_data fileData file_data functionCall function_call functionResponse "
    "function_response";

ir::Media media_of(Value data) {
  ir::Media media;
  media.origin = Format::gemini;
  media.mime = either(data, "mimeType", "mime_type").text();
  media.kind = media_kind(media.mime);
  media.name = either(data, "displayName", "display_name").text();
  return media;
}

ir::Media inline_media(Value data) {
  ir::Media media = media_of(data);
  media.data = standard_base64(data.find("data").text());
  if (media.kind == ir::Media::Kind::audio) media.format = media.mime.substr(media.mime.find('/') + 1);
  return media;
}

// Files of the vendor's own stores are known to the vendor only.
ir::Media file_media(Value data) {
  ir::Media media = media_of(data);
  media.data = either(data, "fileUri", "file_uri").text();
  const bool address = media.data.starts_with("http://") || media.data.starts_with("https://");
  const bool own_store = media.data.starts_with("https://generativelanguage.googleapis.com/");
  media.source = address && !own_store ? ir::Media::Source::url : ir::Media::Source::file_id;
  return media;
}

/// Reads one content's parts onto the end of a turn.
class PartReader {
 public:
  PartReader(ir::Turn& turn, FieldReader& fields) : turn_(turn), fields_(fields), begun_with_(turn.parts.size()) {}

  void read(const At& at) {
    if (!fields_.needs(at, Kind::object)) return;
    const Value part = at.value();
    signature_ = read_signature(either(part, "thoughtSignature", "thought_signature").text(), &item_id_);
    if (const At call = either(at, "functionCall", "function_call"); !call.absent()) return read_call(call);
    if (const At response = either(at, "functionResponse", "function_response"); !response.absent()) return read_response(response);
    const Value data = either(part, "inlineData", "inline_data");
    const Value file = either(part, "fileData", "file_data");
    if (data.is(Kind::object)) return add_media(part, inline_media(data));
    if (file.is(Kind::object)) return add_media(part, file_media(file));
    const Value text = part.find("text");
    if (text.is(Kind::string)) return read_text(text.text(), part.find("thought").boolean());
    if (part.size() == 0) return;
    turn_.parts.push_back({ir::Foreign{Format::gemini, camel_case(part.begin().key()), compact(part)}});
  }

 private:
  bool own_signature() const { return signature_ && signature_->origin == Format::gemini; }

  // Reasoning of another vendor, whose bytes travelled in this part's place.
  void add_foreign_reasoning() {
    if (!signature_ || own_signature()) return;
    ir::Reasoning reasoning;
    reasoning.summary = true;
    reasoning.id = item_id_;
    reasoning.opaque.push_back(*std::move(signature_));
    turn_.parts.push_back({std::move(reasoning)});
    signature_.reset();
  }

  void read_call(const At& at) {
    if (!fields_.needs(at, Kind::object)) return;
    add_foreign_reasoning();
    ir::ToolCall call;
    fields_.text(At(at, "name"), call.name);
    fields_.text(At(at, "id"), call.id);
    const At args(at, "args");
    if (fields_.has(args, Kind::object)) call.arguments = compact(args.value());
    if (own_signature()) call.opaque = std::move(signature_);
    turn_.parts.push_back({std::move(call)});
  }

  void read_response(const At& at) {
    if (!fields_.needs(at, Kind::object)) return;
    ir::ToolResult result;
    fields_.text(At(at, "name"), result.name);
    fields_.text(At(at, "id"), result.call_id);
    const Value response = at.value().find("response");
    result.raw = compact(response);
    // By convention {output: …} or {error: …}; another object is the result itself.
    const Value error = response.find("error");
    const Value output = response.find("output");
    result.is_error = response.size() == 1 && error;
    const Value words = result.is_error ? error : output;
    const bool plain = response.size() == 1 && words.is(Kind::string);
    result.content.push_back(text_part(plain ? std::string(words.text()) : result.raw));
    const At parts(at, "parts");
    if (fields_.has(parts, Kind::array))
      for (const Value each : parts.value()) {
        const Value data = either(each, "inlineData", "inline_data");
        const Value file = either(each, "fileData", "file_data");
        if (data.is(Kind::object)) result.content.push_back({inline_media(data)});
        if (file.is(Kind::object)) result.content.push_back({file_media(file)});
      }
    turn_.parts.push_back({std::move(result)});
  }

  void add_media(Value part, ir::Media media) {
    media.extra = members_except(part, known_part_members);
    if (own_signature()) media.opaque = std::move(signature_);
    turn_.parts.push_back({std::move(media)});
  }

  void read_text(std::string_view text, bool thought) {
    if (thought || (text.empty() && signature_)) return read_thought(text, thought);
    // A client that kept a stream's chunks sends one text as many contents.
    const bool first_of_content = turn_.parts.size() == begun_with_;
    auto* before = turn_.parts.empty() ? nullptr : std::get_if<ir::Text>(&turn_.parts.back().value);
    if (first_of_content && before != nullptr && !before->opaque && !signature_) {
      before->text += text;
      return;
    }
    ir::Text part;
    part.text = text;
    if (own_signature()) part.opaque = std::move(signature_);
    turn_.parts.push_back({std::move(part)});
    add_foreign_reasoning();
  }

  // Thoughts that follow each other are one, closed by its signature.
  void read_thought(std::string_view text, bool thought) {
    auto* before = turn_.parts.empty() ? nullptr : std::get_if<ir::Reasoning>(&turn_.parts.back().value);
    if (!thought || before == nullptr || !before->opaque.empty()) {
      turn_.parts.push_back({ir::Reasoning{}});
      before = &std::get<ir::Reasoning>(turn_.parts.back().value);
      before->summary = true;
    }
    before->text += text;
    if (!signature_) return;
    before->id = item_id_;
    before->opaque.push_back(*std::move(signature_));
  }

  ir::Turn& turn_;
  FieldReader& fields_;
  std::size_t begun_with_;
  std::optional<ir::Opaque> signature_;
  std::string item_id_;
};

void read_content(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.needs(at, Kind::object)) return;
  const At role_at(at, "role");
  std::string role;
  fields.text(role_at, role);
  const bool model = role == "model" || role == "assistant";
  if (!model && !role.empty() && role != "user" && role != "function" && role != "tool")
    return fields.fail(role_at, "must be user or model");
  const bool goes_on = model && !request.turns.empty() && request.turns.back().role == ir::Role::assistant;
  if (!goes_on) request.turns.emplace_back();
  ir::Turn& turn = request.turns.back();
  if (model) turn.role = ir::Role::assistant;
  const At parts(at, "parts");
  if (parts.value().is(Kind::object)) return PartReader(turn, fields).read(parts);
  if (!fields.has(parts, Kind::array)) return;
  PartReader reader(turn, fields);
  std::size_t index = 0;
  for (const Value value : parts.value()) reader.read(At(parts, value, index++));
}

}  // namespace

At either(const At& parent, std::string_view camel, std::string_view snake) {
  const At first(parent, camel);
  return first.value() ? first : At(parent, snake);
}

Value either(Value parent, std::string_view camel, std::string_view snake) {
  const Value first = parent.find(camel);
  return first ? first : parent.find(snake);
}

std::string camel_case(std::string_view name) {
  std::string out;
  bool raise = false;
  for (const char c : name) {
    if (c == '_' && !out.empty()) {
      raise = true;
      continue;
    }
    out.push_back(raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    raise = false;
  }
  return out;
}

ir::Media::Kind media_kind(std::string_view mime) noexcept {
  if (mime.starts_with("image/")) return ir::Media::Kind::image;
  if (mime.starts_with("audio/")) return ir::Media::Kind::audio;
  if (mime.starts_with("video/")) return ir::Media::Kind::video;
  return ir::Media::Kind::document;
}

std::string standard_base64(std::string_view data) {
  const bool standard = data.find_first_of("-_ \r\n\t") == std::string_view::npos && data.size() % 4 == 0;
  if (!standard) {
    if (const auto bytes = decode_base64(data)) return encode_base64(*bytes);
  }
  return std::string(data);
}

std::optional<ir::Opaque> read_signature(std::string_view signature, std::string* item_id) {
  if (item_id != nullptr) item_id->clear();
  if (signature.empty()) return std::nullopt;
  auto wrapped = unwrap_opaque_base64(signature);
  if (!wrapped) return ir::Opaque{Format::gemini, "thought_signature", std::string(signature)};
  if (wrapped->opaque.bytes.empty()) return std::nullopt;
  if (item_id != nullptr) *item_id = std::move(wrapped->item_id);
  return std::move(wrapped->opaque);
}

void read_contents(const At& contents, ir::ChatRequest& request, FieldReader& fields) {
  if (contents.value().is(Kind::string)) {  // the SDKs' short form
    request.turns.emplace_back();
    request.turns.back().parts.push_back(text_part(std::string(contents.value().text())));
    return;
  }
  if (contents.value().is(Kind::object)) return read_content(contents, request, fields);
  if (!fields.needs(contents, Kind::array)) return;
  std::size_t index = 0;
  for (const Value value : contents.value()) read_content(At(contents, value, index++), request, fields);
}

void read_system(const At& system, ir::ChatRequest& request, FieldReader& fields) {
  const auto add = [&request](Value text) {
    if (text.is(Kind::string)) request.system.push_back(text_part(std::string(text.text())));
  };
  if (system.absent()) return;
  if (system.value().is(Kind::string)) return add(system.value());
  if (!fields.needs(system, Kind::object)) return;
  const Value parts = system.value().find("parts");
  if (parts.is(Kind::object)) return add(parts.find("text"));
  for (const Value part : parts) add(part.is(Kind::string) ? part : part.find("text"));
}

}  // namespace omniroute::codec::gemini
