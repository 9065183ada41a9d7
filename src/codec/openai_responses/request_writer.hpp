#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "omniroute/codec/codec.hpp"
#include "omniroute/json/writer.hpp"
#include "shared/history.hpp"

namespace omniroute::codec::responses {

/// Writes `instructions` and `input`: the system text, then the arranged history as items.
class ItemsWriter {
 public:
  ItemsWriter(const ir::ChatRequest& request, Losses& losses, json::Writer& out);
  /// Refused (unsupported, naming the field): media that the format has no place for.
  Status write();

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::openai_responses; }
  [[nodiscard]] HistoryRules rules();
  [[nodiscard]] bool held_elsewhere() const;
  [[nodiscard]] const LossRule* refuses(const ir::Part& part) const;
  void write_instructions();
  void write_system_items();
  void write_turn(const ArrangedTurn& turn);
  void write_assistant(const ArrangedTurn& turn);
  std::size_t write_message(const ArrangedTurn& turn, std::size_t first);
  std::size_t write_reasoning(const ArrangedTurn& turn, std::size_t first);
  void write_call(const Item& item, const ir::ToolCall& call);
  void write_results(const ArrangedTurn& turn);
  void write_result(const Item& item, const ir::ToolResult& result, std::size_t turn);
  void write_said(const ArrangedTurn& turn);
  void write_input_part(const ir::Part& part, std::string_view speaker, std::size_t turn);
  void write_text(std::string_view type, const ir::Text& text, std::string_view speaker);
  void write_media(const ir::Media& media, std::size_t turn);
  /// An item as its own format wrote it, but for an id that no vendor issued.
  void write_raw(std::string_view type, std::string_view raw);
  void write_extra(std::string_view type, std::string_view members);
  void note_cache(std::string_view cache);
  void refuse(std::size_t turn, const LossRule& rule);

  const ir::ChatRequest& request_;
  Losses& losses_;
  json::Writer& out_;
  std::unordered_set<std::string_view> signed_items_;  // reasoning items whose bytes are known
  std::unordered_set<std::string> custom_calls_;       // wire ids of the last turn's free-text calls
  bool system_alone_ = false;                          // no turn at all
  std::optional<Error> error_;
};

}  // namespace omniroute::codec::responses
