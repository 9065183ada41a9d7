#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "omniroute/domain/format.hpp"

/// The canonical conversation: what the four wire formats are read into and written from. It is shaped after the
/// finest of them. JSON that people or models wrote (arguments, schemas) stays raw text, as written.
namespace omniroute::ir {

using domain::Format;

/// Bytes that mean something only to the vendor that issued them: a signature, encrypted or redacted reasoning.
struct Opaque {
  Format origin = Format::openai_chat;
  std::string kind;   ///< "signature", "redacted", "encrypted", "thought_signature"
  std::string bytes;  ///< byte for byte as issued
};

/// `cache` is the raw JSON of a cache mark (`cache_control`), or empty.
struct Text {
  std::string text;
  std::string cache;
  std::string citations;         ///< raw JSON array, of the format the text came from
  std::string extra;             ///< raw JSON object of further members, for the same format (Responses: the message item's id, phase)
  bool developer = false;        ///< system text that was spoken as "developer"
  bool continues = false;        ///< in `ChatRequest::system`: stood in the same message as the text before it
  std::optional<Opaque> opaque;  ///< Gemini thought signature on the part
};

/// An image, a document, a sound or a film.
struct Media {
  enum class Kind : std::uint8_t { image, document, audio, video };
  enum class Source : std::uint8_t {
    base64,   ///< `data` is base64
    url,      ///< `data` is an http(s) address
    file_id,  ///< `data` is an id at the vendor `origin`
    text,     ///< `data` is plain text (a text document)
    raw,      ///< `data` is the source object's raw JSON, of `origin` only
  };
  Kind kind = Kind::image;
  Source source = Source::base64;
  std::string mime;  ///< "image/png"; empty if unknown
  std::string data;
  std::string name;    ///< file name or title
  std::string detail;  ///< "low", "high", "auto", or empty
  std::string format;  ///< audio: "wav", "mp3"; chat: "document_url" if that member held a document's address
  std::string extra;   ///< raw JSON of further members (context, citations), for the same format
  std::string cache;
  Format origin = Format::openai_chat;
  std::optional<Opaque> opaque;  ///< Gemini thought signature on the part
};

/// `native` (ToolCall, ToolResult, Tool): a built-in tool of Responses that the client runs itself ("shell",
/// "local_shell", "apply_patch", "tool_search"). Its own format writes `raw` back; for the others it is an ordinary
/// function of that name whose arguments are the action's JSON.
struct ToolCall {
  std::string id;  ///< joins call and result; may be empty (Gemini)
  std::string name;
  std::string arguments;         ///< raw JSON text; free text if `custom`; may be "" for none
  bool custom = false;           ///< a free-text tool (Responses, chat)
  std::string name_space;        ///< Responses namespaces
  std::string item_id;           ///< Responses: the item's own id
  std::optional<Opaque> opaque;  ///< Gemini thought signature on the call
  std::string cache;
  std::string native;
  std::string raw;    ///< native: the whole item as JSON, for the same format
  std::string extra;  ///< raw JSON object of further members (caller), for the same format
};

struct Part;

struct ToolResult {
  std::string call_id;
  std::string name;           ///< Gemini; elsewhere empty until resolved from the history
  std::vector<Part> content;  ///< Text, Media, Foreign
  bool is_error = false;
  bool custom = false;
  std::string raw;  ///< Gemini: the response object as written; native: the whole item
  std::string cache;
  std::string native;
};

struct Reasoning {
  std::string text;
  bool summary = false;  ///< a summary rather than the thoughts themselves
  std::string id;        ///< Responses: rs_…
  std::vector<Opaque> opaque;
};

struct Refusal {
  std::string text;
};

/// A part that only its own format knows (server tools, citations results, unknown types). Written back to it verbatim.
struct Foreign {
  Format origin = Format::openai_chat;
  std::string type;
  std::string raw;       ///< the whole part as JSON
  bool carried = false;  ///< its meaning also stands elsewhere in the request: for another format it is no loss
};

struct Part {
  std::variant<Text, Media, ToolCall, ToolResult, Reasoning, Refusal, Foreign> value;
};

enum class Role : std::uint8_t { user, assistant, system };

struct Turn {
  Role role = Role::user;
  std::vector<Part> parts;
  std::string name;        ///< chat: the participant's name
  std::string extra;       ///< raw JSON object of further members of the message, for the same format
  bool developer = false;  ///< system turn that was spoken as "developer"
};

struct Tool {
  std::string name;
  std::string description;
  std::string schema;  ///< raw JSON schema of the parameters; empty = none given
  std::optional<bool> strict;
  bool custom = false;
  std::string custom_format;     ///< raw JSON: grammar or text format of a custom tool
  std::string name_space;        ///< Responses namespaces
  std::string name_space_about;  ///< description of that namespace
  std::string native;
  bool in_item = false;   ///< Responses: declared by an input item, which is kept as Foreign
  bool deferred = false;  ///< Anthropic defer_loading, Responses tool_search
  std::string cache;
  std::string extra;  ///< raw JSON object of further members, for the same format
};

/// A tool that the vendor runs (web search and the like), raw.
struct HostedTool {
  Format origin = Format::openai_chat;
  std::string type;
  std::string name;  ///< the name a tool_choice can point at; may be empty
  std::string raw;
  bool carried = false;  ///< a Tool with `native` stands for it in other formats: no loss there
};

struct ToolChoice {
  enum class Mode : std::uint8_t { unset, automatic, none, required, one, subset };
  Mode mode = Mode::unset;
  std::vector<std::string> names;  ///< one: the tool; subset: the allowed ones
  bool subset_required = false;    ///< subset: a call must be made
  bool custom = false;             ///< one: it is a custom tool
  std::string raw;                 ///< a form only its own format knows (hosted tools), else empty
};

struct OutputFormat {
  enum class Kind : std::uint8_t { text, json, schema };
  Kind kind = Kind::text;
  std::string name;
  std::string description;
  std::string schema;  ///< raw JSON
  std::optional<bool> strict;
};

/// How much the model should think. Effort and budget stay apart; a writer converts only into what its format lacks.
struct Thinking {
  enum class Mode : std::uint8_t { unset, off, on, adaptive };
  Mode mode = Mode::unset;
  std::string effort;                  ///< none minimal low medium high xhigh max, or empty
  std::optional<std::int64_t> budget;  ///< tokens; -1 = automatic (Gemini)
  std::string summary;                 ///< Responses: auto, concise, detailed
  std::string display;                 ///< Anthropic: omitted, updates
  std::optional<bool> show;            ///< the client wants to see thoughts (Gemini includeThoughts)
  bool encrypted = false;              ///< Responses include[]: reasoning.encrypted_content
  std::string raw;                     ///< the member as written where the fields above cannot say it, for the same format
};

/// A member that only its own format has a place for, as name and raw JSON.
struct Extra {
  std::string name;
  std::string raw;
};

/// A member with several names: the usual one, and the one that the client wrote. Both are literals.
struct Spelling {
  std::string_view usual;
  std::string_view written;
};

struct ChatRequest {
  Format origin = Format::openai_chat;
  std::string model;
  bool stream = false;
  bool include_usage = false;  ///< chat: stream_options.include_usage

  std::vector<Part> system;   ///< leading system text (Text), with cache marks
  bool instructions = false;  ///< Responses: the first system text is the member `instructions`, not an input item
  std::vector<Turn> turns;
  std::vector<Tool> tools;
  std::vector<HostedTool> hosted_tools;
  ToolChoice tool_choice;
  std::optional<bool> parallel_tools;

  std::optional<std::int64_t> max_output;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> top_k;
  std::optional<double> presence_penalty;
  std::optional<double> frequency_penalty;
  std::optional<std::int64_t> seed;
  std::optional<std::int64_t> candidates;  ///< n, candidateCount
  std::vector<std::string> stop;
  OutputFormat output;
  Thinking thinking;
  std::string verbosity;
  std::string user;       ///< end-user id: user, safety_identifier, metadata.user_id
  std::string metadata;   ///< raw JSON object
  std::string cache_key;  ///< prompt_cache_key
  std::string service_tier;
  std::optional<bool> store;
  std::string previous_response;    ///< Responses: previous_response_id
  std::vector<Extra> extras;        ///< further members, for the same format
  std::vector<Spelling> spellings;  ///< members that the client gave under another of their names
};

}  // namespace omniroute::ir
