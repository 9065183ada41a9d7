#include <algorithm>

#include "openai_chat/format.hpp"
#include "openai_chat/losses.hpp"
#include "openai_chat/request_writer.hpp"
#include "shared/effort.hpp"
#include "shared/field_reader.hpp"
#include "shared/vendor_state.hpp"

namespace omniroute::codec {
namespace {

using chat::rule;
using json::Writer;

constexpr std::size_t most_stops = 4;
constexpr std::size_t longest_user = 64;
constexpr NameRule user_rule{longest_user, Charset::printable};

class RequestWriter {
 public:
  RequestWriter(const ir::ChatRequest& request, const Target& target, Losses& losses, Writer& out)
      : request_(request), target_(target), losses_(losses), out_(out) {}

  void write() {
    write_stream();
    write_limit();
    write_sampling();
    write_stop();
    write_output();
    write_effort();
    write_identity();
    write_rest();
  }

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::openai_chat; }
  /// Responses has the same members with the same words.
  [[nodiscard]] bool openai() const noexcept { return own() || request_.origin == Format::openai_responses; }
  [[nodiscard]] const ir::Extra* extra(std::string_view name) const noexcept {
    const auto it =
        std::find_if(request_.extras.begin(), request_.extras.end(), [name](const ir::Extra& each) { return each.name == name; });
    return it == request_.extras.end() || !own() ? nullptr : &*it;
  }

  void write_stream() {
    if (!request_.stream) return;
    out_.key("stream").boolean(true);
    if (!target_.stream_usage) return;
    out_.key("stream_options").begin_object();
    if (const ir::Extra* options = extra("stream_options")) write_members(options->raw, out_);
    out_.key("include_usage").boolean(true).end_object();
  }

  void write_limit() {
    if (!request_.max_output) return;
    std::int64_t limit = std::max<std::int64_t>(*request_.max_output, 1);
    if (target_.max_output) limit = std::min(limit, *target_.max_output);
    if (limit != *request_.max_output) note_loss(losses_, request_, rule(Field::max_output, Cause::range));
    out_.key(target_.legacy_max_tokens ? "max_tokens" : "max_completion_tokens").integer(limit);
  }

  void write_number(std::string_view key, const std::optional<double>& value, double lowest, double highest, const LossRule& beyond) {
    if (!value) return;
    const double fit = std::clamp(*value, lowest, highest);
    if (fit != *value) note_loss(losses_, request_, beyond);
    out_.key(key).number(fit);
  }

  void write_sampling() {
    write_number("temperature", request_.temperature, 0, 2, rule(Field::temperature, Cause::range));
    write_number("top_p", request_.top_p, 0, 1, rule(Field::top_p, Cause::range));
    if (request_.top_k && own()) out_.key("top_k").integer(*request_.top_k);
    if (request_.top_k && !own()) note_loss(losses_, request_, rule(Field::top_k, Cause::absent));
    write_number("presence_penalty", request_.presence_penalty, -2, 2, rule(Field::presence_penalty, Cause::range));
    write_number("frequency_penalty", request_.frequency_penalty, -2, 2, rule(Field::frequency_penalty, Cause::range));
    if (request_.seed) out_.key("seed").integer(*request_.seed);
    if (request_.candidates) out_.key("n").integer(*request_.candidates);
  }

  void write_stop() {
    if (request_.stop.empty()) return;
    const std::size_t count = own() ? request_.stop.size() : std::min(request_.stop.size(), most_stops);
    if (count < request_.stop.size()) note_loss(losses_, request_, rule(Field::stop, Cause::count));
    out_.key("stop").begin_array();
    for (std::size_t n = 0; n < count; ++n) out_.string(request_.stop[n]);
    out_.end_array();
  }

  void write_output() {
    const ir::OutputFormat& output = request_.output;
    if (output.kind == ir::OutputFormat::Kind::json)
      out_.key("response_format").begin_object().key("type").string("json_object").end_object();
    if (output.kind != ir::OutputFormat::Kind::schema) return;
    out_.key("response_format").begin_object().key("type").string("json_schema").key("json_schema").begin_object();
    out_.key("name").string(output.name.empty() ? "response" : legal_form(output.name, chat_tool_name));
    if (!output.description.empty()) out_.key("description").string(output.description);
    if (!output.schema.empty()) out_.key("schema").raw(output.schema);
    if (output.strict) out_.key("strict").boolean(*output.strict);
    out_.end_object().end_object();
  }

  void write_effort() {
    const ir::Thinking& thinking = request_.thinking;
    if (extra("reasoning") != nullptr) return;  // goes out as the client wrote it
    if (own() && thinking.effort.empty()) return;
    const std::string_view wanted = own() ? std::string_view(thinking.effort) : wanted_effort(thinking);
    if (wanted.empty()) return;
    if (!target_.reasoning) return note_loss(losses_, request_, rule(Field::thinking, Cause::model));
    if (own() && target_.efforts.empty()) {
      out_.key("reasoning_effort").string(wanted);
      return;
    }
    const std::string_view known = target_.efforts.empty() ? std::string_view("low medium high") : target_.efforts;
    const bool can_be_off = lists(known, "none") || lists(known, "minimal");
    if (wanted == "none" && !can_be_off) return note_loss(losses_, request_, rule(Field::thinking, Cause::off));
    const std::string_view word = nearest_effort(wanted, known);
    if (word.empty()) return note_loss(losses_, request_, rule(Field::thinking, Cause::lacking));
    if (word != wanted || thinking.effort.empty()) note_loss(losses_, request_, rule(Field::thinking, Cause::words));
    out_.key("reasoning_effort").string(word);
  }

  void write_identity() {
    if (!request_.user.empty()) {
      const bool fits = legal(request_.user, user_rule);
      if (!fits) note_loss(losses_, request_, rule(Field::user, Cause::range));
      out_.key("user").string(fits ? request_.user : "user_" + short_hash(request_.user));
    }
    if (!request_.metadata.empty()) out_.key("metadata").raw(request_.metadata);
  }

  void write_rest() {
    if (!request_.verbosity.empty()) out_.key("verbosity").string(request_.verbosity);
    if (!request_.cache_key.empty()) out_.key("prompt_cache_key").string(request_.cache_key);
    if (!request_.service_tier.empty() && openai()) out_.key("service_tier").string(request_.service_tier);
    if (!request_.service_tier.empty() && !openai()) note_loss(losses_, request_, rule(Field::service_tier, Cause::absent));
    if (request_.store && openai()) out_.key("store").boolean(*request_.store);
    if (!own()) return note_extras(losses_, request_, chat::loss_table);
    for (const ir::Extra& each : request_.extras)
      if (each.name != "stream_options") out_.key(each.name).raw(each.raw);
  }

  const ir::ChatRequest& request_;
  const Target& target_;
  Losses& losses_;
  Writer& out_;
};

}  // namespace

Result<std::string> OpenAiChat::encode_request(const ir::ChatRequest& request, const Target& target, Losses& losses) {
  if (auto held = held_by_vendor(request, id, chat::loss_table)) return *std::move(held);
  std::string body;
  Writer out(body);
  out.begin_object().key("model").string(target.model.empty() ? std::string_view(request.model) : target.model);
  if (Status written = chat::MessagesWriter(request, target, losses, out).write(); !written) return std::move(written).error();
  chat::write_tools(request, target, losses, out);
  RequestWriter(request, target, losses, out).write();
  out.end_object();
  return body;
}

}  // namespace omniroute::codec
