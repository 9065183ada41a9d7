#include <algorithm>

#include "anthropic/losses.hpp"
#include "anthropic/request_writer.hpp"
#include "shared/effort.hpp"
#include "shared/reply_writer.hpp"

namespace omniroute::codec::anthropic {
namespace {

using Mode = ir::Thinking::Mode;

constexpr std::int64_t default_max_tokens = 8192;  // for models whose limit nobody knows
constexpr std::int64_t least_budget = 1024;
constexpr std::int64_t default_budget = 16384;  // what `adaptive` without a word comes to

bool forces_a_call(const ir::ToolChoice& choice) noexcept {
  using Choice = ir::ToolChoice::Mode;
  return choice.mode == Choice::required || choice.mode == Choice::one || (choice.mode == Choice::subset && choice.subset_required);
}

bool signed_here(const ir::Part& part) noexcept {
  const auto* reasoning = std::get_if<ir::Reasoning>(&part.value);
  return reasoning != nullptr && std::any_of(reasoning->opaque.begin(), reasoning->opaque.end(),
                                             [](const ir::Opaque& opaque) { return opaque.origin == Format::anthropic; });
}

// With a budget, a turn that holds calls must begin with the thinking that led to them.
bool loop_without_thinking(const ir::ChatRequest& request) noexcept {
  const auto last =
      std::find_if(request.turns.rbegin(), request.turns.rend(), [](const ir::Turn& turn) { return turn.role == ir::Role::assistant; });
  if (last == request.turns.rend()) return false;
  bool calls = false;
  bool thought = false;
  for (auto turn = last; turn != request.turns.rend() && turn->role == ir::Role::assistant; ++turn) {
    for (const ir::Part& part : turn->parts) {
      calls = calls || std::holds_alternative<ir::ToolCall>(part.value);
      thought = thought || signed_here(part);
    }
  }
  return calls && !thought;
}

class Planner {
 public:
  Planner(const ir::ChatRequest& request, const Target& target, Losses& losses) : request_(request), target_(target), losses_(losses) {}

  Plan make() {
    plan_.forced_output = output_as_tool(request_, Format::anthropic, target_);
    choose_limit();
    choose_thinking();
    return plan_;
  }

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::anthropic; }

  void lose(const LossRule& rule) { note_loss(losses_, request_, rule); }

  void choose_limit() {
    plan_.max_tokens = request_.max_output.value_or(target_.max_output.value_or(default_max_tokens));
    if (target_.max_output && plan_.max_tokens > *target_.max_output) {
      plan_.max_tokens = *target_.max_output;
      lose(rule(Field::max_output, Cause::range));
    }
    if (!own()) plan_.max_tokens = std::max<std::int64_t>(plan_.max_tokens, 1);
  }

  [[nodiscard]] std::string_view effort_word() const {
    const EffortRow* row = effort_row(wanted_effort(request_.thinking));
    if (row == nullptr) return {};
    return target_.efforts.empty() ? row->anthropic_effort : nearest_effort(row->anthropic_effort, target_.efforts);
  }

