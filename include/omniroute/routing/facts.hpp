#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/domain/format.hpp"

namespace omniroute::routing {

/// What a body holds beside text.
struct Media {
  bool images = false;
  bool audio = false;
  bool documents = false;
  bool tools = false;
  [[nodiscard]] std::uint8_t bits() const noexcept;
  static Media of(std::uint8_t bits) noexcept;
};

/// By what a conversation is told from others, in the order they are looked for.
enum class AffinitySource : std::uint8_t {
  none,
  prompt_cache_key,  ///< the body's member of that name
  session_header,    ///< x-session-id, x-omniroute-session-id, x-claude-code-session-id, session_id, x-litellm-trace-id
  user_id,           ///< metadata.user_id
  first_turns,       ///< a hash of system text and first message, once the conversation has gone on
};
std::string_view to_string(AffinitySource source) noexcept;

struct Affinity {
  AffinitySource source = AffinitySource::none;
  std::uint64_t key = 0;   ///< under which the answer is remembered
  bool continues = false;  ///< there may be something to go back to: false for a first turn known by its hash alone
};

/// What the caller wants of providers: the member `provider` of OpenRouter's bodies.
struct Preference {
  enum class Sort : std::uint8_t { none, price, speed };
  std::vector<std::string> order;
  std::vector<std::string> only;
  std::vector<std::string> ignore;
  bool allow_fallbacks = true;
  Sort sort = Sort::none;
  std::optional<double> max_input;  ///< US dollars per million tokens
  std::optional<double> max_output;
  [[nodiscard]] bool empty() const noexcept;
};

/// All that a decision rests on beside configuration and health. Kept in the trace, so that it can be taken again.
struct Facts {
  std::string model;                   ///< as asked for
  std::vector<std::string> fallbacks;  ///< `models` of OpenRouter's bodies
  Preference preference;
  domain::Format format = domain::Format::openai_chat;
  bool stream = false;
  std::string key_id;
  std::uint64_t seed = 0;
  std::int64_t body_bytes = 0;
  // Found in the body when a decision needs them.
  std::optional<std::int64_t> tokens;  ///< of the prompt, estimated
  std::optional<Media> media;
  std::optional<Affinity> affinity;
};

/// Looks into a body when asked to. Reading is pure: the same body gives the same facts.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  virtual std::int64_t tokens() = 0;
  virtual Media media() = 0;
  virtual Affinity affinity() = 0;
};

}  // namespace omniroute::routing
