#include "omniroute/json/writer.hpp"
#include "openai_chat/format.hpp"
#include "openai_chat/reply_writer.hpp"
#include "shared/finish.hpp"

namespace omniroute::codec {
namespace {

using json::Writer;
using Kind = ir::PartOpen::Kind;

/// Writes chunks. What all chunks of a stream share is made once and copied.
class Encoder final : public ReplyWriter {
 public:
  explicit Encoder(const ReplyContext& context) : ReplyWriter(context, Order::as_it_comes) {}

 private:
  void begin(std::string& out) override {
    head_ = "data: ";
    head_ += "{\"id\":";
    json::append_string(chat::answer_id(start(), made_id()), head_);
    head_ += ",\"object\":\"chat.completion.chunk\",\"created\":" + std::to_string(start().created) + ",\"model\":";
    json::append_string(start().model, head_);
    tail_ = context().include_usage ? ",\"usage\":null}\n\n" : "}\n\n";
    out += head_;
    out += R"(,"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}])";
    out += tail_;
  }

  void open_delta(std::uint32_t choice, std::string& out) const {
    out += head_;
    out += ",\"choices\":[{\"index\":";
    out += std::to_string(choice);
    out += ",\"delta\":{";
  }
  void close_delta(std::string& out) const {
    out += "},\"logprobs\":null,\"finish_reason\":null}]";
    out += tail_;
  }

  void open(const OpenPart& part, std::string& out) override {
    const ir::PartOpen& opened = part.open;
    if (opened.kind == Kind::tool_call) {
      open_delta(opened.choice, out);
      const std::string_view type = opened.call.custom ? "custom" : "function";
      Writer call(out);
      out += "\"tool_calls\":[{\"index\":" + std::to_string(part.call) + ",\"id\":";
      json::append_string(opened.call.id, out);
      out.append(",\"type\":\"").append(type).append("\",\"").append(type).append("\":{\"name\":");
      json::append_string(opened.call.name, out);
      out.append(opened.call.custom ? ",\"input\":\"\"}}]" : ",\"arguments\":\"\"}}]");
      close_delta(out);
    } else if (opened.kind == Kind::media && opened.media && opened.media->kind == ir::Media::Kind::image) {
      open_delta(opened.choice, out);
      out += "\"images\":[";
      Writer image(out);
      chat::write_image(*opened.media, image);
      out += "]";
      close_delta(out);
    } else if (opened.kind == Kind::text) {
      text_begin_ = text_end_;
    }
  }

  void delta(const OpenPart& part, std::string_view text, std::string& out) override {
    open_delta(part.open.choice, out);
    switch (part.open.kind) {
      case Kind::tool_call:
        out += "\"tool_calls\":[{\"index\":";
        out += std::to_string(part.call);
        out += part.open.call.custom ? ",\"custom\":{\"input\":" : ",\"function\":{\"arguments\":";
        json::append_string(text, out);
        out += "}}]";
        any_arguments_.resize(std::max<std::size_t>(any_arguments_.size(), part.number + 1));
        any_arguments_[part.number] = true;
        break;
      case Kind::reasoning:
        out += "\"reasoning_content\":";
        json::append_string(text, out);
        break;
      case Kind::refusal:
        out += "\"refusal\":";
        json::append_string(text, out);
        break;
      default:
        out += "\"content\":";
        json::append_string(text, out);
        if (part.open.choice == 0) text_end_ += chat::characters(text);
        break;
    }
    close_delta(out);
  }

  void opaque(const OpenPart& /*part*/, const ir::Opaque& /*opaque*/, std::string& /*out*/) override {}  // no place for it

  // Written when its text is complete: the range ends there.
  void note(const OpenPart& /*part*/, const ir::PartNote& note, std::string& /*out*/) override {
    if (chat::has_note(note)) notes_.push_back(note);
  }

  void close(const OpenPart& part, std::string& out) override {
    const bool silent_call = part.open.kind == Kind::tool_call && !part.open.call.custom &&
                             (part.number >= any_arguments_.size() || !any_arguments_[part.number]);
    if (silent_call) delta(part, "{}", out);
    if (part.open.kind != Kind::text || notes_.empty()) return;
    open_delta(part.open.choice, out);
    out += "\"annotations\":[";
    for (std::size_t n = 0; n < notes_.size(); ++n) {
      if (n > 0) out += ",";
      Writer note_writer(out);
      chat::write_note(notes_[n], text_begin_, text_end_, note_writer);
    }
    out += "]";
    close_delta(out);
    notes_.clear();
  }

  void finish(const std::vector<ir::Finish>& finishes, const ir::Usage& usage, std::string& out) override {
    for (const ir::Finish& finish : finishes) {
      out += head_;
      out += ",\"choices\":[{\"index\":" + std::to_string(finish.choice) + ",\"delta\":{},\"logprobs\":null,\"finish_reason\":\"";
      out.append(finish_word(Format::openai_chat, finish.reason)).append("\"}]").append(tail_);
    }
    if (context().include_usage && !usage.empty()) {
      out += head_;
      out += ",\"choices\":[],\"usage\":";
      Writer counts(out);
      write_usage(Format::openai_chat, usage, counts);
      out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
  }

  void fail(const Error& error, std::string& out) override {
    out += "data: ";
    Writer words(out);
    words.begin_object();
    chat::write_error(error, words);
    words.end_object();
    out += "\n\n";
  }

  void ping(std::string& out) override { out += OpenAiChat::keep_alive; }

  std::string head_, tail_;
  std::vector<bool> any_arguments_;
  std::vector<ir::PartNote> notes_;
  std::int64_t text_begin_ = 0;
  std::int64_t text_end_ = 0;
};

}  // namespace

std::unique_ptr<EventEncoder> OpenAiChat::make_encoder(const ReplyContext& context) { return std::make_unique<Encoder>(context); }

}  // namespace omniroute::codec
