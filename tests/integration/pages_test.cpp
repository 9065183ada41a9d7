// What web pages of other origins can reach: nothing.
#include "gateway.hpp"

namespace omniroute::test {
namespace {

class ForeignPages : public WithGateway {
 protected:
  void SetUp() override {
    start();
    log_in();
  }
  std::string own() const { return "http://127.0.0.1:" + std::to_string(daemon->port()); }
};

TEST_F(ForeignPages, AreKnownByTheirOrigin) {
  const std::string port = std::to_string(daemon->port());
  for (const std::string& origin : {std::string("null"), std::string("https://evil.example"), "http://evil.example:" + port,
                                    std::string("http://localhost:1"), std::string("http://127.0.0.1"), "https://127.0.0.1:" + port,
                                    own() + ".evil.example", own() + ", https://evil.example", std::string("*")}) {
    const PlainReply reply = admin("POST", "/api/keys", R"({"name":"evil"})", {{"Origin", origin}});
    EXPECT_EQ(reply.status, 403) << origin;
    EXPECT_EQ(reply.header("access-control-allow-origin"), "") << origin;
  }
  EXPECT_EQ(admin("POST", "/api/keys", R"({"name":"own"})", {{"Origin", own()}}).status, 201);
}

TEST_F(ForeignPages, AreKnownByWhatTheBrowserSaysOfThem) {
  for (const char* site : {"cross-site", "same-site"})
    EXPECT_EQ(admin("DELETE", "/api/keys/x", "", {{"Sec-Fetch-Site", site}}).status, 403) << site;
  EXPECT_EQ(admin("DELETE", "/api/keys/x", "", {{"Sec-Fetch-Site", "same-origin"}}).status, 404);
}

TEST_F(ForeignPages, CannotSendWhatNeedsNoLeave) {
  for (const char* type :
       {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain;application/json"}) {
    const PlainReply reply = ask("POST", "/api/keys", R"({"name":"evil"})", {{"Cookie", cookie}, {"Content-Type", type}});
    EXPECT_EQ(reply.status, 400) << type;
    EXPECT_EQ(reply.field(), "content-type");
  }
  EXPECT_EQ(ask("POST", "/api/auth/logout", "", {{"Cookie", cookie}}).status, 400);
  EXPECT_EQ(admin("GET", "/api/keys").json()["keys"].size(), 1U) << "the one of the first start";
}

TEST_F(ForeignPages, CannotUseANameOfTheirOwnForThisMachine) {
  const std::string port = ":" + std::to_string(daemon->port());
  for (const std::string& host : {std::string("evil.example"), "evil.example" + port, "127.0.0.1.evil.example" + port,
                                  "localhost.evil.example" + port, "192.0.2.7" + port, "[2001:db8::7]" + port, "evil-localhost" + port}) {
    for (const char* path : {"/", "/api/keys", "/v1/models", "/healthz"})
      EXPECT_EQ(plain_request(daemon->port(), "GET", path, "", {{"Cookie", cookie}}, host).status, 403) << host << " " << path;
  }
  for (const std::string& host : {"localhost" + port, "LOCALHOST" + port, "127.0.0.1" + port, "[::1]" + port, std::string("localhost")})
    EXPECT_EQ(plain_request(daemon->port(), "GET", "/api/keys", "", {{"Cookie", cookie}}, host).status, 200) << host;
}

TEST_F(ForeignPages, GetNoLeaveInAdvance) {
  const PlainReply reply = ask("OPTIONS", "/api/keys", "", {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(reply.header("access-control-allow-origin"), "");
  EXPECT_GE(reply.status, 400);
}

TEST_F(ForeignPages, ANamedPublicAddressIsNotForeign) {
  ASSERT_EQ(admin("PATCH", "/api/settings", R"({"public_urls":["https://gateway.example.com/some/path"]})").status, 200);
  const PlainReply named = plain_request(daemon->port(), "POST", "/api/keys", R"({"name":"n"})",
                                         {{"Cookie", cookie}, {"Origin", "https://gateway.example.com"}}, "gateway.example.com");
  EXPECT_EQ(named.status, 201) << named.body;
  const PlainReply other = plain_request(daemon->port(), "POST", "/api/keys", R"({"name":"m"})",
                                         {{"Cookie", cookie}, {"Origin", "https://other.example.com"}}, "gateway.example.com");
  EXPECT_EQ(other.status, 403);
}

}  // namespace
}  // namespace omniroute::test
