#include "shared/carrier.hpp"

#include <gtest/gtest.h>

#include "omniroute/crypto/encoding.hpp"

namespace omniroute::codec {
namespace {

using ir::Format;
using ir::Opaque;

TEST(Carrier, BytesComeBackWithTheirIssuerKindAndItem) {
  const Opaque opaque{Format::openai_responses, "encrypted", "gAAAA.b+/=="};
  const auto back = unwrap_opaque(wrap_opaque(opaque, "rs_12"));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->opaque.origin, Format::openai_responses);
  EXPECT_EQ(back->opaque.kind, "encrypted");
  EXPECT_EQ(back->opaque.bytes, "gAAAA.b+/==");
  EXPECT_EQ(back->item_id, "rs_12");
}

TEST(Carrier, EveryVendorAndKindSurvives) {
  for (const Format vendor : {Format::openai_chat, Format::openai_responses, Format::anthropic, Format::gemini})
    for (const char* kind : {"signature", "redacted", "encrypted", "thought_signature"}) {
      const auto back = unwrap_opaque(wrap_opaque({vendor, kind, "x"}));
      ASSERT_TRUE(back);
      EXPECT_EQ(back->opaque.origin, vendor);
      EXPECT_EQ(back->opaque.kind, kind);
      EXPECT_TRUE(back->item_id.empty());
    }
}

TEST(Carrier, AVendorsOwnBytesAreNotTakenForAWrapping) {
  EXPECT_FALSE(unwrap_opaque("gAAAAABo-r2i"));
  EXPECT_FALSE(unwrap_opaque(""));
  EXPECT_FALSE(unwrap_opaque_base64("CuYGAY89a18-eUOb"));
  EXPECT_FALSE(unwrap_opaque_base64("skip_thought_signature_validator"));
}

TEST(Carrier, ADamagedWrappingHasNoBytes) {
  for (const char* text : {"omni1.", "omni1.as", "omni1.as.no-second-dot"}) {
    const auto back = unwrap_opaque(text);
    ASSERT_TRUE(back) << text;
    EXPECT_TRUE(back->opaque.bytes.empty());
  }
  const std::string no_text = crypto::to_base64url(crypto::bytes_of("omni1.as..\xff\xfe"));
  for (const std::string& text : {std::string("b21uaTEu*"), no_text}) {
    const auto back = unwrap_opaque_base64(text);
    ASSERT_TRUE(back) << text;
    EXPECT_TRUE(back->opaque.bytes.empty()) << text;
  }
}

TEST(Carrier, InBase64ItPassesClientsThatDecodeAndEncodeTheField) {
  const Opaque opaque{Format::anthropic, "signature", "\u00ff\u00fe?~?~>>>~~~"};
  const std::string text = wrap_opaque_base64(opaque);
  ASSERT_NE(text.find('-'), std::string::npos) << text;
  ASSERT_NE(text.find('_'), std::string::npos) << text;
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="), std::string::npos);
  std::string standard = text;
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::string bare = text.substr(0, text.find('='));
  EXPECT_EQ(text.size() % 4, 0u);
  for (const std::string& form : {text, standard, bare}) {
    const auto back = unwrap_opaque_base64(form);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->opaque.bytes, opaque.bytes);
  }
}

}  // namespace
}  // namespace omniroute::codec
