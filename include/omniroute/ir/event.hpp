#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "omniroute/base/error.hpp"
#include "omniroute/ir/chat.hpp"

/// The canonical answer: a list of events. A whole answer is the same events, all at once.
/// Order: Start, then parts (PartOpen, deltas, PartClose), Usage anywhere, Finish, End. Parts are numbered by the reader
/// from 0 in order of opening and may be interleaved; writers whose format wants one at a time put them in line.
/// A Failure ends the list: no Finish and no End after it.
namespace omniroute::ir {

struct Start {
  std::string id;
  std::string model;
  std::int64_t created = 0;  ///< seconds since 1970; 0 = unknown
};

struct PartOpen {
  enum class Kind : std::uint8_t { text, reasoning, tool_call, refusal, media, foreign };
  std::uint32_t part = 0;
  Kind kind = Kind::text;
  ToolCall call;               ///< tool_call: id, name, custom, name_space, item_id (arguments come as deltas)
  bool summary = false;        ///< reasoning
  std::string item_id;         ///< text, refusal, reasoning: the Responses item the part belongs to; parts of one item follow each other
  std::string extra;           ///< raw JSON object of the item's further members, for the same format (Responses phase)
  std::uint32_t choice = 0;    ///< which of several answers (n, candidateCount); formats with one answer leave out all but 0
  std::optional<Media> media;  ///< media: whole
  std::optional<Foreign> foreign;  ///< foreign: whole
};

/// More text of a part: text, reasoning, refusal, or a call's arguments.
struct PartDelta {
  std::uint32_t part = 0;
  std::string text;
};

/// Vendor bytes that belong to a part (a signature).
struct PartOpaque {
  std::uint32_t part = 0;
  Opaque opaque;
};

/// A citation or annotation on a text part: raw for its own format, and what any format can say of it.
struct PartNote {
  std::uint32_t part = 0;
  Format origin = Format::openai_chat;
  std::string raw;
  std::string url;  ///< the cited page; empty if it is none
  std::string title;
  std::string quote;                  ///< the words that are cited, where the format gives them
  std::optional<std::int64_t> begin;  ///< cited range of the part's text, in characters
  std::optional<std::int64_t> end;
};

struct PartClose {
  std::uint32_t part = 0;
};

/// Token counts in one meaning: `input` counts every prompt token, cached ones included; `output` every generated
/// one, reasoning included. The others are parts of those. Absent = not said. Later values replace earlier ones.
struct Usage {
  std::optional<std::int64_t> input;
  std::optional<std::int64_t> output;
  std::optional<std::int64_t> cache_read;
  std::optional<std::int64_t> cache_write;
  std::optional<std::int64_t> reasoning;
  std::optional<std::int64_t> total;
  [[nodiscard]] bool empty() const noexcept { return !input && !output && !cache_read && !cache_write && !reasoning && !total; }
  /// Takes over each member that `later` has.
  void merge(const Usage& later);
};

enum class FinishClass : std::uint8_t { stop, tool, length, filter, pause, error, other };
std::string_view to_string(FinishClass reason) noexcept;

struct Finish {
  FinishClass reason = FinishClass::stop;  ///< settled by the reader: `tool` exactly if calls wait for the client
  std::string raw;                         ///< the provider's own word
  std::string stop_sequence;               ///< the sequence that was met, if known
  std::string extra;                       ///< raw JSON for the same format (stop_details, incomplete_details)
  std::uint32_t choice = 0;                ///< as in PartOpen
  Format origin = Format::openai_chat;     ///< whose `raw` and `extra` these are
};

struct Failure {
  Error error;
};

struct End {};

struct Ping {};

/// The upstream began its answer anew: all events before this one are void. A Start follows.
struct Restart {};

using Event = std::variant<Start, PartOpen, PartDelta, PartOpaque, PartNote, PartClose, Usage, Finish, Failure, End, Ping, Restart>;
using Events = std::vector<Event>;

/// Takes out what a Restart made void, and the Restart itself.
void drop_void(Events& events);

}  // namespace omniroute::ir
