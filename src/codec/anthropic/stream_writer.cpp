#include "anthropic/format.hpp"
#include "anthropic/reply_writer.hpp"
#include "shared/carrier.hpp"
#include "shared/field_reader.hpp"
#include "shared/finish.hpp"

namespace omniroute::codec {
namespace {

using json::Writer;
using Kind = ir::PartOpen::Kind;

/// Writes events, one block at a time.
class Encoder final : public ReplyWriter {
 public:
  explicit Encoder(const ReplyContext& context) : ReplyWriter(context, Order::one_at_a_time) {}

 private:
  static void event(std::string_view type, std::string& out) {
    out.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\"");
  }

  void begin(std::string& out) override {
    event("message_start", out);
    out += ",\"message\":";
    Writer message(out);
    message.begin_object().key("id").string(anthropic::answer_id(start())).key("type").string("message");
    message.key("role").string("assistant").key("model").string(start().model).key("content").begin_array().end_array();
    message.key("stop_reason").null().key("stop_sequence").null().key("usage");
    write_usage(Format::anthropic, usage(), message);
    message.end_object();
    out += "}\n\n";
  }

  // A block's start up to its content; end_block_start closes it.
  void begin_block(std::string& out) {
    event("content_block_start", out);
    out += ",\"index\":";
    out += std::to_string(index_);
    out += ",\"content_block\":";
    open_ = true;
  }

  void begin_delta(std::string_view type, std::string_view member, std::string& out) const {
    event("content_block_delta", out);
    out += ",\"index\":";
    out += std::to_string(index_);
    out.append(",\"delta\":{\"type\":\"").append(type).append("\",\"").append(member).append("\":");
  }

  void text_delta(std::string_view type, std::string_view member, std::string_view text, std::string& out) const {
    begin_delta(type, member, out);
    json::append_string(text, out);
    out += "}}\n\n";
  }

  void end_block(std::string& out) {
    if (!open_) return;
    open_ = false;
    event("content_block_stop", out);
    out.append(",\"index\":").append(std::to_string(index_++)).append("}\n\n");
  }

  void begin_thinking(std::string& out) {
    begin_block(out);
    out += "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n";
  }

  void open(const OpenPart& part, std::string& out) override {
    if (part.open.choice != 0) return;
    switch (part.open.kind) {
      case Kind::text:
      case Kind::refusal:
        begin_block(out);
        out += "{\"type\":\"text\",\"text\":\"\"}}\n\n";
        break;
      case Kind::reasoning: break;  // a redacted one looks otherwise: opened by its first content
      case Kind::tool_call: open_call(part, out); break;
      case Kind::media:
        begin_block(out);
        out += "{\"type\":\"text\",\"text\":\"\"}}\n\n";
        text_delta("text_delta", "text", anthropic::media_note(part.open.media.value_or(ir::Media{})), out);
        break;
      case Kind::foreign: open_foreign(part, out); break;
    }
  }

  void open_call(const OpenPart& part, std::string& out) {
    const ir::ToolCall& call = part.open.call;
    if (call.opaque) {  // another vendor's signature has no place on a call: an empty thinking block carries it
      begin_thinking(out);
      text_delta("signature_delta", "signature", wrap_opaque(*call.opaque), out);
      end_block(out);
    }
    begin_block(out);
    Writer block(out);
    block.begin_object().key("type").string("tool_use").key("id").string(anthropic::legal_call_id(call.id)).key("name").string(call.name);
    block.key("input").begin_object().end_object();
    write_members(call.extra, block);
    block.end_object();
    out += "}\n\n";
    if (call.custom) text_delta("input_json_delta", "partial_json", "{\"input\":\"", out);
  }

  // Server tools stream their input, other blocks come whole.
  void open_foreign(const OpenPart& part, std::string& out) {
    if (!part.open.foreign || part.open.foreign->origin != Format::anthropic) return;
    json::Document block;
    if (!block.parse(part.open.foreign->raw)) return;
    const json::Value input = block.root().find("input");
    begin_block(out);
    Writer start(out);
    start.begin_object();
    for (auto it = block.root().begin(); it != block.root().end(); ++it) start.key(it.key()).raw(it.key() == "input" ? "{}" : (*it).raw());
    start.end_object();
    out += "}\n\n";
    if (!input.absent()) text_delta("input_json_delta", "partial_json", input.raw(), out);
  }

  void delta(const OpenPart& part, std::string_view text, std::string& out) override {
    if (part.open.choice != 0) return;
    switch (part.open.kind) {
      case Kind::reasoning:
        if (!open_) begin_thinking(out);
        text_delta("thinking_delta", "thinking", text, out);
        break;
      case Kind::tool_call:
        if (part.open.call.custom) {
          escaped_.clear();
          json::append_string(text, escaped_);
          text_delta("input_json_delta", "partial_json", std::string_view(escaped_).substr(1, escaped_.size() - 2), out);
        } else {
          text_delta("input_json_delta", "partial_json", text, out);
        }
        break;
      default: text_delta("text_delta", "text", text, out); break;
    }
  }

  void opaque(const OpenPart& part, const ir::Opaque& opaque, std::string& out) override {
    if (part.open.choice != 0 || part.open.kind != Kind::reasoning) return;
    if (opaque.origin == Format::anthropic && opaque.kind == "redacted") {
      end_block(out);
      begin_block(out);
      Writer(out).begin_object().key("type").string("redacted_thinking").key("data").string(opaque.bytes).end_object();
      out += "}\n\n";
      return;
    }
    if (!open_) begin_thinking(out);
    text_delta("signature_delta", "signature", opaque.origin == Format::anthropic ? opaque.bytes : wrap_opaque(opaque, part.open.item_id),
               out);
  }

  void note(const OpenPart& part, const ir::PartNote& note, std::string& out) override {
    if (part.open.choice != 0 || note.origin != Format::anthropic || part.open.kind != Kind::text) return;
    begin_delta("citations_delta", "citation", out);
    out += note.raw;
    out += "}}\n\n";
  }

  void close(const OpenPart& part, std::string& out) override {
    if (part.open.choice != 0) return;
    if (part.open.kind == Kind::tool_call && part.open.call.custom) text_delta("input_json_delta", "partial_json", "\"}", out);
    end_block(out);
  }

  void finish(const std::vector<ir::Finish>& finishes, const ir::Usage& usage, std::string& out) override {
    event("message_delta", out);
    out += ",\"delta\":";
    Writer end(out);
    end.begin_object();
    anthropic::write_end(anthropic::answer_end(finishes), end);
    end.end_object();
    out += ",\"usage\":";
    Writer counts(out);
    write_usage(Format::anthropic, usage, counts);
    out += "}\n\n";
    event("message_stop", out);
    out += "}\n\n";
  }

  void fail(const Error& error, std::string& out) override {
    out += "event: error\ndata: ";
    Writer words(out);
    anthropic::write_error(error, {}, words);
    out += "\n\n";
  }

  void ping(std::string& out) override { out += Anthropic::keep_alive; }

  std::size_t index_ = 0;
  bool open_ = false;
  std::string escaped_;
};

}  // namespace

std::unique_ptr<EventEncoder> Anthropic::make_encoder(const ReplyContext& context) { return std::make_unique<Encoder>(context); }

}  // namespace omniroute::codec
