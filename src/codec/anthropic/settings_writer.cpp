#include <algorithm>

#include "anthropic/format.hpp"
#include "anthropic/request_writer.hpp"
#include "shared/field_reader.hpp"
#include "shared/losses.hpp"
#include "shared/vendor_state.hpp"

namespace omniroute::codec {
namespace {

using anthropic::Plan;
using json::Writer;
using How = Loss::How;

class RequestWriter {
 public:
  RequestWriter(const ir::ChatRequest& request, const Target& target, const Plan& plan, Losses& losses, Writer& out)
      : request_(request), target_(target), plan_(plan), losses_(losses), out_(out) {}

  void write() {
    if (request_.stream) out_.key("stream").boolean(true);
    write_thinking();
    write_output_config();
    write_sampling();
    write_stop();
    write_identity();
    note_rest();
    if (!own()) return;
    for (const ir::Extra& extra : request_.extras)
      if (extra.name != "output_config" && extra.name != "metadata") out_.key(extra.name).raw(extra.raw);
  }

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::anthropic; }
  void lose(Field field, How how, std::string_view why) { note_loss(losses_, request_, field, how, why); }

  // Members of an object that another part of the request is read from.
  void write_others(std::string_view name) {
    for (const ir::Extra& extra : request_.extras)
      if (own() && extra.name == name) write_members(extra.raw, out_);
  }
  [[nodiscard]] bool has_others(std::string_view name) const {
    return own() &&
           std::any_of(request_.extras.begin(), request_.extras.end(), [name](const ir::Extra& extra) { return extra.name == name; });
  }

  void write_thinking() {
    switch (plan_.thinking) {
      case Plan::Thinking::leave_out: return;
      case Plan::Thinking::as_written: out_.key("thinking").raw(request_.thinking.raw); return;
      case Plan::Thinking::disabled: out_.key("thinking").begin_object().key("type").string("disabled").end_object(); return;
      case Plan::Thinking::enabled:
        out_.key("thinking").begin_object().key("type").string("enabled").key("budget_tokens").integer(plan_.budget);
        break;
      case Plan::Thinking::adaptive: out_.key("thinking").begin_object().key("type").string("adaptive"); break;
    }
    if (own() && !request_.thinking.display.empty()) out_.key("display").string(request_.thinking.display);
    out_.end_object();
  }

  void write_output_config() {
    const ir::OutputFormat& output = request_.output;
    const bool schema = output.kind == ir::OutputFormat::Kind::schema && !plan_.forced_output;
    if (plan_.effort.empty() && !schema && !has_others("output_config")) return;
    out_.key("output_config").begin_object();
    if (!plan_.effort.empty()) out_.key("effort").string(plan_.effort);
    if (schema)
      out_.key("format")
          .begin_object()
          .key("type")
          .string("json_schema")
          .key("schema")
          .raw(output.schema.empty() ? "{}" : std::string_view(output.schema))
          .end_object();
    write_others("output_config");
    out_.end_object();
  }

  void write_sampling() {
    const bool free = target_.sampling && !plan_.thinks();
    const std::string_view why =
        target_.sampling ? "thinking and sampling settings exclude each other" : "the model takes no sampling settings";
    if (request_.temperature) {
      const double fit = std::clamp(*request_.temperature, 0.0, 1.0);
      const bool harmless = target_.sampling && fit == 1.0;
      if (free || harmless) out_.key("temperature").number(fit);
      if (!free && !harmless) lose(Field::temperature, How::dropped, why);
      if (free && fit != *request_.temperature) lose(Field::temperature, How::nearest, "this format's range ends at 1");
    }
    if (request_.top_p) {
      const bool alone = own() || !request_.temperature;
      if (free && alone) out_.key("top_p").number(std::clamp(*request_.top_p, 0.0, 1.0));
      if (!free || !alone) lose(Field::top_p, How::dropped, free ? "newer models take only one of temperature and top_p" : why);
    }
    if (request_.top_k) {
      if (free) out_.key("top_k").integer(*request_.top_k);
      if (!free) lose(Field::top_k, How::dropped, why);
    }
  }

  void write_stop() {
    std::vector<std::string_view> kept;
    for (const std::string& each : request_.stop)
      if (!is_blank(each)) kept.push_back(each);
    if (kept.size() < request_.stop.size()) lose(Field::stop, How::nearest, "blank stop sequences are refused");
    if (kept.empty()) return;
    out_.key("stop_sequences").begin_array();
    for (const std::string_view each : kept) out_.string(each);
    out_.end_array();
  }

  void write_identity() {
    if (request_.user.empty() && !has_others("metadata")) return;
    out_.key("metadata").begin_object();
    if (!request_.user.empty()) out_.key("user_id").string(request_.user);
    write_others("metadata");
    out_.end_object();
  }

  void note_rest() {
    const auto drop = [this](bool there, Field field) {
      if (there) lose(field, How::dropped, "anthropic has no such member");
    };
    drop(request_.seed.has_value(), Field::seed);
    drop(request_.presence_penalty.has_value(), Field::presence_penalty);
    drop(request_.frequency_penalty.has_value(), Field::frequency_penalty);
    drop(!request_.verbosity.empty(), Field::verbosity);
    drop(!request_.metadata.empty(), Field::metadata);
    drop(!request_.cache_key.empty(), Field::cache_key);
    drop(request_.store.value_or(false), Field::store);
    if (request_.service_tier.empty()) {
      // nothing was asked for
    } else if (own()) {
      out_.key("service_tier").string(request_.service_tier);
    } else {
      lose(Field::service_tier, How::dropped, "the words for tiers differ");
    }
    if (!own()) note_extras(losses_, request_, "thinking reasoning cache_control");
  }

  const ir::ChatRequest& request_;
  const Target& target_;
  const Plan& plan_;
  Losses& losses_;
  Writer& out_;
};

}  // namespace

Result<std::string> Anthropic::encode_request(const ir::ChatRequest& request, const Target& target, Losses& losses) {
  if (auto held = held_by_vendor(request, id)) return *std::move(held);
  if (request.candidates.value_or(1) > 1) {
    const std::string name(field_name(request.origin, Field::candidates));
    return Error(ErrorKind::unsupported, name + ": this target gives one answer to a request.", name);
  }
  const Plan plan = anthropic::make_plan(request, target, losses);
  anthropic::CacheMarks marks(request, losses);
  std::string body;
  Writer out(body);
  out.begin_object().key("model").string(target.model.empty() ? std::string_view(request.model) : target.model);
  out.key("max_tokens").integer(plan.max_tokens);
  anthropic::write_tools(request, plan, marks, losses, out);
  anthropic::MessagesWriter messages(request, target, marks, losses, out);
  messages.write_system();
  if (Status written = messages.write(); !written) return std::move(written).error();
  RequestWriter(request, target, plan, losses, out).write();
  out.end_object();
  return body;
}

}  // namespace omniroute::codec
