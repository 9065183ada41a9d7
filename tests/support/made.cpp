#include "made.hpp"

#include <array>
#include <string>

namespace omniroute::tests {
namespace {

using domain::Format;

constexpr std::array pieces{"a", "\"q\"", "\\", "\n", "é", "敏捷", "😀", " ", "<x>", "plain words", "{\"a\":1}", "\t"};

class Answers {
 public:
  explicit Answers(unsigned seed) : dice_(seed) {}
  ir::Events make() {
    ir::Events out;
    ir::Start start;
    start.id = "msg_" + std::to_string(roll(1000));
    start.model = "m";
    start.created = 1'800'000'000;
    out.push_back(start);
    bool calls = false;
    for (int n = roll(4); n >= 0; --n) calls = some_parts(out) || calls;
    ir::Usage usage;
    usage.input = roll(1000) + 100;
    usage.output = roll(1000) + 50;
    usage.reasoning = roll(40);
    usage.cache_read = roll(100);
    usage.cache_write = roll(50);
    out.push_back(usage);
    ir::Finish finish;
    finish.reason = calls ? ir::FinishClass::tool : roll(3) == 0 ? ir::FinishClass::length : ir::FinishClass::stop;
    out.push_back(finish);
    out.push_back(ir::End{});
    return out;
  }

 private:
  int roll(int sides) { return static_cast<int>(dice_() % static_cast<unsigned>(sides)); }
  std::string piece() {
    std::string out;
    for (int n = roll(4); n >= 0; --n) out += pieces[static_cast<std::size_t>(roll(10))];
    return out;
  }
  void open(ir::Events& out, ir::PartOpen::Kind kind) {
    ir::PartOpen opened;
    opened.part = parts_;
    opened.kind = kind;
    if (kind == ir::PartOpen::Kind::tool_call) {
      opened.call.id = "call_" + std::to_string(parts_);
      opened.call.name = "tool_" + std::to_string(roll(3));
    }
    ++parts_;
    out.push_back(std::move(opened));
  }
  // True if they were calls.
  bool some_parts(ir::Events& out) {
    const int kind = roll(4);
    if (kind < 2) {
      open(out, kind == 0 ? ir::PartOpen::Kind::reasoning : ir::PartOpen::Kind::text);
      for (int n = roll(3); n >= 0; --n) out.push_back(ir::PartDelta{parts_ - 1, piece()});
      out.push_back(ir::PartClose{parts_ - 1});
      return false;
    }
    // Two calls, their arguments in turns.
    const std::uint32_t first = parts_;
    open(out, ir::PartOpen::Kind::tool_call);
    if (kind == 3) open(out, ir::PartOpen::Kind::tool_call);
    for (const char* part : {"{\"a\":", "[1.0,", "\"x\\\"\"]", "}"})
      for (std::uint32_t call = first; call < parts_; ++call) out.push_back(ir::PartDelta{call, part});
    for (std::uint32_t call = first; call < parts_; ++call) out.push_back(ir::PartClose{call});
    return true;
  }
  std::mt19937 dice_;
  std::uint32_t parts_ = 0;
};

/// Only what the format can say, as its reader gives it.
class Requests {
 public:
  Requests(unsigned seed, Format format) : dice_(seed), format_(format) {}

  ir::ChatRequest make() {
    ir::ChatRequest out;
    out.origin = format_;
    out.model = is(Format::gemini) ? "" : "m";
    out.stream = !is(Format::gemini) && roll(2) == 0;
    out.include_usage = !is(Format::openai_chat) || out.stream;
    if (roll(2) == 0) system(out);
    if (roll(3) > 0) tools(out);
    turns(out);
    settings(out);
    return out;
  }

 private:
  [[nodiscard]] bool is(Format format) const noexcept { return format_ == format; }
  int roll(int sides) { return static_cast<int>(dice_() % static_cast<unsigned>(sides)); }

  std::string words() {
    std::string out = "w";  // never blank
    for (int n = roll(5); n >= 0; --n) out += pieces[static_cast<std::size_t>(roll(static_cast<int>(pieces.size())))];
    return out + ".";
  }

  ir::Part text() {
    ir::Text out;
    out.text = words();
    return {std::move(out)};
  }

  void system(ir::ChatRequest& out) {
    for (int n = is(Format::openai_responses) ? 0 : roll(2); n >= 0; --n) out.system.push_back(text());
    out.instructions = is(Format::openai_responses);
  }

