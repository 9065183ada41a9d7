// Arbitrary bytes as a request, an answer, a stream and an error of this format.
#include "formats.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using omniroute::codec::Format;
  static const FormatFuzz fuzz(Format::anthropic, every_format());
  fuzz.run(text_of(data, size));
  return 0;
}
