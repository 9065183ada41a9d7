#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "omniroute/codec/codec.hpp"

namespace omniroute::codec {
namespace {

Result<std::string> as_messages(const std::string& chat) {
  Result<ir::ChatRequest> request = codec_for(Format::openai_chat).decode_request(chat);
  if (!request) return request.error();
  Target target;
  target.model = "m";
  Losses losses;
  return codec_for(Format::anthropic).encode_request(*request, target, losses);
}

std::string with_file(const std::string& url) {
  return R"({"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"n.txt","file_data":")" + url +
         R"("}}]}]})";
}

TEST(MessagesWriter, WritesATextFileAsATextDocument) {
  const Result<std::string> text = as_messages(with_file("data:text/plain;base64,R3LDvMOfZQ=="));
  ASSERT_TRUE(text.ok()) << text.error().message;
  const auto source = nlohmann::json::parse(*text)["messages"][0]["content"][0]["source"];
  EXPECT_EQ(source["type"], "text");
  EXPECT_EQ(source["data"], "Gr\u00fc\u00dfe");
}

TEST(MessagesWriter, RefusesATextFileThatIsNotText) {
  for (const char* url : {"data:text/plain;base64,R3LBvMOf", "data:text/plain,Gr%C1%BC%C3%9Fe"}) {
    const Result<std::string> text = as_messages(with_file(url));
    ASSERT_FALSE(text.ok()) << url;
    EXPECT_NE(text.error().message.find("UTF-8"), std::string::npos) << text.error().message;
    EXPECT_NE(text.error().message.find("messages"), std::string::npos) << text.error().message;
  }
}

}  // namespace
}  // namespace omniroute::codec
