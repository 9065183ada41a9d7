#include "shared/history.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace omniroute::codec {
namespace {

using ir::Role;

constexpr std::string_view minimal_text = ".";
constexpr std::string_view go_on_text = "Continue.";
constexpr std::string_view no_result_text = "There is no result: the call was interrupted.";

struct Call {
  const ir::ToolCall* call;
  std::size_t item;  // its place in the block
  const ir::Part* result = nullptr;
  const ir::Turn* answered_by = nullptr;
  std::size_t result_rank = 0;  // order in which results came
};

/// A stretch of one role with the calls it holds and their results.
struct Block {
  ArrangedTurn turn;
  std::vector<Call> calls;
  bool followed = false;  // by results: what the assistant says next is a turn of its own
};

/// Neighbouring parts of a turn that one speaker can have said.
struct Run {
  const ir::Turn* turn;
  std::size_t n;  // the turn's place in the request
  std::size_t begin, end;
};

/// Only an assistant calls, and no assistant answers its own call, whatever turn a client put them in.
Role speaker(const ir::Part& part, Role role) noexcept {
  if (std::holds_alternative<ir::ToolCall>(part.value)) return Role::assistant;
  return std::holds_alternative<ir::ToolResult>(part.value) ? Role::user : role;
}

class Arranger {
 public:
  Arranger(const ir::ChatRequest& request, const HistoryRules& rules, Losses& losses) : request_(request), rules_(rules), losses_(losses) {}

  History run() {
    for (std::size_t n = 0; n < request_.turns.size(); ++n) {
      const ir::Turn& turn = request_.turns[n];
      Run run{&turn, n, 0, 0};
      while (run.begin < turn.parts.size()) {
        const Role role = speaker(turn.parts[run.begin], turn.role);
        run.end = run.begin + 1;
        while (run.end < turn.parts.size() && speaker(turn.parts[run.end], turn.role) == role) ++run.end;
        switch (role) {
          case Role::assistant: take_assistant(run); break;
          case Role::user: take_user(run); break;
          case Role::system: take_system(run); break;
        }
        run.begin = run.end;
      }
    }
    name_calls();
    for (Block& block : blocks_) emit(block);
    fit_ends();
    return std::move(out_);
  }

 private:
  void lose(std::string field, Field of, Cause cause) {
    if (const LossRule* rule = find_rule(rules_.losses, of, cause)) note_loss(losses_, std::move(field), *rule);
  }

  const ir::Part& make_text(std::string text) {
    out_.made.push_back(text_part(std::move(text)));
    return out_.made.back();
  }

  bool keeps(const ir::Part& part, Role role, std::size_t turn, std::size_t position) {
    if (const auto* text = std::get_if<ir::Text>(&part.value)) {
      const bool signs = text->opaque && text->opaque->origin == rules_.target;  // a signature may stand on no text
      const bool empty = text->text.empty() && !rules_.empty_text;
      if (!signs && (empty || (rules_.drop_blank && is_blank(text->text)))) return false;
    }
    const auto* foreign = std::get_if<ir::Foreign>(&part.value);
    if (foreign != nullptr && foreign->carried && foreign->origin != rules_.target) return false;
    const LossRule* rule = rules_.refuses ? rules_.refuses(part, role) : nullptr;
    if (rule == nullptr) return true;
    if (rule == &silently) return false;
    note_loss(losses_, turn_field(request_, turn) + ".content." + std::to_string(position), *rule);
    return false;
  }

  void take_assistant(const Run& run) {
    const auto& [source, n, begin, end] = run;
    const ir::Turn& turn = *source;
    Block block{{Role::assistant, {}, &turn, n}, {}};
    for (std::size_t p = begin; p < end; ++p) {
      const ir::Part& part = turn.parts[p];
      const auto* call = std::get_if<ir::ToolCall>(&part.value);
      if (call == nullptr && !keeps(part, Role::assistant, n, p)) continue;
      if (call != nullptr) block.calls.push_back({call, block.turn.items.size()});
      block.turn.items.push_back({&part, {}, {}, &turn});
    }
    if (block.turn.items.empty()) return;
    const bool neighbours = !blocks_.empty() && blocks_.back().turn.role == Role::assistant && !blocks_.back().followed;
    const bool joins = neighbours && (rules_.merge_runs || !blocks_.back().calls.empty());
    if (!joins) {
      blocks_.push_back(std::move(block));
    } else {
      Block& before = blocks_.back();
      const std::size_t shift = before.turn.items.size();
      for (Call& call : block.calls) call.item += shift;
      before.calls.insert(before.calls.end(), block.calls.begin(), block.calls.end());
      before.turn.items.insert(before.turn.items.end(), block.turn.items.begin(), block.turn.items.end());
    }
    index_calls();
  }

