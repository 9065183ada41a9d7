#include "gemini/request_writer.hpp"

#include <algorithm>

#include "gemini/format.hpp"
#include "gemini/losses.hpp"
#include "gemini/schema_writer.hpp"
#include "shared/effort.hpp"
#include "shared/field_reader.hpp"
#include "shared/vendor_state.hpp"

namespace omniroute::codec {
namespace {

using gemini::ModelTraits;
using gemini::rule;
using Mode = ir::Thinking::Mode;

constexpr std::size_t most_stops = 5;
constexpr std::string_view config_prefix = "generationConfig.";

class ConfigWriter {
 public:
  ConfigWriter(const ir::ChatRequest& request, const Target& target, const ModelTraits& traits, Losses& losses, json::Writer& out)
      : request_(request), target_(target), traits_(traits), losses_(losses), out_(out) {}

  /// True if the schema must be said in the system text, because the model takes none beside functions.
  [[nodiscard]] bool schema_as_text() const {
    return !own() && !request_.tools.empty() && !traits_.schema_with_tools && request_.output.kind != ir::OutputFormat::Kind::text;
  }

  void write() {
    out_.key("generationConfig").begin_object();
    write_limit();
    write_number("temperature", request_.temperature, 0, 2, rule(Field::temperature, Cause::range));
    write_number("topP", request_.top_p, 0, 1, rule(Field::top_p, Cause::range));
    if (request_.top_k) out_.key("topK").integer(*request_.top_k);
    if (request_.candidates) out_.key("candidateCount").integer(*request_.candidates);
    if (request_.seed) out_.key("seed").integer(*request_.seed);
    write_number("presencePenalty", request_.presence_penalty, -2, 2, rule(Field::presence_penalty, Cause::range));
    write_number("frequencyPenalty", request_.frequency_penalty, -2, 2, rule(Field::frequency_penalty, Cause::range));
    write_stop();
    write_output();
    write_thinking();
    for (const ir::Extra& extra : request_.extras)
      if (own() && extra.name.starts_with(config_prefix))
        out_.key(std::string_view(extra.name).substr(config_prefix.size())).raw(extra.raw);
    out_.end_object();
  }

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::gemini; }
  void lose(const LossRule& rule) { note_loss(losses_, request_, rule); }

  void write_limit() {
    if (!request_.max_output) return;
    std::int64_t limit = std::max<std::int64_t>(*request_.max_output, 1);
    if (target_.max_output) limit = std::min(limit, *target_.max_output);
    if (limit != *request_.max_output) lose(rule(Field::max_output, Cause::range));
    out_.key("maxOutputTokens").integer(limit);
  }

  void write_number(std::string_view key, const std::optional<double>& value, double lowest, double highest, const LossRule& beyond) {
    if (!value) return;
    const double fit = std::clamp(*value, lowest, highest);
    if (fit != *value) lose(beyond);
    out_.key(key).number(fit);
  }

  void write_stop() {
    if (request_.stop.empty()) return;
    const std::size_t count = std::min(request_.stop.size(), most_stops);
    if (count < request_.stop.size()) lose(rule(Field::stop, Cause::count));
    out_.key("stopSequences").begin_array();
    for (std::size_t n = 0; n < count; ++n) out_.string(request_.stop[n]);
    out_.end_array();
  }

  void write_output() {
    using Kind = ir::OutputFormat::Kind;
    if (request_.output.kind == Kind::text) return;
    if (schema_as_text()) return lose(rule(Field::output_format, Cause::conflict));
    out_.key("responseMimeType").string("application/json");
    if (request_.output.kind != Kind::schema) return;
    using gemini::SchemaForm;
    bool lossy = false;
    const bool json = target_.json_schema_tools;
    const bool as_written = own() && json;
    const std::string schema = as_written
                                   ? request_.output.schema
                                   : gemini::clean_schema(request_.output.schema, json ? SchemaForm::json : SchemaForm::subset, lossy);
    if (lossy) lose(rule(Field::output_format, Cause::words));
    if (!schema.empty()) out_.key(json ? "responseJsonSchema" : "responseSchema").raw(schema);
  }

  /// Whether the client's format shows thoughts, and the client wants them.
  [[nodiscard]] bool shows() const {
    const ir::Thinking& thinking = request_.thinking;
    if (thinking.show) return *thinking.show;
    if (own() || thinking.display == "omitted") return false;
    return request_.origin != Format::openai_responses || !thinking.summary.empty();
  }

