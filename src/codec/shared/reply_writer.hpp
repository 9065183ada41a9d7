#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/codec/codec.hpp"
#include "shared/arguments.hpp"

/// What all writers of answers have in common, once: the client's own tool names and free-text tools restored, a forced
/// output tool turned back into text, surrogate halves joined, empty parts left out, parts put in line, usage merged and
/// the finish held until the end. A format's writer derives and says only how its events look.
namespace omniroute::codec {

/// A part as a format's writer sees it.
struct OpenPart {
  ir::PartOpen open;         ///< names restored; call.id never empty
  std::uint32_t number = 0;  ///< parts that were written before it, any kind
  std::uint32_t call = 0;    ///< tool calls that were written before it (of its choice)
};

class ReplyWriter : public EventEncoder {
 public:
  enum class Order : std::uint8_t {
    as_it_comes,    ///< parts may be open side by side
    one_at_a_time,  ///< a part is opened only when the one before it is closed; the rest waits
  };
  ReplyWriter(const ReplyContext& context, Order order);
  ~ReplyWriter() override;
  void encode_event(const ir::Event& event, std::string& out) final;

 protected:
  // What a format writes. `begin` comes once, before anything else but a `fail`; `finish` and `fail` end the stream.
  virtual void begin(std::string& out) = 0;
  virtual void open(const OpenPart& part, std::string& out) = 0;
  virtual void delta(const OpenPart& part, std::string_view text, std::string& out) = 0;
  virtual void opaque(const OpenPart& part, const ir::Opaque& opaque, std::string& out) = 0;
  virtual void note(const OpenPart& part, const ir::PartNote& note, std::string& out) = 0;
  virtual void close(const OpenPart& part, std::string& out) = 0;
  /// All finishes (one a choice, settled by content) and the usage as merged.
  virtual void finish(const std::vector<ir::Finish>& finishes, const ir::Usage& usage, std::string& out) = 0;
  virtual void fail(const Error& error, std::string& out) = 0;
  virtual void ping(std::string& out) = 0;
  /// True for formats in which an empty text may stand to carry a signature.
  [[nodiscard]] virtual bool signs_empty_text() const { return false; }
  /// Whether a text, reasoning or refusal part counts although nothing may ever be in it.
  [[nodiscard]] virtual bool keeps_empty(const ir::PartOpen& /*part*/) const { return false; }

  /// The answer's id (without a format's prefix if it was made), model and time; from the context where the upstream
  /// gave none. Known when `begin` is called, as is the usage so far.
  [[nodiscard]] const ir::Start& start() const noexcept { return start_; }
  [[nodiscard]] bool made_id() const noexcept { return made_id_; }
  [[nodiscard]] const ir::Usage& usage() const noexcept { return usage_; }
  [[nodiscard]] const ReplyContext& context() const noexcept { return context_; }

 private:
  struct Part;
  void take_start(const ir::Start& start);
  void take_open(const ir::PartOpen& open, std::string& out);
  void take_delta(std::uint32_t number, std::string_view text, std::string& out);
  void take_close(std::uint32_t number, std::string& out);
  void take_finish(const ir::Finish& finish);
  void take_end(std::string& out);
  void take_restart(std::string& out);
  void end_with(const Error& error, std::string& out);

  Part* find(std::uint32_t number) noexcept;
  void restore(ir::PartOpen& open, Part& part);
  bool ready(Part& part, std::string& out);
  void put_delta(Part& part, std::string_view text, std::string& out);
  void close_part(Part& part, std::string& out);
  void next_in_line(std::string& out);
  void begin_once(std::string& out);
  void settle_start();

  ReplyContext context_;
  Order order_;
  ir::Start start_;
  bool made_id_ = false;
  bool begun_ = false;
  bool ended_ = false;
  std::vector<std::unique_ptr<Part>> parts_;
  std::uint32_t written_ = 0;
  std::vector<std::uint32_t> calls_;  // by choice
  std::optional<std::uint32_t> current_;
  std::vector<ir::Finish> finishes_;
  ir::Usage usage_;
  std::string joined_;
};

/// An answer as a whole, folded from its events.
struct FoldedPart {
  OpenPart head;
  std::string text;
  std::vector<ir::Opaque> opaque;
  std::vector<ir::PartNote> notes;
};
struct FoldedReply {
  ir::Start start;
  bool made_id = false;
  std::vector<FoldedPart> parts;
  std::vector<ir::Finish> finishes;
  ir::Usage usage;
  std::optional<Error> failure;
};
FoldedReply fold(const ir::Events& reply, const ReplyContext& context);

/// The name of the tool that stands for an output schema (see output_as_tool).
std::string output_tool_name(const ir::ChatRequest& request);

}  // namespace omniroute::codec
