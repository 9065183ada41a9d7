#include "gateway.hpp"

namespace omniroute::test {
namespace {

class Auth : public WithGateway {};

TEST_F(Auth, BeforeAPasswordExistsOnlyTheOneTimeTokenSetsOne) {
  start({});
  EXPECT_EQ(ask("GET", "/api/auth/status").json(), nlohmann::json({{"authenticated", false}, {"setupRequired", true}}));
  const PlainReply early = ask("POST", "/api/auth/login", R"({"password":"123456"})");
  EXPECT_EQ(early.status, 403);
  EXPECT_EQ(early.json()["error"]["code"], "setup_required");
  EXPECT_EQ(ask("POST", "/api/auth/setup", R"({"token":"guess","password":"long enough 1"})").status, 403);

  const std::string link(daemon->setup_link().reveal());
  EXPECT_TRUE(link.starts_with("http://localhost:" + std::to_string(daemon->port()) + "/setup?token=")) << link;
  const std::string token = link.substr(link.find('=') + 1);
  EXPECT_EQ(ask("POST", "/api/auth/setup", R"({"token":")" + token + R"(","password":"short"})").status, 400);
  const PlainReply done = ask("POST", "/api/auth/setup", R"({"token":")" + token + R"(","password":"long enough 1"})");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json(), nlohmann::json({{"success", true}}));
  cookie = done.header("set-cookie");
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  cookie = cookie.substr(0, cookie.find(';'));
  EXPECT_EQ(admin("GET", "/api/keys").status, 200);
  EXPECT_EQ(ask("POST", "/api/auth/setup", R"({"token":")" + token + R"(","password":"another one 2"})").status, 409);
  EXPECT_TRUE(daemon->setup_link().empty());
}

TEST_F(Auth, LoginGivesACookieAndLogoutEndsIt) {
  start();
  EXPECT_EQ(ask("POST", "/api/auth/login", R"({"password":"wrong wrong"})").status, 401);
  const PlainReply missing = ask("POST", "/api/auth/login", "{}");
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(missing.field(), "password");
  log_in();
  EXPECT_EQ(admin("GET", "/api/auth/status").json()["authenticated"], true);
  EXPECT_EQ(admin("GET", "/api/providers").status, 200);
  const PlainReply out = admin("POST", "/api/auth/logout", "{}");
  EXPECT_EQ(out.status, 200);
  EXPECT_NE(out.header("set-cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(admin("GET", "/api/providers").status, 401);
}

TEST_F(Auth, ANewPasswordNeedsTheOldOneAndEndsEverySession) {
  start();
  log_in();
  EXPECT_EQ(admin("POST", "/api/auth/password", R"({"newPassword":"another one 2"})").field(), "currentPassword");
  EXPECT_EQ(admin("POST", "/api/auth/password", R"({"currentPassword":"wrong wrong","newPassword":"another one 2"})").status, 401);
  const PlainReply changed =
      admin("POST", "/api/auth/password", R"({"currentPassword":")" + password + R"(","newPassword":"another one 2"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(admin("GET", "/api/providers").status, 401);
  EXPECT_EQ(ask("POST", "/api/auth/login", R"({"password":"another one 2"})").status, 200);
}

TEST_F(Auth, TheCookieIsBoundToTlsWhereThePageIs) {
  start({{"INITIAL_PASSWORD", password}, {"BASE_URL", "https://gateway.example.com"}});
  const std::string body = R"({"password":")" + password + R"("})";
  const PlainReply secure =
      plain_request(daemon->port(), "POST", "/api/auth/login", body, {{"Origin", "https://gateway.example.com"}}, "gateway.example.com");
  ASSERT_EQ(secure.status, 200) << secure.body;
  EXPECT_TRUE(secure.header("set-cookie").starts_with("__Host-")) << secure.header("set-cookie");
  EXPECT_NE(secure.header("set-cookie").find("; Secure"), std::string::npos);
  const PlainReply plain = ask("POST", "/api/auth/login", body, {{"X-Forwarded-Proto", "https"}});
  EXPECT_EQ(plain.header("set-cookie").find("Secure"), std::string::npos) << "a header that anyone can send is not believed";
}

TEST_F(Auth, EveryManagementRouteIsClosedToStrangersAndInferenceKeys) {
  start();
  log_in();
  const std::string key = admin("POST", "/api/keys", R"({"name":"inference"})").json()["key"];
  const std::string reader = admin("POST", "/api/keys", R"({"name":"reader","scopes":["read"]})").json()["key"];
  const std::pair<const char*, const char*> routes[] = {{"GET", "/api/providers"},
                                                        {"POST", "/api/providers"},
                                                        {"GET", "/api/providers/x"},
                                                        {"PUT", "/api/providers/x"},
                                                        {"PATCH", "/api/providers/x"},
                                                        {"DELETE", "/api/providers/x"},
                                                        {"POST", "/api/providers/x/test"},
                                                        {"GET", "/api/provider-nodes"},
                                                        {"POST", "/api/provider-nodes"},
                                                        {"PUT", "/api/provider-nodes/x"},
                                                        {"DELETE", "/api/provider-nodes/x"},
                                                        {"GET", "/api/keys"},
                                                        {"POST", "/api/keys"},
                                                        {"PATCH", "/api/keys/x"},
                                                        {"POST", "/api/keys/x/rotate"},
                                                        {"DELETE", "/api/keys/x"},
                                                        {"GET", "/api/settings"},
                                                        {"PUT", "/api/settings"},
                                                        {"PATCH", "/api/settings"},
                                                        {"GET", "/api/usage/history"},
                                                        {"GET", "/api/usage/logs"},
                                                        {"GET", "/api/catalog/providers"},
                                                        {"POST", "/api/auth/password"}};
  for (const auto& [method, path] : routes) {
    const PlainHeaders json{{"Content-Type", "application/json"}};
    EXPECT_EQ(ask(method, path, "{}", json).status, 401) << method << " " << path;
    EXPECT_EQ(ask(method, path, "{}", {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + key}}).status, 403)
        << method << path;
    if (std::string(method) != "GET") {
      EXPECT_EQ(ask(method, path, "{}", {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + reader}}).status, 403) << path;
    }
  }
  EXPECT_EQ(ask("GET", "/api/keys", "", {{"Authorization", "Bearer " + reader}}).status, 200);
}

}  // namespace
}  // namespace omniroute::test
