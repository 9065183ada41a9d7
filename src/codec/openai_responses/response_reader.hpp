#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/ir/event.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::codec::responses {

/// Reads an answer, whether its items come in events or whole. State is keyed by output_index, because behind some
/// resellers an item's id changes from event to event.
class ResponseReader {
 public:
  /// A member of response.created and the like, or the whole answer: id, model, time.
  void begin(json::Value response, ir::Events& out);
  /// response.output_item.added and .done; a whole answer's items are only done.
  void item_added(std::int64_t index, json::Value item, ir::Events& out);
  void item_done(std::int64_t index, json::Value item, ir::Events& out);

  enum class Kind : std::uint8_t { text, refusal, summary, thought, arguments };
  /// More of a piece. `number` is content_index or summary_index.
  void delta(std::int64_t index, Kind kind, std::int64_t number, std::string_view text, ir::Events& out);
  /// The piece's whole text, which counts only where no delta came.
  void whole(std::int64_t index, Kind kind, std::int64_t number, std::string_view text, ir::Events& out);
  void note(std::int64_t index, std::int64_t number, json::Value annotation, ir::Events& out);

  /// The final response object: items that no event told of, usage, finish, end. `whole`: it is the answer's body; a
  /// failed one with output is told as what it holds.
  void end(json::Value response, bool whole, ir::Events& out);
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  void fail(Error error, ir::Events& out);

 private:
  struct Piece {
    Kind kind;
    std::int64_t number;
    std::uint32_t part;
    bool open = true;
    bool filled = false;
    bool noted = false;  // its annotations were told
  };
  struct Item {
    std::int64_t index;
    std::string type{};
    std::string id{};
    std::string extra{};
    ir::ToolCall call{};
    bool done = false;
    std::vector<Piece> pieces{};
  };

  Item& item_at(std::int64_t index);
  Piece* find(Item& item, Kind kind, std::int64_t number) noexcept;
  Piece& open(Item& item, Kind kind, std::int64_t number, ir::Events& out);
  void close(Piece& piece, ir::Events& out);
  void close_all(Item& item, ir::Events& out);
  void describe(Item& item, json::Value value);
  void open_call(Item& item, ir::Events& out);
  [[nodiscard]] ir::Finish read_finish(json::Value response) const;
  void finish_message(Item& item, json::Value value, ir::Events& out);
  void finish_reasoning(Item& item, json::Value value, ir::Events& out);
  void finish_call(Item& item, json::Value value, ir::Events& out);
  void finish_foreign(const Item& item, json::Value value, ir::Events& out);

  std::vector<Item> items_;
  std::uint32_t parts_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  bool has_calls_ = false;
};

}  // namespace omniroute::codec::responses