  void write_thinking() {
    const ir::Thinking& thinking = request_.thinking;
    const std::string_view wanted = wanted_effort(thinking);
    const bool asked = thinking.mode != Mode::unset || !wanted.empty() || thinking.show.has_value() || !thinking.summary.empty();
    if (!asked) return;
    if (!target_.reasoning || !traits_.thinks) {
      if (wanted != "none" && wanted != "") lose(rule(Field::thinking, Cause::model));
      return;
    }
    out_.key("thinkingConfig").begin_object();
    const bool off = wanted == "none";
    if (thinking.show || (shows() && !off)) out_.key("includeThoughts").boolean(shows());
    if (own() && thinking.budget)
      out_.key("thinkingBudget").integer(*thinking.budget);
    else if (!traits_.levels.empty())
      write_level(wanted);
    else
      write_budget(wanted);
    out_.end_object();
  }

  void write_level(std::string_view wanted) {
    if (request_.thinking.budget == -1) return;  // as the model likes
    if (!target_.efforts.empty() && !wanted.empty()) wanted = nearest_effort(wanted, target_.efforts);
    const EffortRow* row = effort_row(wanted);
    if (row == nullptr) return;
    std::string_view level = row->gemini_level;
    if (!lists(traits_.levels, level)) level = level == "MINIMAL" ? "LOW" : "HIGH";
    const auto same_letter = [](char a, char b) { return (a | 0x20) == b; };
    const bool same_word = std::equal(level.begin(), level.end(), wanted.begin(), wanted.end(), same_letter);
    if (!same_word || request_.thinking.effort.empty()) lose(rule(Field::thinking, Cause::kind));
    out_.key("thinkingLevel").string(level);
  }

  void write_budget(std::string_view wanted) {
    const ir::Thinking& thinking = request_.thinking;
    std::optional<std::int64_t> budget = thinking.budget;
    const EffortRow* row = effort_row(wanted);
    if (!budget && row != nullptr) {
      budget = row->gemini_budget;
      if (wanted == "max") budget = traits_.most_budget;
      if (wanted != "none") lose(rule(Field::thinking, Cause::words));
    }
    if (!budget && thinking.mode == Mode::adaptive) budget = -1;
    if (!budget) return;
    std::int64_t fit = *budget < 0 ? -1 : *budget;
    if (fit == 0 && !traits_.can_be_off) fit = traits_.least_budget;
    if (fit > 0) fit = std::clamp(fit, traits_.least_budget, traits_.most_budget);
    if (fit != *budget) lose(rule(Field::thinking, Cause::range));
    out_.key("thinkingBudget").integer(fit);
  }

  const ir::ChatRequest& request_;
  const Target& target_;
  const ModelTraits& traits_;
  Losses& losses_;
  json::Writer& out_;
};

void note_rest(const ir::ChatRequest& request, Losses& losses) {
  const auto drop = [&](bool there, const LossRule& absent) {
    if (there) note_loss(losses, request, absent);
  };
  drop(!request.user.empty(), rule(Field::user, Cause::absent));
  drop(!request.metadata.empty(), rule(Field::metadata, Cause::absent));
  drop(!request.verbosity.empty(), rule(Field::verbosity, Cause::absent));
  drop(!request.cache_key.empty(), rule(Field::cache_key, Cause::absent));
  drop(!request.service_tier.empty(), rule(Field::service_tier, Cause::absent));
  drop(request.store.value_or(false), rule(Field::store, Cause::absent));
}

std::string schema_in_words(const ir::OutputFormat& output) {
  if (output.kind == ir::OutputFormat::Kind::json) return "Answer with one JSON object and nothing else.";
  return "When you give your final answer, answer with one JSON value and nothing else. It must match this JSON Schema:\n" + output.schema;
}

}  // namespace

Result<std::string> Gemini::encode_request(const ir::ChatRequest& request, const Target& target, Losses& losses) {
  if (auto held = held_by_vendor(request, id, gemini::loss_table)) return *std::move(held);
  const ModelTraits& traits = gemini::traits_of(target.model.empty() ? std::string_view(request.model) : target.model);
  std::string body;
  json::Writer out(body);
  out.begin_object();
  ConfigWriter config(request, target, traits, losses, out);
  const std::string added = config.schema_as_text() ? schema_in_words(request.output) : std::string();
  if (Status written = gemini::ContentsWriter(request, traits, losses, out).write(added); !written) return written.error();
  gemini::write_tools(request, target, losses, out);
  config.write();
  constexpr std::string_view empty_config = R"(,"generationConfig":{})";
  if (body.ends_with(empty_config)) body.resize(body.size() - empty_config.size());
  note_rest(request, losses);
  if (request.origin == id) {
    for (const ir::Extra& extra : request.extras)
      if (!extra.name.starts_with(config_prefix)) out.key(extra.name).raw(extra.raw);
  } else {
    note_extras(losses, request, gemini::loss_table);
  }
  out.end_object();
  return body;
}

}  // namespace omniroute::codec
