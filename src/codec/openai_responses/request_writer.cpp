#include "openai_responses/request_writer.hpp"

#include <algorithm>

#include "openai_responses/format.hpp"
#include "openai_responses/losses.hpp"
#include "openai_responses/writing.hpp"
#include "shared/effort.hpp"
#include "shared/field_reader.hpp"
#include "shared/ids.hpp"
#include "shared/vendor_state.hpp"

namespace omniroute::codec {
namespace {

using responses::rule;
using Mode = ir::Thinking::Mode;

// Below this the service refuses the request.
constexpr std::int64_t least_output = 16;
constexpr NameRule user_rule{64, Charset::printable};

class RequestWriter {
 public:
  RequestWriter(const ir::ChatRequest& request, const Target& target, Losses& losses, json::Writer& out)
      : request_(request), target_(target), losses_(losses), out_(out) {}

  void write() {
    write_tools();
    write_limit();
    write_sampling();
    responses::write_text_options(request_, false, out_);
    write_reasoning();
    write_state();
    write_identity();
    if (request_.stream) out_.key("stream").boolean(true);
    if (!own()) return note_extras(losses_, request_, responses::loss_table);
    for (const ir::Extra& extra : request_.extras)
      if (extra.name != "include") out_.key(extra.name).raw(extra.raw);
  }

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::openai_responses; }
  /// Chat has the same members with the same words.
  [[nodiscard]] bool openai() const noexcept { return own() || request_.origin == Format::openai_chat; }
  void lose(const LossRule& rule, std::string_view detail = {}) { note_loss(losses_, request_, rule, detail); }

  void write_tools() {
    for (const ir::HostedTool& tool : request_.hosted_tools)
      if (tool.origin != Format::openai_responses && !tool.carried) lose(rule(Field::hosted_tools, Cause::vendor), tool.type);
    for (const ir::Tool& tool : request_.tools)
      if (!tool.cache.empty()) lose(rule(Field::cache_mark, Cause::absent));
    responses::write_tools(request_, out_);
    responses::write_tool_choice(request_, out_);
    const bool choice_of_another = !own() && request_.tool_choice.mode == ir::ToolChoice::Mode::unset && !request_.tool_choice.raw.empty();
    if (choice_of_another) lose(rule(Field::tool_choice, Cause::lacking));
    const bool any = !request_.tools.empty() || !request_.hosted_tools.empty();
    const bool any_here =
        !request_.tools.empty() || std::any_of(request_.hosted_tools.begin(), request_.hosted_tools.end(),
                                               [](const ir::HostedTool& tool) { return tool.origin == Format::openai_responses; });
    if (!any_here && !choice_of_another) note_choice_without_tools(losses_, request_, rule(Field::tool_choice, Cause::lacking));
    if (request_.parallel_tools && any) out_.key("parallel_tool_calls").boolean(*request_.parallel_tools);
  }

  void write_limit() {
    if (!request_.max_output) return;
    std::int64_t limit = std::max(*request_.max_output, least_output);
    if (target_.max_output) limit = std::min(limit, std::max(*target_.max_output, least_output));
    if (limit != *request_.max_output) lose(rule(Field::max_output, Cause::range));
    out_.key("max_output_tokens").integer(limit);
  }

  void write_number(std::string_view key, const std::optional<double>& value, double highest, const LossRule& refused,
                    const LossRule& beyond) {
    if (!value) return;
    if (!target_.sampling) return lose(refused);
    const double fit = own() ? *value : std::clamp(*value, 0.0, highest);
    if (fit != *value) lose(beyond);
    out_.key(key).number(fit);
  }

  void write_sampling() {
    write_number("temperature", request_.temperature, 2, rule(Field::temperature, Cause::model), rule(Field::temperature, Cause::range));
    write_number("top_p", request_.top_p, 1, rule(Field::top_p, Cause::model), rule(Field::top_p, Cause::range));
    if (request_.top_k) lose(rule(Field::top_k, Cause::absent));
    if (request_.presence_penalty) lose(rule(Field::presence_penalty, Cause::absent));
    if (request_.frequency_penalty) lose(rule(Field::frequency_penalty, Cause::absent));
    if (request_.seed) lose(rule(Field::seed, Cause::absent));
    if (!request_.stop.empty()) lose(rule(Field::stop, Cause::absent));
  }