  void choose_thinking() {
    const ir::Thinking& thinking = request_.thinking;
    const std::string_view effort = wanted_effort(thinking);
    if (thinking.mode == Mode::unset && effort.empty()) return;
    if (!target_.reasoning) return lose(rule(Field::thinking, Cause::model));
    // Its own clients set effort and thinking apart from each other.
    const bool effort_alone = own() && thinking.mode == Mode::unset;
    if (effort_alone || (own() && thinking.mode == Mode::off)) {
      if (thinking.mode == Mode::off) plan_.thinking = Plan::Thinking::disabled;
      if (!thinking.effort.empty()) set_effort_alone();
      return;
    }
    if (thinking.mode == Mode::off || effort == "none") {
      if (target_.adaptive_thinking) plan_.thinking = Plan::Thinking::disabled;  // older models do not think unasked
      return;
    }
    if (plan_.forced_output || forces_a_call(request_.tool_choice)) return lose(rule(Field::thinking, Cause::conflict));
    if (own() && !thinking.raw.empty()) {
      plan_.thinking = Plan::Thinking::as_written;
      plan_.effort = effort_given();
      return;
    }
    // The newest models refuse budgets; they are those that take no sampling either.
    const bool keeps_budget = own() && thinking.mode == Mode::on && target_.sampling;
    if (target_.adaptive_thinking && !keeps_budget) {
      plan_.thinking = Plan::Thinking::adaptive;
      plan_.effort = effort_word();
      if (thinking.effort.empty() && thinking.budget) lose(rule(Field::thinking, Cause::kind));
      return;
    }
    set_budget();
    if (own() && target_.adaptive_thinking) plan_.effort = effort_given();
  }

  [[nodiscard]] std::string_view effort_given() const { return request_.thinking.effort.empty() ? std::string_view() : effort_word(); }

  void set_effort_alone() {
    if (target_.adaptive_thinking || target_.efforts.empty()) {
      plan_.effort = effort_given();
    } else {
      lose(rule(Field::thinking, Cause::lacking));
    }
  }

  void set_budget() {
    const ir::Thinking& thinking = request_.thinking;
    if (loop_without_thinking(request_)) return lose(rule(Field::thinking, Cause::history));
    std::int64_t budget = wanted_budget(thinking).value_or(default_budget);
    if (budget < 0) budget = least_budget;  // -1, "as you like", which this format cannot say
    const std::int64_t fit = std::min(std::max(budget, least_budget), plan_.max_tokens - 1);
    if (fit < least_budget) return lose(rule(Field::thinking, Cause::room));
    if (!thinking.budget) lose(rule(Field::thinking, Cause::words));
    if (thinking.budget && fit != *thinking.budget) lose(rule(Field::thinking, Cause::range));
    plan_.thinking = Plan::Thinking::enabled;
    plan_.budget = fit;
  }

  const ir::ChatRequest& request_;
  const Target& target_;
  Losses& losses_;
  Plan plan_;
};

std::size_t marks_in(const std::vector<ir::Part>& parts) noexcept {
  std::size_t count = 0;
  for (const ir::Part& part : parts) {
    const std::string* cache = nullptr;
    if (const auto* text = std::get_if<ir::Text>(&part.value)) cache = &text->cache;
    if (const auto* media = std::get_if<ir::Media>(&part.value)) cache = &media->cache;
    if (const auto* call = std::get_if<ir::ToolCall>(&part.value)) cache = &call->cache;
    if (const auto* result = std::get_if<ir::ToolResult>(&part.value)) {
      cache = &result->cache;
      count += marks_in(result->content);
    }
    count += cache != nullptr && !cache->empty() ? 1 : 0;
  }
  return count;
}

}  // namespace

Plan make_plan(const ir::ChatRequest& request, const Target& target, Losses& losses) { return Planner(request, target, losses).make(); }

CacheMarks::CacheMarks(const ir::ChatRequest& request, Losses& losses) {
  constexpr std::size_t most = 4;
  std::size_t count = marks_in(request.system);
  for (const ir::Tool& tool : request.tools) count += tool.cache.empty() ? 0 : 1;
  for (const ir::Turn& turn : request.turns) count += marks_in(turn.parts);
  for (const ir::Extra& extra : request.extras) count += extra.name == "cache_control" ? 1 : 0;
  if (count <= most) return;
  surplus_ = count - most;
  note_loss(losses, "cache_control", rule(Field::cache_mark, Cause::count));
}

void CacheMarks::write(std::string_view cache, json::Writer& out) {
  if (cache.empty()) return;
  if (surplus_ > 0) {
    --surplus_;
    return;
  }
  out.key("cache_control").raw(cache);
}

}  // namespace omniroute::codec::anthropic