  // Later calls hide earlier ones of the same id: ids are reused in later turns.
  void index_calls() {
    const std::size_t block = blocks_.size() - 1;
    for (const Call& call : blocks_.back().calls)
      if (!call.call->id.empty()) latest_[call.call->id] = block;
    if (!blocks_.back().calls.empty()) last_calling_ = block;
  }

  void take_user(const Run& run) {
    const auto& [source, n, begin, end] = run;
    const ir::Turn& turn = *source;
    ArrangedTurn rest{Role::user, {}, &turn, n};
    for (std::size_t p = begin; p < end; ++p) {
      const ir::Part& part = turn.parts[p];
      if (const auto* result = std::get_if<ir::ToolResult>(&part.value)) {
        if (attach(part, *result, turn)) continue;
        if (rules_.keep_orphans)
          rest.items.push_back({&part, legal_form(result->call_id, rules_.call_id), result->name, &turn});
        else
          orphan(*result, rest, n, p);
      } else if (keeps(part, Role::user, n, p)) {
        rest.items.push_back({&part, {}, {}, &turn});
      }
    }
    if (!rest.items.empty()) blocks_.push_back({std::move(rest), {}});
  }

  bool attach(const ir::Part& part, const ir::ToolResult& result, const ir::Turn& turn) {
    Call* call = find_call(result);
    if (call == nullptr) return false;
    if (call->result == nullptr) call->result_rank = next_rank_++;
    call->answered_by = &turn;
    call->result = &part;  // the last one wins, at the first one's place
    blocks_.back().followed = true;
    return true;
  }

  Call* find_call(const ir::ToolResult& result) {
    if (!result.call_id.empty()) {
      const auto known = latest_.find(result.call_id);
      if (known == latest_.end()) return nullptr;
      return pick(
          blocks_[known->second].calls, [&result](const Call& call) { return call.call->id == result.call_id; }, true);
    }
    if (last_calling_ == none) return nullptr;
    std::vector<Call>& calls = blocks_[last_calling_].calls;
    Call* by_name = pick(
        calls, [&result](const Call& call) { return call.call->name == result.name; }, false);
    if (by_name != nullptr || !result.name.empty()) return by_name;
    return pick(
        calls, [](const Call&) { return true; }, false);
  }

  // The first unanswered call that fits, else (if `again`) the last answered one.
  template <class Fits>
  static Call* pick(std::vector<Call>& calls, Fits fits, bool again) {
    Call* answered = nullptr;
    for (Call& call : calls) {
      if (!fits(call)) continue;
      if (call.result == nullptr) return &call;
      answered = &call;
    }
    return again ? answered : nullptr;
  }

  void orphan(const ir::ToolResult& result, ArrangedTurn& rest, std::size_t n, std::size_t position) {
    const std::string_view of = !result.name.empty() ? std::string_view(result.name) : std::string_view(result.call_id);
    std::string text = "[Result of a tool call that is not in this conversation" + (of.empty() ? "" : ": " + std::string(of)) + "]";
    for (const ir::Part& part : result.content)
      if (const auto* words = std::get_if<ir::Text>(&part.value)) text.append("\n").append(words->text);
    if (result.content.empty() && !result.raw.empty()) text.append("\n").append(result.raw);
    rest.items.push_back({&make_text(std::move(text)), {}, {}, nullptr});
    for (const ir::Part& part : result.content)
      if (std::holds_alternative<ir::Media>(part.value) && keeps(part, Role::user, n, position))
        rest.items.push_back({&part, {}, {}, nullptr});
    lose(turn_field(request_, n), Field::orphan_result, Cause::history);
  }

  void take_system(const Run& run) {
    const auto& [source, n, begin, end] = run;
    const ir::Turn& turn = *source;
    ArrangedTurn out{rules_.system_turns ? Role::system : Role::user, {}, &turn, n};
    std::string note;
    for (std::size_t p = begin; p < end; ++p) {
      const ir::Part& part = turn.parts[p];
      if (!keeps(part, Role::system, n, p)) continue;
      const auto* text = std::get_if<ir::Text>(&part.value);
      if (rules_.system_turns) {
        out.items.push_back({&part, {}, {}, &turn});
      } else if (text != nullptr) {
        note.append(note.empty() ? "" : "\n").append(text->text);
      }
    }
    if (!note.empty()) {
      out.items.push_back({&make_text("<system-reminder>\n" + note + "\n</system-reminder>"), {}, {}, nullptr});
      out.source = nullptr;
      const Cause cause = rules_.target == Format::anthropic ? Cause::model : Cause::absent;
      lose(turn_field(request_, n) + ".role", Field::system_turn, cause);
    }
    if (!out.items.empty()) blocks_.push_back({std::move(out), {}});
  }

