#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/codec/codec.hpp"
#include "shared/ids.hpp"
#include "shared/losses.hpp"

/// A conversation in the order its target accepts: every call answered right after its turn and by nothing else, legal
/// ids, turns of one role merged where that is asked for. The request itself is not copied: items point into it.
namespace omniroute::codec {

/// A rule that HistoryRules::refuses may give for what is no loss: its meaning stands elsewhere.
inline constexpr LossRule silently{Field::own_part, Cause::words, Fate::dropped, "(its meaning stands elsewhere)"};

/// What a format demands of a history.
struct HistoryRules {
  Format target = Format::openai_chat;
  NameRule call_id = chat_call_id;
  NameRule tool_name = chat_tool_name;
  bool unique_ids = false;    ///< no call id twice in the whole history (else: not twice in one turn)
  bool merge_runs = false;    ///< neighbouring turns of one role become one
  bool user_first = false;    ///< the first turn that is not system must be the user's
  bool some_turn = false;     ///< there must be a turn at all
  bool user_last = false;     ///< the last turn must not be the assistant's: it is asked to go on
  bool call_order = false;    ///< results stand in the order of their calls; else in their own
  bool system_turns = true;   ///< system turns may stand in the middle; else they become marked user text
  bool drop_blank = false;    ///< text of white space only is refused
  bool empty_text = false;    ///< text without a character may stay
  bool keep_orphans = false;  ///< results whose call is not in the history stay results: the vendor holds the call
  LossRules losses;           ///< the format's table
  /// The rule by which a part cannot go to the target, or null if it can. Called for every part but calls and results.
  std::function<const LossRule*(const ir::Part&, ir::Role)> refuses;
};

/// A part in its place. For calls and their results `id` and `name` are what to write.
struct Item {
  const ir::Part* part = nullptr;
  std::string id;
  std::string name;
  const ir::Turn* source = nullptr;  ///< the turn it came from; null if made
};

struct ArrangedTurn {
  ir::Role role = ir::Role::user;
  std::vector<Item> items;           ///< user turns: results first
  const ir::Turn* source = nullptr;  ///< the (first) turn it came from; null if made
  std::size_t index = 0;             ///< of the source in the request, for the names of losses
};

struct History {
  std::vector<ArrangedTurn> turns;
  std::deque<ir::Part> made;  ///< parts that the request lacks: missing results, notes, minimal turns
};

History arrange(const ir::ChatRequest& request, const HistoryRules& rules, Losses& losses);

/// The tools to offer to a target: each name once; deferred ones (Anthropic defer_loading) only to their own format, or
/// once the history refers to them, or if the search for them was the vendor's own tool.
std::vector<const ir::Tool*> offered_tools(const ir::ChatRequest& request, Format target);

/// A plain text as a part.
ir::Part text_part(std::string text);

/// Text of white space only, or none.
[[nodiscard]] bool is_blank(std::string_view text) noexcept;

/// A line of Claude Code's system text that names its build: it means nothing to other vendors and differs from build to
/// build.
[[nodiscard]] bool is_billing_line(std::string_view text) noexcept;

/// The text of a part that only another format knows, where it can be said in words (references to tools, search
/// results); empty if it cannot.
std::string foreign_text(const ir::Foreign& foreign);

}  // namespace omniroute::codec
