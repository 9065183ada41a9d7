#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"
#include "omniroute/json/writer.hpp"
#include "shared/history.hpp"

/// Pieces of the writer of chat requests.
namespace omniroute::codec::chat {

/// Writes `messages`: system texts, then the arranged history.
class MessagesWriter {
 public:
  MessagesWriter(const ir::ChatRequest& request, const Target& target, Losses& losses, json::Writer& out);
  /// Refused (unsupported, naming the field): media that the format has no place for.
  Status write();

 private:
  void write_system();
  void write_system_of_chat();
  void write_user(const ArrangedTurn& turn);
  void write_results(const ArrangedTurn& turn);
  void write_result(const Item& item, const ir::ToolResult& result);
  void write_assistant(const ArrangedTurn& turn);
  void write_call(const Item& item, const ir::ToolCall& call);
  void write_system_turn(const ArrangedTurn& turn);
  void write_parts(const std::vector<const ir::Part*>& parts, std::size_t turn);
  void write_text(const ir::Text& text);
  void write_media(const ir::Media& media, std::size_t turn);
  void write_document(const ir::Media& media, std::size_t turn);
  void write_cache(std::string_view cache);
  void write_extra(const ArrangedTurn& turn);
  void refuse(std::size_t turn, const LossRule& rule);
  [[nodiscard]] bool marks() const noexcept;
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::openai_chat; }

  const ir::ChatRequest& request_;
  const Target& target_;
  Losses& losses_;
  json::Writer& out_;
  std::optional<Error> error_;
};

/// Writes `tools`, `tool_choice` and `parallel_tool_calls`.
void write_tools(const ir::ChatRequest& request, const Target& target, Losses& losses, json::Writer& out);

}  // namespace omniroute::codec::chat
