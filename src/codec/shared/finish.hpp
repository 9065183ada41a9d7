#pragma once
#include <string_view>

#include "omniroute/ir/event.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"

/// How an answer ended and what it cost, in the words of each format (wire-formats.md 8.6, 8.7).
namespace omniroute::codec {

/// The class of a provider's word: chat finish_reason, anthropic stop_reason, gemini finishReason; Responses
/// `incomplete_details.reason` or status. Unknown words are `other`.
ir::FinishClass finish_class(domain::Format format, std::string_view word) noexcept;
/// The word a writer of that format uses for a class (Responses: the incomplete reason, "" if completed).
std::string_view finish_word(domain::Format format, ir::FinishClass reason) noexcept;
/// Whether there are client-side calls decides between stop and tool, not the word.
ir::FinishClass settled(ir::FinishClass reason, bool has_calls) noexcept;

/// Reads a usage object; absent members stay absent. Anthropic sends members in two events: merge the raw ones with
/// AnthropicUsage first.
ir::Usage read_usage(domain::Format format, json::Value usage);
/// Writes a usage object as a value. Members the format requires are 0 if unknown.
void write_usage(domain::Format format, const ir::Usage& usage, json::Writer& out);

/// Anthropic's members as they came, later events over earlier ones member by member.
class AnthropicUsage {
 public:
  void take(json::Value usage);
  [[nodiscard]] ir::Usage total() const;

 private:
  std::optional<std::int64_t> input_, output_, cache_read_, cache_write_, thinking_;
};

}  // namespace omniroute::codec
