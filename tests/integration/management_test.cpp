// The records of the management API: keys, connections, nodes, settings, usage, health.
#include "gateway.hpp"

namespace omniroute::test {
namespace {

using Json = nlohmann::json;

class Management : public WithGateway {
 protected:
  void SetUp() override {
    start();
    log_in();
  }
  /// The answer must be a refusal that names the field.
  void expect_refused(const PlainReply& reply, const std::string& field) {
    EXPECT_EQ(reply.status, 400) << reply.body;
    EXPECT_EQ(reply.field(), field) << reply.body;
    EXPECT_FALSE(reply.error().empty());
  }
  std::string add_node(const std::string& prefix) {
    return admin("POST", "/api/provider-nodes",
                 R"({"prefix":")" + prefix + R"(","type":"openai","baseUrl":"http://127.0.0.1:9/v1","apiKey":"sk-node-secret-1234"})")
        .json()["connection"]["id"];
  }
};

TEST_F(Management, AKeyIsMadeShownOnceRenamedRotatedAndRemoved) {
  const PlainReply made = admin("POST", "/api/keys", R"({"name":"laptop"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.json()["id"];
  const std::string key = made.json()["key"];
  EXPECT_EQ(made.json()["name"], "laptop");
  EXPECT_EQ(made.json()["scopes"], Json({"inference"}));
  const auto models = [this](const std::string& with) {
    return ask("GET", "/v1/models", "", {{"Authorization", "Bearer " + with}}).status;
  };
  EXPECT_EQ(models(key), 200);

  const PlainReply listed = admin("GET", "/api/keys");
  ASSERT_EQ(listed.json()["keys"].size(), 2U) << "the first start made one";
  EXPECT_EQ(listed.body.find(key), std::string::npos);
  EXPECT_TRUE(key.ends_with(std::string(listed.json()["keys"][1]["hint"]).substr(std::string("…").size())));

  EXPECT_EQ(admin("PATCH", "/api/keys/" + id, R"({"name":"desk","isActive":false})").json()["name"], "desk");
  EXPECT_EQ(models(key), 401);
  EXPECT_EQ(admin("PATCH", "/api/keys/" + id, R"({"isActive":true,"scopes":["inference","admin"]})").json()["scopes"],
            Json({"inference", "admin"}));
  const std::string next = admin("POST", "/api/keys/" + id + "/rotate", "{}").json()["key"];
  EXPECT_EQ(models(key), 401);
  EXPECT_EQ(models(next), 200);
  EXPECT_EQ(ask("GET", "/api/keys", "", {{"x-api-key", next}}).status, 200) << "it has the admin scope";
  EXPECT_EQ(admin("DELETE", "/api/keys/" + id).json(), Json({{"success", true}}));
  EXPECT_EQ(models(next), 401);
  EXPECT_EQ(admin("DELETE", "/api/keys/" + id).status, 404);
}

TEST_F(Management, WrongMembersOfAKeyAreNamed) {
  expect_refused(admin("POST", "/api/keys", "{}"), "name");
  expect_refused(admin("POST", "/api/keys", R"({"name":7})"), "name");
  expect_refused(admin("POST", "/api/keys", R"({"name":"a","scopes":["root"]})"), "scopes");
  expect_refused(admin("POST", "/api/keys", R"({"name":"a","scopes":[1]})"), "scopes.0");
  expect_refused(admin("POST", "/api/keys", R"({"name":"a","isActive":"yes"})"), "isActive");
  for (const char* body : {"[]", "7", "{", "nonsense", R"({"name":"a"} x)"})
    EXPECT_EQ(admin("POST", "/api/keys", body).status, 400) << body;
}

TEST_F(Management, AConnectionIsMadeShownChangedAndRemovedWithoutItsSecret) {
  const PlainReply made =
      admin("POST", "/api/providers", R"({"provider":"groq","apiKey":"gsk-secret-value-9876","name":"work","priority":1})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.json()["id"];
  EXPECT_EQ(made.json()["provider"], "groq");
  EXPECT_EQ(made.json()["apiKeyHint"], "…9876");
  EXPECT_EQ(made.json()["isActive"], true);
  EXPECT_EQ(made.json()["testStatus"], "unknown");
  const PlainReply changed = admin("PUT", "/api/providers/" + id,
                                   R"({"name":"home","isActive":false,"defaultModel":"m","proxy":"socks5://me:pass-word@127.0.0.1:1080"})");
  EXPECT_EQ(changed.json()["name"], "home") << changed.body;
  EXPECT_EQ(changed.json()["proxy"], "socks5://me@127.0.0.1:1080");
  EXPECT_EQ(admin("PATCH", "/api/providers/" + id, R"({"isActive":true})").json()["defaultModel"], "m");
  const PlainReply shown = admin("GET", "/api/providers/" + id);
  const PlainReply listed = admin("GET", "/api/providers");
  EXPECT_EQ(listed.json()["connections"], Json::array({shown.json()}));
  for (const PlainReply* reply : {&made, &changed, &shown, &listed})
    for (const char* secret : {"gsk-secret", "pass-word"}) EXPECT_EQ(reply->body.find(secret), std::string::npos);
  EXPECT_EQ(admin("DELETE", "/api/providers/" + id).status, 200);
  EXPECT_EQ(admin("GET", "/api/providers/" + id).status, 404);
}

TEST_F(Management, WrongMembersOfAConnectionAreNamed) {
  expect_refused(admin("POST", "/api/providers", "{}"), "provider");
  expect_refused(admin("POST", "/api/providers", R"({"provider":"nobody","apiKey":"k"})"), "provider");
  expect_refused(admin("POST", "/api/providers", R"({"provider":"groq"})"), "apiKey");
  expect_refused(admin("POST", "/api/providers", R"({"provider":"groq","apiKey":"a\nb"})"), "apiKey");
  expect_refused(admin("POST", "/api/providers", R"({"provider":"groq","apiKey":"k","priority":101})"), "priority");
  expect_refused(admin("POST", "/api/providers", R"({"provider":"groq","apiKey":"k","priority":1.5})"), "priority");
  expect_refused(admin("POST", "/api/providers", R"({"provider":"groq","apiKey":"k","proxy":"ftp://x"})"), "proxy");
  EXPECT_EQ(admin("POST", "/api/providers", R"({"provider":"groq","apiKey":"k","name":"twice"})").status, 201);
  EXPECT_EQ(admin("POST", "/api/providers", R"({"provider":"groq","apiKey":"k","name":"twice"})").status, 409);
}

TEST_F(Management, ANodeComesWithItsFirstConnectionAndTakesItAway) {
  const PlainReply made =
      admin("POST", "/api/provider-nodes",
            R"({"prefix":"own","name":"Own","type":"anthropic","baseUrl":"http://127.0.0.1:9/v1","apiKey":"sk-node-secret-1234"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.json()["id"];
  EXPECT_EQ(made.json()["type"], "anthropic");
  EXPECT_EQ(made.json()["connection"]["provider"], id);
  EXPECT_EQ(made.body.find("sk-node-secret"), std::string::npos);
  EXPECT_EQ(admin("GET", "/api/provider-nodes").json()["nodes"].size(), 1U);
  EXPECT_EQ(admin("PATCH", "/api/provider-nodes/" + id, R"({"name":"Renamed","type":"openai"})").json()["type"], "openai");
  EXPECT_EQ(admin("GET", "/api/provider-nodes/" + id).json()["name"], "Renamed");
  EXPECT_EQ(admin("DELETE", "/api/provider-nodes/" + id).status, 200);
  EXPECT_EQ(admin("GET", "/api/providers").json()["connections"].size(), 0U);
  EXPECT_EQ(admin("GET", "/api/provider-nodes/" + id).status, 404);
}

TEST_F(Management, ANodeThatCannotHaveItsConnectionIsNotMadeEither) {
  const PlainReply reply =
      admin("POST", "/api/provider-nodes", R"({"prefix":"own","baseUrl":"http://127.0.0.1:9/v1","apiKey":"two\nlines"})");
  expect_refused(reply, "apiKey");
  EXPECT_EQ(admin("GET", "/api/provider-nodes").json()["nodes"].size(), 0U);
  EXPECT_EQ(admin("POST", "/api/provider-nodes", R"({"prefix":"own","baseUrl":"http://127.0.0.1:9/v1","authType":"none"})")
                .json()["connection"]["authType"],
            "none");
}

TEST_F(Management, WrongMembersOfANodeAreNamed) {
  expect_refused(admin("POST", "/api/provider-nodes", R"({"baseUrl":"http://127.0.0.1:9"})"), "prefix");
  expect_refused(admin("POST", "/api/provider-nodes", R"({"prefix":"a"})"), "baseUrl");
  expect_refused(admin("POST", "/api/provider-nodes", R"({"prefix":"a b","baseUrl":"http://127.0.0.1:9"})"), "prefix");
  expect_refused(admin("POST", "/api/provider-nodes", R"({"prefix":"a","baseUrl":"ftp://127.0.0.1"})"), "baseUrl");
  expect_refused(admin("POST", "/api/provider-nodes", R"({"prefix":"a","baseUrl":"http://169.254.169.254/"})"), "baseUrl");
  expect_refused(admin("POST", "/api/provider-nodes", R"({"prefix":"a","baseUrl":"http://127.0.0.1:9","type":"cobol"})"), "type");
  EXPECT_EQ(admin("POST", "/api/provider-nodes", R"({"prefix":"groq","baseUrl":"http://127.0.0.1:9"})").status, 409);
}

TEST_F(Management, SettingsAreShownChangedAndReset) {
  const auto row = [this](const std::string& key) {
    const Json all = admin("GET", "/api/settings").json();
    for (const Json& setting : all["settings"])
      if (setting["key"] == key) return setting;
    return Json();
  };
  EXPECT_EQ(row("connect_timeout_ms")["value"], 10000);
  EXPECT_EQ(row("connect_timeout_ms")["default"], 10000);
  EXPECT_EQ(row("connect_timeout_ms")["source"], "default");
  EXPECT_FALSE(row("connect_timeout_ms")["help"].get<std::string>().empty());
  ASSERT_EQ(admin("PATCH", "/api/settings", R"({"connect_timeout_ms":1234,"cors_origins":["https://app.example.com"]})").status, 200);
  EXPECT_EQ(row("connect_timeout_ms")["value"], 1234);
  EXPECT_EQ(row("connect_timeout_ms")["source"], "stored");
  EXPECT_EQ(row("cors_origins")["value"], Json({"https://app.example.com"}));
  ASSERT_EQ(admin("PUT", "/api/settings", R"({"connect_timeout_ms":null})").status, 200);
  EXPECT_EQ(row("connect_timeout_ms")["value"], 10000);
  expect_refused(admin("PATCH", "/api/settings", R"({"connect_timeout_ms":5,"no_such_setting":1})"), "no_such_setting");
  expect_refused(admin("PATCH", "/api/settings", R"({"connect_timeout_ms":"soon"})"), "connect_timeout_ms");
  EXPECT_EQ(row("connect_timeout_ms")["value"], 10000) << "one wrong member changes nothing";
  ASSERT_EQ(admin("PATCH", "/api/settings", R"({"https_proxy":"http://me:pass-word@127.0.0.1:3128"})").status, 200);
  EXPECT_EQ(admin("GET", "/api/settings").body.find("pass-word"), std::string::npos);
}

TEST_F(Management, ATestSaysWhatIsWrong) {
  const std::string id = add_node("own");
  const PlainReply dead = admin("POST", "/api/providers/" + id + "/test", "{}");
  ASSERT_EQ(dead.status, 200) << dead.body;
  EXPECT_EQ(dead.json()["valid"], false);
  EXPECT_EQ(dead.json()["type"], "network_error");
  EXPECT_EQ(admin("GET", "/api/providers/" + id).json()["testStatus"], "error");
  EXPECT_EQ(admin("POST", "/api/providers/nobody/test", "{}").status, 404);
}

TEST_F(Management, ATestOfTheBuiltInProviderPasses) {
  const PlainReply reply = admin("POST", "/api/providers/demo/test", "{}");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["valid"], true) << reply.body;
  EXPECT_EQ(reply.json()["type"], "ok");
  EXPECT_GE(reply.json()["latency"], 0);
}

TEST_F(Management, TheCatalogTellsWhatCanBeUsed) {
  const Json providers = admin("GET", "/api/catalog/providers").json()["providers"];
  const auto named = [&](const std::string& id) {
    for (const Json& provider : providers)
      if (provider["id"] == id) return provider;
    return Json();
  };
  EXPECT_GE(providers.size(), 36U);
  EXPECT_EQ(named("groq")["usable"], true);
  EXPECT_EQ(named("groq")["auth"], "apikey");
  EXPECT_EQ(named("demo")["auth"], "none");
  EXPECT_EQ(named("claude")["usable"], false) << "it needs a login";
}

TEST_F(Management, UsageIsCountedAndListed) {
  const std::string key = admin("POST", "/api/keys", R"({"name":"k"})").json()["key"];
  const PlainHeaders bearer{{"Authorization", "Bearer " + key}};
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(
        ask("POST", "/v1/chat/completions", R"({"model":"demo/echo","messages":[{"role":"user","content":"one two"}]})", bearer).status,
        200);
  EXPECT_EQ(ask("POST", "/v1/chat/completions", R"({"model":"nowhere/at-all","messages":[]})", bearer).status / 100, 4);
  const Json history = admin("GET", "/api/usage/history").json();
  EXPECT_EQ(history["totals"]["requests"], 4);
  EXPECT_EQ(history["totals"]["errors"], 1);
  EXPECT_GT(history["totals"]["outputTokens"], 0);
  EXPECT_EQ(history["last10Minutes"].size(), 10U);
  ASSERT_FALSE(history["byApiKey"].empty());
  EXPECT_EQ(history["byApiKey"][0]["name"], "k");

  const Json first = admin("GET", "/api/usage/logs?limit=3").json();
  ASSERT_EQ(first["logs"].size(), 3U);
  EXPECT_EQ(first["logs"][0]["model"], "nowhere/at-all");
  EXPECT_EQ(first["logs"][1]["provider"], "demo");
  EXPECT_EQ(first["logs"][1]["status"], 200);
  const Json second = admin("GET", "/api/usage/logs?limit=3&cursor=" + first["next"].dump()).json();
  EXPECT_EQ(second["logs"].size(), 1U);
  EXPECT_TRUE(second["next"].is_null());
  EXPECT_EQ(admin("GET", "/api/usage/logs?status=error").json()["logs"].size(), 1U);
  expect_refused(admin("GET", "/api/usage/logs?limit=0"), "limit");
  expect_refused(admin("GET", "/api/usage/logs?cursor=x"), "cursor");
}

TEST_F(Management, HealthTellsStrangersLittle) {
  const Json open = ask("GET", "/api/monitoring/health").json();
  EXPECT_EQ(open["status"], "ok");
  EXPECT_EQ(open["version"], "9.8.7");
  EXPECT_EQ(open.size(), 3U);
  const Json full = admin("GET", "/api/monitoring/health").json();
  EXPECT_EQ(full["system"]["workers"], 2);
  EXPECT_GE(full["activeRequests"], 1) << "this one";
  EXPECT_EQ(full["setupComplete"], true);
  EXPECT_GT(full["system"]["memoryBytes"], 0);
}

TEST_F(Management, AnswersAreNotKeptByAnyone) {
  EXPECT_EQ(admin("GET", "/api/keys").header("cache-control"), "no-store");
  EXPECT_EQ(admin("GET", "/api/nothing").status, 404);
  EXPECT_EQ(admin("DELETE", "/api/keys").status, 405);
}

}  // namespace
}  // namespace omniroute::test
