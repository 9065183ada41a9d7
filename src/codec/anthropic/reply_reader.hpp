#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"
#include "omniroute/json/document.hpp"
#include "shared/finish.hpp"

/// Reads events of a stream and whole answers alike: a whole block is one that opens, has all its content and closes.
namespace omniroute::codec::anthropic {

class ReplyReader {
 public:
  /// One event of a stream; `type` is its type, taken from the event's name where the data has none.
  void take(std::string_view type, json::Value event, ir::Events& out);
  /// A whole message.
  void take_message(json::Value message, ir::Events& out);
  void body_ended(ir::Events& out);
  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  // The block that is open; there is one at most.
  struct Block {
    std::int64_t index = 0;
    std::uint32_t part = 0;
    ir::PartOpen::Kind kind = ir::PartOpen::Kind::text;
    std::string signature;
    std::string start_input;  // a call's input as the start gave it
    bool any_input = false;
    std::string foreign_type;
    std::string foreign;  // the start's raw block
    std::string tail;     // a foreign block's input or content, as its deltas give it
  };

  void begin(json::Value message, ir::Events& out);
  void open_block(std::int64_t index, json::Value block, ir::Events& out);
  void open_part(ir::PartOpen open, ir::Events& out);
  void take_delta(json::Value delta, ir::Events& out);
  void close_block(ir::Events& out);
  void close_foreign(ir::Events& out);
  void take_citation(json::Value citation, ir::Events& out);
  void take_end(json::Value delta);
  void end(ir::Events& out);
  void say(std::string_view text, ir::Events& out);

  std::optional<Block> block_;
  std::uint32_t parts_ = 0;
  bool started_ = false;
  bool any_call_ = false;
  std::string waiting_program_;  // the server tool whose code called a client's tool and has no result yet
  bool ended_ = false;
  AnthropicUsage usage_;
  std::optional<ir::Finish> finish_;
};

}  // namespace omniroute::codec::anthropic
