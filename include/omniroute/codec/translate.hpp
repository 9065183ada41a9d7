#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"

/// Translation as a library call: what the command line, the translator page and the tests use. The proxy's own path
/// does the same steps piece by piece.
namespace omniroute::codec {

enum class What : std::uint8_t { request, response, stream, error };
std::string_view to_string(What what) noexcept;
std::optional<What> parse_what(std::string_view word) noexcept;

/// What a model's name says of it, beyond its format's common ground (wire-formats.md 3.1, 5.1, 8.4). A name that says
/// nothing leaves the defaults.
Target target_for_model(std::string_view model);

struct Translation {
  Format from = Format::openai_chat;
  Format to = Format::openai_chat;
  Target target;         ///< requests; `target.model` empty = keep the request's
  ReplyContext context;  ///< responses and streams
  int status = 0;        ///< errors: the HTTP status that came with the body
};

/// One whole text. Streams are SSE in and out; one that breaks off or fails ends in the target format's error event.
/// An error is returned for input that cannot be read or carried over.
Result<std::string> translate(What what, const Translation& how, std::string_view input, Losses& losses);

/// A stream while it comes in. Feed pieces cut anywhere, then finish() once.
class StreamTranslation {
 public:
  explicit StreamTranslation(const Translation& how);
  ~StreamTranslation();
  void feed(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a text seems to be. Only for people's tools: requests are never guessed at.
struct Detected {
  Format format;
  What what;
};
std::optional<Detected> detect(std::string_view text);

}  // namespace omniroute::codec
