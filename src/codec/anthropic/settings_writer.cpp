#include <algorithm>

#include "anthropic/format.hpp"
#include "anthropic/losses.hpp"
#include "anthropic/request_writer.hpp"
#include "shared/field_reader.hpp"
#include "shared/vendor_state.hpp"

namespace omniroute::codec {
namespace {

using anthropic::Plan;
using anthropic::rule;
using json::Writer;

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
  void lose(const LossRule& rule) { note_loss(losses_, request_, rule); }

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
    const bool excluded = target_.sampling;  // by thinking
    if (request_.temperature) {
      const double fit = std::clamp(*request_.temperature, 0.0, 1.0);
      const bool harmless = target_.sampling && fit == 1.0;
      if (free || harmless) out_.key("temperature").number(fit);
      if (!free && !harmless) lose(excluded ? rule(Field::temperature, Cause::conflict) : rule(Field::temperature, Cause::model));
      if (free && fit != *request_.temperature) lose(rule(Field::temperature, Cause::range));
    }
    if (request_.top_p) {
      const bool alone = own() || !request_.temperature;
      if (free && alone) out_.key("top_p").number(std::clamp(*request_.top_p, 0.0, 1.0));
      if (!free) lose(excluded ? rule(Field::top_p, Cause::conflict) : rule(Field::top_p, Cause::model));
      if (free && !alone) lose(rule(Field::top_p, Cause::count));
    }
    if (request_.top_k) {
      if (free) out_.key("top_k").integer(*request_.top_k);
      if (!free) lose(excluded ? rule(Field::top_k, Cause::conflict) : rule(Field::top_k, Cause::model));
    }
  }

  void write_stop() {
    std::vector<std::string_view> kept;
    for (const std::string& each : request_.stop)
      if (!is_blank(each)) kept.push_back(each);
    if (kept.size() < request_.stop.size()) lose(rule(Field::stop, Cause::kind));
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
    const auto drop = [this](bool there, const LossRule& absent) {
      if (there) lose(absent);
    };
    drop(request_.seed.has_value(), rule(Field::seed, Cause::absent));
    drop(request_.presence_penalty.has_value(), rule(Field::presence_penalty, Cause::absent));
    drop(request_.frequency_penalty.has_value(), rule(Field::frequency_penalty, Cause::absent));
    drop(!request_.verbosity.empty(), rule(Field::verbosity, Cause::absent));
    drop(!request_.metadata.empty(), rule(Field::metadata, Cause::absent));
    drop(!request_.cache_key.empty(), rule(Field::cache_key, Cause::absent));
    drop(request_.store.value_or(false), rule(Field::store, Cause::absent));
    if (request_.service_tier.empty()) {
      // nothing was asked for
    } else if (own()) {
      out_.key("service_tier").string(request_.service_tier);
    } else {
      lose(rule(Field::service_tier, Cause::absent));
    }
    if (!own()) note_extras(losses_, request_, anthropic::loss_table, "thinking reasoning cache_control");
  }

  const ir::ChatRequest& request_;
  const Target& target_;
  const Plan& plan_;
  Losses& losses_;
  Writer& out_;
};

}  // namespace

Result<std::string> Anthropic::encode_request(const ir::ChatRequest& request, const Target& target, Losses& losses) {
  if (auto held = held_by_vendor(request, id, anthropic::loss_table)) return *std::move(held);
  if (request.candidates.value_or(1) > 1) {
    return refusal(std::string(field_name(request.origin, Field::candidates)), rule(Field::candidates, Cause::absent));
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