  // Wire ids and names, in the order of the history so that they stay the same when it grows.
  void name_calls() {
    std::unordered_set<std::string> used;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      if (!rules_.unique_ids) used.clear();
      for (const Call& call : blocks_[b].calls) {
        Item& item = blocks_[b].turn.items[call.item];
        const std::string base = call.call->id.empty() ? made_call_id(call.call->name, blocks_[b].turn.index, call.item) : call.call->id;
        item.id = legal_form(base, rules_.call_id);
        for (std::size_t again = 2; !used.insert(item.id).second; ++again) {
          // A number behind the id; where that is too long or illegal, the hash of both.
          item.id = legal_form(base + "-" + std::to_string(again), rules_.call_id);
        }
        item.name = wire_tool_name(call.call->name_space, call.call->name, rules_.tool_name);
      }
    }
  }

  void emit(Block& block) {
    if (block.calls.empty()) {
      push(std::move(block.turn));
      return;
    }
    std::vector<const Call*> order;
    for (const Call& call : block.calls) order.push_back(&call);
    if (!rules_.call_order) {
      const auto came_first = [](const Call* a, const Call* b) {
        if (a->result == nullptr || b->result == nullptr) return a->result != nullptr;
        return a->result_rank < b->result_rank;
      };
      std::stable_sort(order.begin(), order.end(), came_first);
    }
    ArrangedTurn results{Role::user, {}, nullptr, block.turn.index};
    for (const Call* call : order) {
      const Item& item = block.turn.items[call->item];
      results.items.push_back({call->result != nullptr ? call->result : &make_missing(*call->call), item.id, item.name, call->answered_by});
    }
    push(std::move(block.turn));
    push(std::move(results));
  }

  const ir::Part& make_missing(const ir::ToolCall& call) {
    ir::ToolResult result;
    result.call_id = call.id;
    result.name = call.name;
    result.custom = call.custom;
    result.is_error = true;
    result.content.push_back(text_part(std::string(no_result_text)));
    out_.made.push_back(ir::Part{std::move(result)});
    return out_.made.back();
  }

  void push(ArrangedTurn turn) {
    const bool joins = rules_.merge_runs && !out_.turns.empty() && out_.turns.back().role == turn.role && turn.role != Role::system;
    if (!joins) {
      out_.turns.push_back(std::move(turn));
      return;
    }
    ArrangedTurn& before = out_.turns.back();
    if (before.source == nullptr) before.source = turn.source;
    before.items.insert(before.items.end(), std::make_move_iterator(turn.items.begin()), std::make_move_iterator(turn.items.end()));
  }

  void fit_ends() {
    const auto not_system = [](const ArrangedTurn& turn) { return turn.role != Role::system; };
    const auto first = std::find_if(out_.turns.begin(), out_.turns.end(), not_system);
    const bool lacks_user = first == out_.turns.end() || first->role != Role::user;
    if ((rules_.user_first && lacks_user) || (rules_.some_turn && out_.turns.empty())) {
      ArrangedTurn turn;
      turn.items.push_back({&make_text(std::string(minimal_text)), {}, {}, nullptr});
      out_.turns.insert(out_.turns.begin(), std::move(turn));
    }
    if (rules_.user_last && !out_.turns.empty() && out_.turns.back().role == Role::assistant) {
      ArrangedTurn turn;
      turn.items.push_back({&make_text(std::string(go_on_text)), {}, {}, nullptr});
      lose(turn_field(request_, out_.turns.back().index), Field::begun_answer, Cause::absent);
      out_.turns.push_back(std::move(turn));
    }
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  const ir::ChatRequest& request_;
  const HistoryRules& rules_;
  Losses& losses_;
  std::vector<Block> blocks_;
  std::unordered_map<std::string_view, std::size_t> latest_;
  std::size_t last_calling_ = none;
  std::size_t next_rank_ = 0;
  History out_;
};

}  // namespace

History arrange(const ir::ChatRequest& request, const HistoryRules& rules, Losses& losses) {
  return Arranger(request, rules, losses).run();
}

ir::Part text_part(std::string text) {
  ir::Text out;
  out.text = std::move(text);
  return ir::Part{std::move(out)};
}

bool is_billing_line(std::string_view text) noexcept { return text.starts_with("x-anthropic-billing-header:"); }

bool is_blank(std::string_view text) noexcept { return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos; }

}  // namespace omniroute::codec
