#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"
#include "omniroute/json/writer.hpp"
#include "shared/history.hpp"

/// Pieces of the writer of anthropic requests.
namespace omniroute::codec::anthropic {

/// What is decided before anything is written: limits and thinking depend on each other and on tool_choice.
struct Plan {
  std::int64_t max_tokens = 0;
  enum class Thinking : std::uint8_t { leave_out, disabled, enabled, adaptive, as_written } thinking = Thinking::leave_out;
  std::int64_t budget = 0;
  std::string_view effort;  ///< output_config.effort, or empty
  bool forced_output = false;
  [[nodiscard]] bool thinks() const noexcept {
    return thinking == Thinking::enabled || thinking == Thinking::adaptive || thinking == Thinking::as_written;
  }
};
Plan make_plan(const ir::ChatRequest& request, const Target& target, Losses& losses);

/// Stands for `json_object`, which the format lacks; read back as that.
inline constexpr std::string_view json_wish = "Answer with one JSON object and nothing else.";

/// At most four cache marks are taken: the first ones beyond that are left out.
class CacheMarks {
 public:
  CacheMarks(const ir::ChatRequest& request, Losses& losses);
  void write(std::string_view cache, json::Writer& out);

 private:
  std::size_t surplus_ = 0;
};

/// Writes `system` and `messages`.
class MessagesWriter {
 public:
  MessagesWriter(const ir::ChatRequest& request, const Target& target, CacheMarks& marks, Losses& losses, json::Writer& out);
  /// Refused (unsupported, naming the field): media that the format has no place for; a begun answer the model does not take.
  Status write();
  void write_system();

 private:
  void write_turn(const ArrangedTurn& turn, bool last);
  void write_item(const Item& item, const ArrangedTurn& turn, bool last_text);
  void write_text(std::string_view text, const ir::Text* source);
  void write_call(const Item& item, const ir::ToolCall& call);
  void write_result(const Item& item, const ir::ToolResult& result, std::size_t turn);
  void write_reasoning(const ir::Reasoning& reasoning);
  void write_media(const ir::Media& media, std::size_t turn);
  void write_image_source(const ir::Media& media, std::size_t turn);
  void write_document_source(const ir::Media& media, std::size_t turn);
  void write_foreign(const ir::Foreign& foreign);
  void refuse(std::size_t turn, const LossRule& rule, std::string_view detail = {});
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::anthropic; }

  const ir::ChatRequest& request_;
  const Target& target_;
  CacheMarks& marks_;
  Losses& losses_;
  json::Writer& out_;
  std::optional<Error> error_;
};

/// Writes `tools` and `tool_choice`.
void write_tools(const ir::ChatRequest& request, const Plan& plan, CacheMarks& marks, Losses& losses, json::Writer& out);

}  // namespace omniroute::codec::anthropic
