#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gemini/models.hpp"
#include "omniroute/codec/codec.hpp"
#include "omniroute/json/writer.hpp"
#include "shared/history.hpp"

namespace omniroute::codec::gemini {

/// What the documentation gives for a call whose signature is not known (another vendor made it).
inline constexpr std::string_view bypass_signature = "skip_thought_signature_validator";

/// Writes `systemInstruction` and `contents`.
class ContentsWriter {
 public:
  ContentsWriter(const ir::ChatRequest& request, const ModelTraits& traits, Losses& losses, json::Writer& out);
  /// `added`: one more system text, or "". Refused (unsupported, naming the field): files that lie at another vendor.
  Status write(std::string_view added);

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::gemini; }
  [[nodiscard]] HistoryRules rules() const;
  void write_system(std::string_view added);
  void write_turn(const ArrangedTurn& turn, bool current);
  void write_model_parts(const ArrangedTurn& turn, bool current);
  void write_user_parts(const ArrangedTurn& turn);
  void write_text(std::string_view text, bool thought, std::string_view signature);
  void write_call(const Item& item, const ir::ToolCall& call, std::string_view signature);
  void write_result(const Item& item, const ir::ToolResult& result, std::size_t turn);
  void write_response(const ir::ToolResult& result);
  void write_media(const ir::Media& media, std::size_t turn);
  void write_other(const Item& item, std::size_t turn);
  void note_cache(std::string_view cache);

  const ir::ChatRequest& request_;
  const ModelTraits& traits_;
  Losses& losses_;
  json::Writer& out_;
  std::optional<Error> error_;
};

/// Writes `tools` and `toolConfig`.
void write_tools(const ir::ChatRequest& request, const Target& target, Losses& losses, json::Writer& out);

}  // namespace omniroute::codec::gemini