  /// The word to send; empty for none.
  std::string_view effort() {
    const std::string_view wanted = wanted_effort(request_.thinking);
    if (own() && target_.efforts.empty()) return request_.thinking.effort;
    if (wanted.empty()) return {};
    const std::string_view known = target_.efforts.empty() ? std::string_view("low medium high") : target_.efforts;
    const bool can_be_off = lists(known, "none") || lists(known, "minimal");
    if (wanted == "none" && !can_be_off) {
      lose(rule(Field::thinking, Cause::off));
      return {};
    }
    const std::string_view word = nearest_effort(wanted, known);
    if (word.empty())
      lose(rule(Field::thinking, Cause::lacking));
    else if (word != wanted || request_.thinking.effort.empty())
      lose(rule(Field::thinking, Cause::words));
    return word;
  }

  /// Formats that show reasoning get a summary where reasoning was asked for at all.
  [[nodiscard]] std::string_view summary() const {
    const ir::Thinking& thinking = request_.thinking;
    if (own()) return thinking.summary;
    const bool hidden =
        thinking.mode == Mode::off || thinking.effort == "none" || thinking.display == "omitted" || !thinking.show.value_or(true);
    return asked() && !hidden ? "auto" : "";
  }

  [[nodiscard]] bool asked() const {
    const ir::Thinking& thinking = request_.thinking;
    return thinking.mode != Mode::unset || !thinking.effort.empty() || thinking.budget || thinking.show.value_or(false);
  }

  void write_reasoning() {
    const ir::Thinking& thinking = request_.thinking;
    if (!asked() && thinking.raw.empty() && thinking.summary.empty()) return;
    if (!target_.reasoning) return lose(rule(Field::thinking, Cause::model));
    if (own() && !thinking.raw.empty() && target_.efforts.empty()) {
      out_.key("reasoning").raw(thinking.raw);
      return;
    }
    const std::string_view word = effort();
    const std::string_view wanted_summary = summary();
    std::string others;
    json::Document document;
    if (own() && document.parse(thinking.raw)) others = members_except(document.root(), "effort summary generate_summary");
    if (word.empty() && wanted_summary.empty() && others.empty()) return;
    out_.key("reasoning").begin_object();
    if (!word.empty()) out_.key("effort").string(word);
    if (!wanted_summary.empty()) out_.key("summary").string(wanted_summary);
    write_members(others, out_);
    out_.end_object();
  }

  [[nodiscard]] bool wants_encrypted() const {
    if (own()) return request_.thinking.encrypted;
    return target_.reasoning && asked() && wanted_effort(request_.thinking) != "none";
  }

  // Nothing is kept at the vendor for clients whose format knows no such thing; what reasoning must come back travels
  // with them.
  void write_state() {
    if (!request_.previous_response.empty()) out_.key("previous_response_id").string(request_.previous_response);
    if (!own())
      out_.key("store").boolean(request_.store.value_or(false));
    else if (request_.store)
      out_.key("store").boolean(*request_.store);
    std::string include;
    for (const ir::Extra& extra : request_.extras)
      if (own() && extra.name == "include") include = extra.raw;
    if (include.empty() && wants_encrypted()) include = R"(["reasoning.encrypted_content"])";
    if (!include.empty()) out_.key("include").raw(include);
  }

  void write_identity() {
    if (!request_.user.empty()) {
      const std::string user = legal_form(request_.user, user_rule);
      if (user != request_.user) lose(rule(Field::user, Cause::range));
      out_.key("user").string(user);
    }
    if (!request_.metadata.empty()) out_.key("metadata").raw(request_.metadata);
    if (!request_.cache_key.empty()) out_.key("prompt_cache_key").string(request_.cache_key);
    if (!request_.service_tier.empty() && openai())
      out_.key("service_tier").string(request_.service_tier);
    else if (!request_.service_tier.empty())
      lose(rule(Field::service_tier, Cause::absent));
  }

  const ir::ChatRequest& request_;
  const Target& target_;
  Losses& losses_;
  json::Writer& out_;
};

}  // namespace

Result<std::string> OpenAiResponses::encode_request(const ir::ChatRequest& request, const Target& target, Losses& losses) {
  if (auto held = held_by_vendor(request, id, responses::loss_table)) return *std::move(held);
  if (request.candidates.value_or(1) > 1) {
    return refusal(std::string(field_name(request.origin, Field::candidates)), rule(Field::candidates, Cause::absent));
  }
  std::string body;
  json::Writer out(body);
  out.begin_object().key("model").string(target.model.empty() ? std::string_view(request.model) : target.model);
  if (Status written = responses::ItemsWriter(request, losses, out).write(); !written) return written.error();
  RequestWriter(request, target, losses, out).write();
  out.end_object();
  return body;
}

}  // namespace omniroute::codec
