#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "omniroute/http/message.hpp"

namespace omniroute::http {

/// Takes the framing off a chunked body (RFC 9112, section 7.1), in place. Extensions and trailers are checked, bounded
/// and dropped.
class ChunkedDecoder {
 public:
  enum class Step : std::uint8_t { more, done, failed };
  /// [begin, begin + size) of the given bytes is data now; `consumed` bytes belonged to the body.
  struct Progress {
    Step step = Step::more;
    std::size_t begin = 0;
    std::size_t size = 0;
    std::size_t consumed = 0;
  };

  /// `limits` outlives it.
  explicit ChunkedDecoder(const Limits& limits) : limits_(&limits) {}
  void reset() noexcept { *this = ChunkedDecoder(*limits_); }
  /// Decodes what is there; the data of several chunks is moved together. After `done` the rest is not looked at.
  Progress decode(char* bytes, std::size_t size) noexcept;
  /// What the current chunk still lacks: known as soon as its size line is.
  [[nodiscard]] std::uint64_t pending() const noexcept { return left_; }
  /// `count` bytes of the current chunk were taken past the decoder, at most pending().
  void skip(std::size_t count) noexcept;
  /// Why it failed.
  [[nodiscard]] std::string_view reason() const noexcept { return reason_; }

 private:
  enum class State : std::uint8_t {
    size_first,
    size,
    ext_gap,
    ext_name_gap,
    ext_name,
    ext_name_after,
    ext_value_gap,
    ext_value,
    ext_quoted,
    ext_escaped,
    ext_after_quoted,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_first,
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf,
    done,
    failed,
  };
  State next(char c) noexcept;
  State size_line(char c) noexcept;
  State extension(char c) noexcept;
  State trailer(char c) noexcept;
  State fail(std::string_view reason) noexcept;

  const Limits* limits_;
  State state_ = State::size_first;
  std::uint64_t left_ = 0;
  std::size_t line_ = 0;        // bytes of this chunk line
  std::size_t extensions_ = 0;  // bytes of all extensions
  std::size_t trailers_ = 0;
  std::size_t trailer_fields_ = 0;
  std::string_view reason_;
};

}  // namespace omniroute::http
