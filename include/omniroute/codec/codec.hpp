#pragma once
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/domain/format.hpp"
#include "omniroute/http/sse.hpp"
#include "omniroute/ir/chat.hpp"
#include "omniroute/ir/event.hpp"

/// Wire formats to and from the canonical form: one reader and one writer each, no pairs. Nothing here knows a socket or
/// a provider's name; oddities of providers come in as `Target` members.
namespace omniroute::codec {

using domain::Format;

/// What was lost on the way to a target.
struct Loss {
  enum class How : std::uint8_t { nearest, dropped };
  std::string field;  ///< the client's name of it: "stop", "messages.3.content.1"
  How how = How::dropped;
  std::string why;  ///< one clause for people
};
using Losses = std::vector<Loss>;

/// Where a request goes, as far as its wording depends on it. Defaults suit the format's own vendor.
struct Target {
  std::string_view model;                  ///< the name to send
  std::optional<std::int64_t> max_output;  ///< the model's own limit; requests are clamped to it
  bool legacy_max_tokens = false;          ///< chat: knows only `max_tokens`
  bool reasoning_content = false;          ///< chat: takes `reasoning_content` back on assistant turns
  bool stream_usage = true;                ///< chat: takes `stream_options.include_usage`
  bool developer_role = false;             ///< chat: knows the role "developer"
  bool custom_tools = true;                ///< chat: knows tools of type custom; else they go as functions with one string
  bool cache_marks = false;                ///< chat: takes `cache_control` on parts and tools
  bool reasoning = true;                   ///< the model thinks; if not, effort and thinking are left out
  std::string_view efforts;                ///< words of effort the model takes, apart by spaces; empty = not known
  bool system_turns = false;               ///< anthropic: takes role system inside messages
  bool prefill = true;                     ///< anthropic: takes a final assistant turn to go on from
  bool adaptive_thinking = false;          ///< anthropic: takes thinking.type adaptive and output_config.effort
  bool sampling = true;                    ///< anthropic: takes temperature, top_p, top_k
  bool output_format = true;               ///< anthropic: takes output_config.format; else one forced tool stands for it
  bool json_schema_tools = true;           ///< gemini: takes parametersJsonSchema / responseJsonSchema
};

/// Holds one stream's state while it is read. Feed every event in order, then call finish() once.
class EventDecoder {
 public:
  virtual ~EventDecoder() = default;
  /// Appends what the event means to `out`. Events that are unknown or not JSON are skipped: if one held the end, the
  /// stream has none.
  virtual void decode_event(const http::SseEvent& event, ir::Events& out) = 0;
  /// The body ended. A stream without its normal end yields a Failure (upstream_protocol), never a clean End.
  virtual void finish(ir::Events& out) = 0;
};

/// What the writer of a stream needs to know of the request it answers.
struct ReplyContext {
  std::string model;                         ///< the name the client asked for, used where the upstream gave none
  std::string fallback_id;                   ///< an id for the answer where the upstream gave none, without the format's prefix
  std::int64_t created = 0;                  ///< seconds since 1970, where the upstream gave none
  bool include_usage = false;                ///< chat: a usage chunk was asked for
  bool json_array = false;                   ///< gemini: a stream as one JSON array instead of server-sent events (no alt=sse)
  bool output_as_tool = false;               ///< see codec::output_as_tool
  const ir::ChatRequest* request = nullptr;  ///< for echoes (Responses) and the client's own tool names; may be null
};

/// True if the request, sent to `target`, asks for its output schema by one forced tool (anthropic models without
/// output_config.format). The answer's writer must know, to give the tool's input back as text.
bool output_as_tool(const ir::ChatRequest& request, Format target_format, const Target& target) noexcept;

/// Holds one stream's state while it is written. Appends whole events in the client's framing.
class EventEncoder {
 public:
  virtual ~EventEncoder() = default;
  virtual void encode_event(const ir::Event& event, std::string& out) = 0;
};

/// An error as HTTP status and body.
struct ErrorReply {
  int status = 500;
  std::string body;
};

/// What a format's folder offers; the registry row is made from it and checked here.
template <class F>
concept WireFormat = requires(std::string_view bytes, const ir::ChatRequest& request, const ir::Events& reply, const Error& error,
                              const Target& target, Losses& losses, const ReplyContext& context, std::string_view request_id,
                              const http::SseEvent& event) {
  { F::id } -> std::convertible_to<Format>;
  { F::decode_request(bytes) } -> std::same_as<Result<ir::ChatRequest>>;
  { F::encode_request(request, target, losses) } -> std::same_as<Result<std::string>>;
  { F::decode_reply(bytes) } -> std::same_as<Result<ir::Events>>;
  { F::encode_reply(reply, context) } -> std::same_as<std::string>;
  { F::decode_error(0, bytes) } -> std::same_as<Error>;
  { F::encode_error(error, request_id) } -> std::same_as<ErrorReply>;
  { F::make_decoder() } -> std::same_as<std::unique_ptr<EventDecoder>>;
  { F::make_encoder(context) } -> std::same_as<std::unique_ptr<EventEncoder>>;
  { F::notable(event) } -> std::same_as<bool>;
  { F::keep_alive } -> std::convertible_to<std::string_view>;
};

/// One row: a format as functions.
struct Codec {
  Format id;
  /// Reads a request body. bad_request naming the path of a wrong field; unknown members go to `extras`.
  Result<ir::ChatRequest> (*decode_request)(std::string_view body);
  /// Writes a request body for `target`. What cannot be carried is added to `losses`, or refused: `unsupported`
  /// naming the field.
  Result<std::string> (*encode_request)(const ir::ChatRequest& request, const Target& target, Losses& losses);
  /// Reads a whole answer (status 200) as events, End included.
  Result<ir::Events> (*decode_reply)(std::string_view body);
  std::string (*encode_reply)(const ir::Events& reply, const ReplyContext& context);
  /// Reads an error body of any shape that goes with `status` (0 = inside a stream). Never fails: what is not JSON
  /// becomes the row of its status.
  Error (*decode_error)(int status, std::string_view body);
  ErrorReply (*encode_error)(const Error& error, std::string_view request_id);
  std::unique_ptr<EventDecoder> (*make_decoder)();
  std::unique_ptr<EventEncoder> (*make_encoder)(const ReplyContext& context);
  /// True if an event that passes through may carry usage, a finish, an error or the end: only those are decoded then.
  bool (*notable)(const http::SseEvent& event);
  /// Sent to the client while the upstream is silent; empty for formats whose clients cannot take any.
  std::string_view keep_alive;
};

/// The registry. Asking for a format that is not spoken is a bug of the caller.
const Codec& codec_for(Format format);
[[nodiscard]] bool speaks(Format format) noexcept;

/// HTTP status of an error as the gateway answers it (field.md 4.2, wire-formats.md 8.8).
int status_for(const Error& error) noexcept;

}  // namespace omniroute::codec
