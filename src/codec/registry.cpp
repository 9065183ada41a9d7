#include <array>
#include <cstdlib>

#include "anthropic/format.hpp"
#include "gemini/format.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/codec/codec.hpp"
#include "openai_chat/format.hpp"
#include "openai_responses/format.hpp"

namespace omniroute::codec {
namespace {

template <WireFormat F>
constexpr Codec make_codec() {
  return {F::id,           F::decode_request, F::encode_request, F::decode_reply, F::encode_reply, F::decode_error,
          F::encode_error, F::make_decoder,   F::make_encoder,   F::notable,      F::keep_alive};
}

// A format is spoken once it has a row here.
constexpr std::array codecs{make_codec<OpenAiChat>(), make_codec<OpenAiResponses>(), make_codec<Anthropic>(), make_codec<Gemini>()};

}  // namespace

bool speaks(Format format) noexcept {
  for (const Codec& codec : codecs)
    if (codec.id == format) return true;
  return false;
}

const Codec& codec_for(Format format) {
  for (const Codec& codec : codecs)
    if (codec.id == format) return codec;
  log::error("a format was asked for that nobody speaks: format={}", domain::to_string(format));
  std::abort();
}

}  // namespace omniroute::codec
