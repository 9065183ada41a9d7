#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "omniroute/http/message.hpp"

namespace omniroute::http {

/// How a body's end is known.
enum class Framing : std::uint8_t { none, length, chunked, until_close };

/// Why a head was refused: the status due to a client, and a sentence.
struct Fault {
  int status = 0;
  std::string_view reason;
};

/// The one parser of heads, for requests and responses (docs/adr/0003). Sees bytes, never a socket. Strict: whatever
/// RFC 9112 calls an error is one, and so is what two parsers could read differently.
///   parser.parse(all bytes of the head so far) until it is not `more`; then the accessors, on the same bytes.
class HeadParser {
 public:
  enum class Role : std::uint8_t { request, response };
  enum class Step : std::uint8_t { more, done, failed };

  /// `limits` outlives it.
  HeadParser(Role role, const Limits& limits) : role_(role), limits_(&limits) {}
  /// Ready for the next head; keeps its memory.
  void reset() noexcept;
  /// `bytes` begins with the head's first byte and may go on behind its end. Looks at no byte twice.
  Step parse(std::string_view bytes);

  [[nodiscard]] const Fault& fault() const noexcept { return fault_; }
  /// Length of the head with its empty line, once done.
  [[nodiscard]] std::size_t size() const noexcept { return line_; }
  /// The header fields, as views into `bytes`.
  void views(std::string_view bytes, std::vector<HeaderView>& out) const;

  [[nodiscard]] std::string_view method(std::string_view bytes) const noexcept { return method_.of(bytes); }
  [[nodiscard]] std::string_view target(std::string_view bytes) const noexcept { return target_.of(bytes); }
  /// Origin-form path and query of the target; "/" for an absolute-form without a path.
  [[nodiscard]] std::string_view path(std::string_view bytes) const noexcept;
  [[nodiscard]] std::string_view query(std::string_view bytes) const noexcept { return query_.of(bytes); }

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] Framing framing() const noexcept { return framing_; }
  /// The Content-Length, if the message has one.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept { return length_; }
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }
  [[nodiscard]] bool http10() const noexcept { return minor_ == 0; }

 private:
  /// A piece of the bytes that survives their moving.
  struct Piece {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
    [[nodiscard]] std::string_view of(std::string_view bytes) const noexcept {
      return size == 0 ? std::string_view() : bytes.substr(at, size);
    }
  };
  struct Field {
    Piece name;
    Piece value;
  };

  Step fail(int status, std::string_view reason) noexcept;
  bool partial(std::string_view bytes);
  bool line(std::string_view bytes, std::size_t begin, std::size_t end);
  bool request_line(std::string_view bytes, std::string_view text);
  bool request_target(std::string_view bytes);
  bool absolute_target(std::string_view bytes, std::size_t scheme_size);
  bool version(std::string_view text);
  bool status_line(std::string_view text);
  bool field(std::string_view bytes, std::string_view text);
  bool known_field(std::string_view name, std::string_view value);
  bool connection_field(std::string_view value);
  bool content_length_field(std::string_view value);
  bool finish(std::string_view bytes);
  bool finish_framing();
  Piece piece(std::string_view bytes, std::string_view part) const noexcept;

  Role role_;
  const Limits* limits_;
  Fault fault_;
  std::size_t line_ = 0;     // where the unfinished line begins
  std::size_t scanned_ = 0;  // bytes seen
  bool started_ = false;     // the first line is parsed
  bool failed_ = false;
  std::uint8_t leading_ = 0;  // empty lines before it

  Piece method_, target_, path_, query_, authority_;
  std::vector<Field> fields_;
  Piece host_;
  int hosts_ = 0;
  int minor_ = 1;
  int status_ = 0;
  int encodings_ = 0;
  bool chunked_ = false;
  bool close_ = false;
  bool keep_ = false;
  bool expects_continue_ = false;
  bool expects_other_ = false;
  std::optional<std::uint64_t> length_;
  Framing framing_ = Framing::none;
  bool keep_alive_ = false;
};

/// A Host value that names a host and nothing else: reg-name, IPv4, or bracketed IPv6, and perhaps a port.
bool sound_authority(std::string_view text) noexcept;

}  // namespace omniroute::http