  void tools(ir::ChatRequest& out) {
    for (int n = 0; n < 2; ++n) {
      ir::Tool tool;
      tool.name = "tool_" + std::to_string(n);
      tool.description = words();
      tool.schema = R"({"type":"object","properties":{"title":{"type":"string"},"n":{"type":"integer","minimum":1}},"required":["n"]})";
      out.tools.push_back(std::move(tool));
    }
    using Mode = ir::ToolChoice::Mode;
    constexpr std::array modes{Mode::unset, Mode::automatic, Mode::none, Mode::required, Mode::one};
    out.tool_choice.mode = modes[static_cast<std::size_t>(roll(5))];
    if (out.tool_choice.mode == Mode::one) {
      out.tool_choice.names.emplace_back("tool_1");
      out.tool_choice.subset_required = is(Format::gemini);
    }
    if (is(Format::gemini) && out.tool_choice.mode == Mode::required) out.tool_choice.subset_required = true;
    const bool lasting = out.tool_choice.mode != Mode::none && out.tool_choice.mode != Mode::unset;
    if (!is(Format::gemini) && lasting && roll(3) == 0) out.parallel_tools = false;
  }

  ir::Part image() {
    ir::Media media;
    media.origin = format_;
    media.mime = "image/png";
    media.data = "iVBORw0KGgo=";
    if (roll(2) == 0) {
      media.source = ir::Media::Source::url;
      media.data = "https://example.com/a.png";
      if (is(Format::openai_responses) || is(Format::anthropic)) media.mime.clear();  // these readers do not look at the address
    }
    return {std::move(media)};
  }

  void turns(ir::ChatRequest& out) {
    for (int n = roll(4); n > 0; --n) {
      user(out);
      const int calls = out.tools.empty() ? 0 : roll(3);
      assistant(out, calls);
      if (calls > 0) results(out, calls);
    }
    user(out);
  }

  void user(ir::ChatRequest& out) {
    ir::Turn turn;
    turn.parts.push_back(text());
    if (roll(4) == 0) turn.parts.push_back(image());
    out.turns.push_back(std::move(turn));
  }

  void assistant(ir::ChatRequest& out, int calls) {
    ir::Turn turn;
    turn.role = ir::Role::assistant;
    if (calls == 0 || roll(2) == 0) turn.parts.push_back(text());
    for (int n = 0; n < calls; ++n) {
      ir::ToolCall call;
      call.id = "call_" + std::to_string(next_call_ + n);
      call.name = "tool_" + std::to_string(roll(2));
      call.arguments = R"({"n":12345678901234567890,"x":1.0,"title":"é"})";
      names_.push_back(call.name);
      turn.parts.push_back({std::move(call)});
    }
    out.turns.push_back(std::move(turn));
  }

  void results(ir::ChatRequest& out, int calls) {
    for (int n = 0; n < calls; ++n) {
      ir::ToolResult result;
      result.call_id = "call_" + std::to_string(next_call_++);
      if (is(Format::gemini)) result.name = names_[names_.size() - static_cast<std::size_t>(calls - n)];
      result.content.push_back(text());
      ir::Turn turn;
      turn.parts.push_back({std::move(result)});
      out.turns.push_back(std::move(turn));
    }
  }

  void settings(ir::ChatRequest& out) {
    if (is(Format::anthropic) || roll(2) == 0) out.max_output = 100 + roll(1000);
    if (roll(3) == 0) out.temperature = 0.25 * roll(5);
    if (roll(3) == 0 && !out.temperature) out.top_p = 0.5;
    if (roll(3) == 0 && !is(Format::openai_responses)) out.stop = {"END", "two words"};
    if (roll(3) == 0 && (is(Format::openai_chat) || is(Format::gemini))) out.seed = roll(100);
    if (roll(3) == 0 && !is(Format::gemini)) out.user = "user-7";
    if (roll(4) == 0 && out.tools.empty()) {
      out.output.kind = ir::OutputFormat::Kind::schema;
      out.output.schema = R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})";
      if (is(Format::openai_chat) || is(Format::openai_responses)) out.output.name = "answer";
    }
    if (roll(4) == 0 && (is(Format::openai_chat) || is(Format::openai_responses))) {
      out.thinking.effort = "high";
      out.thinking.mode = ir::Thinking::Mode::on;
    }
  }

  std::mt19937 dice_;
  Format format_;
  int next_call_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

ir::ChatRequest made_request(unsigned seed, Format format) { return Requests(seed, format).make(); }

ir::Events made_answer(unsigned seed) { return Answers(seed).make(); }

}  // namespace omniroute::tests
