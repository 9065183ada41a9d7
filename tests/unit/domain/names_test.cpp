#include <gtest/gtest.h>

#include "omniroute/domain/account.hpp"
#include "omniroute/domain/api_key.hpp"
#include "omniroute/domain/format.hpp"

namespace omniroute::domain {
namespace {

TEST(Names, EveryFormatReadsBackFromItsName) {
  for (const Format format : {Format::openai_chat, Format::openai_responses, Format::anthropic, Format::gemini})
    EXPECT_EQ(parse_format(to_string(format)), format);
  EXPECT_FALSE(parse_format("openai"));
}

TEST(Names, EveryAuthTypeReadsBackFromItsName) {
  for (const AuthType type : {AuthType::api_key, AuthType::oauth, AuthType::none}) EXPECT_EQ(parse_auth_type(to_string(type)), type);
  EXPECT_FALSE(parse_auth_type("api_key"));
}

TEST(Scopes, AllowWhatTheyHoldAndAdminAllowsEverything) {
  const Scopes inference = Scope::inference;
  EXPECT_TRUE(inference.allows(Scope::inference));
  EXPECT_FALSE(inference.allows(Scope::read));
  EXPECT_FALSE(inference.allows(Scope::admin));
  const Scopes both = Scope::inference | Scope::read;
  EXPECT_TRUE(both.allows(Scope::read));
  EXPECT_FALSE(both.allows(Scope::admin));
  const Scopes admin = Scope::admin;
  EXPECT_TRUE(admin.allows(Scope::inference));
  EXPECT_TRUE(admin.allows(Scope::read));
  EXPECT_FALSE(Scopes().allows(Scope::inference));
}

TEST(Scopes, AreNamedInOneOrder) {
  EXPECT_EQ((Scope::admin | Scope::inference).names(), (std::vector<std::string_view>{"inference", "admin"}));
  EXPECT_TRUE(Scopes(0xF8).empty());
  for (const Scope scope : {Scope::inference, Scope::read, Scope::admin}) EXPECT_EQ(parse_scope(to_string(scope)), scope);
  EXPECT_FALSE(parse_scope("root"));
}

}  // namespace
}  // namespace omniroute::domain
