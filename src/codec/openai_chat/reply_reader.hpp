#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/codec/codec.hpp"
#include "omniroute/json/document.hpp"
#include "shared/arguments.hpp"

/// Reads chunks of a stream and whole answers alike: a message is one large delta.
namespace omniroute::codec::chat {

class ReplyReader {
 public:
  /// One chunk, or a whole answer. Nothing is read after an error.
  void take(json::Value root, ir::Events& out);
  void fail(Error error, ir::Events& out);
  /// The stream says it is over ([DONE]), or the whole answer was read.
  void end(ir::Events& out);
  /// The body is over. Without a finish that is an error.
  void body_ended(ir::Events& out);
  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  struct Call {
    std::optional<std::int64_t> index;  // as the provider counts, if it does
    std::string id;
    std::string name;
    std::string waiting;  // arguments that came before the name
    std::uint32_t part = 0;
    bool opened = false;
    bool closed = false;
    Balance balance;
  };
  struct Choice {
    std::uint32_t number = 0;
    std::optional<std::uint32_t> text;  // the open part of that kind
    std::optional<std::uint32_t> reasoning;
    std::optional<std::uint32_t> refusal;
    std::optional<std::uint32_t> last_text;  // for annotations that come later
    std::vector<Call> calls;
    std::optional<ir::Finish> finish;
    bool any_call = false;
  };

  Choice& choice(std::int64_t number);
  void take_choice(json::Value value, ir::Events& out);
  void take_message(Choice& choice, json::Value message, ir::Events& out);
  void take_content(Choice& choice, json::Value content, ir::Events& out);
  void take_reasoning(Choice& choice, json::Value message, ir::Events& out);
  void take_calls(Choice& choice, json::Value calls, ir::Events& out);
  void take_call(Choice& choice, json::Value value, ir::Events& out);
  void take_old_call(Choice& choice, json::Value value, ir::Events& out);
  void take_notes(Choice& choice, json::Value annotations, ir::Events& out);
  void take_images(Choice& choice, json::Value images, ir::Events& out);
  void take_audio(json::Value audio);
  void take_finish(Choice& choice, std::string_view word);

  using Slot = std::optional<std::uint32_t> Choice::*;
  void say(Choice& choice, Slot slot, std::string_view text, ir::Events& out);
  void close_texts(Choice& choice, Slot except, ir::Events& out);
  void close_whole_calls(Choice& choice, ir::Events& out);
  Call& call_for(Choice& choice, json::Value value);
  void feed_call(Choice& choice, Call& call, std::string_view arguments, bool custom, ir::Events& out);
  void open_call(Choice& choice, Call& call, bool custom, ir::Events& out);
  void close_all(Choice& choice, ir::Events& out);

  std::vector<Choice> choices_;
  std::uint32_t parts_ = 0;
  bool started_ = false;
  bool anything_ = false;  // any content at all was met
  bool ended_ = false;
  std::string audio_id_, audio_data_, audio_transcript_;
};

}  // namespace omniroute::codec::chat
