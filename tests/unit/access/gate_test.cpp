#include "omniroute/access/gate.hpp"

#include <gtest/gtest.h>

#include "omniroute/crypto/gateway_key.hpp"

namespace omniroute::access {
namespace {

using domain::Scope;
using domain::Scopes;
using Headers = std::vector<http::HeaderView>;

class GateTest : public testing::Test {
 protected:
  GateTest() {
    add("inference", inference_, Scope::inference, true);
    add("reader", reader_, Scope::read, true);
    add("admin", admin_, Scope::admin, true);
    add("off", off_, Scope::inference, false);
    build();
  }
  void add(std::string id, const Secret& text, Scopes scopes, bool active) {
    domain::ApiKey key;
    key.id = id;
    key.name = "name of " + id;
    key.hash = crypto::sha256(text.reveal());
    key.scopes = scopes;
    key.active = active;
    rows_.keys.push_back(std::move(key));
  }
  void build() {
    config::Rows rows = rows_;
    static const auto catalog = std::make_shared<const catalog::Catalog>(*catalog::Catalog::embedded());
    snapshot_ = std::make_unique<config::Snapshot>(catalog, std::move(rows));
  }
  void allow_keyless() {
    rows_.settings.require_api_key = false;
    build();
  }
  Result<Caller> admit(Headers headers, Scope needed = Scope::inference, bool on_loopback = true, bool local = false) {
    http::Request request;
    request.headers = std::move(headers);
    request.local = local;
    return Gate(on_loopback, clock_).admit(request, *snapshot_, needed);
  }
  static void expect_refused(const Result<Caller>& result, ErrorKind kind) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind) << result.error().message;
  }

  ManualClock clock_;
  const Secret inference_ = crypto::make_gateway_key();
  const Secret reader_ = crypto::make_gateway_key();
  const Secret admin_ = crypto::make_gateway_key();
  const Secret off_ = crypto::make_gateway_key();
  config::Rows rows_;
  std::unique_ptr<config::Snapshot> snapshot_;
};

TEST_F(GateTest, TakesAKeyFromEachOfTheUsualHeaders) {
  const std::string bearer = "Bearer " + std::string(inference_.reveal());
  const std::string lower = "bearer   " + std::string(inference_.reveal());
  for (const Headers& headers :
       {Headers{{"Authorization", bearer}}, Headers{{"authorization", lower}}, Headers{{"x-api-key", inference_.reveal()}},
        Headers{{"X-Goog-Api-Key", inference_.reveal()}}, Headers{{"api-key", inference_.reveal()}}}) {
    const auto caller = admit(headers);
    ASSERT_TRUE(caller) << caller.error().message;
    EXPECT_EQ(caller->kind, Caller::Kind::key);
    EXPECT_EQ(caller->key_id, "inference");
    EXPECT_EQ(caller->name, "name of inference");
    EXPECT_EQ(caller->scopes, Scopes(Scope::inference));
  }
}

TEST_F(GateTest, TheFirstHeaderThatHasAKeyCounts) {
  const std::string bearer = "Bearer " + std::string(inference_.reveal());
  EXPECT_EQ(admit({{"x-api-key", admin_.reveal()}, {"authorization", bearer}})->key_id, "inference");
  EXPECT_EQ(admit({{"authorization", "Basic abc"}, {"x-api-key", admin_.reveal()}})->key_id, "admin");
}

TEST_F(GateTest, WithoutAValidKeyNothingPasses) {
  std::string mistyped(inference_.reveal());
  mistyped[20] = mistyped[20] == 'a' ? 'b' : 'a';
  const Secret stranger = crypto::make_gateway_key();
  const std::string twice = std::string(inference_.reveal()) + std::string(inference_.reveal());
  for (const std::string_view text :
       {std::string_view(), std::string_view("Bearer"), std::string_view("sk-x"), std::string_view(mistyped), stranger.reveal(),
        off_.reveal(), std::string_view(twice), inference_.reveal().substr(1), std::string_view("null"), std::string_view("undefined")}) {
    const std::string bearer = "Bearer " + std::string(text);
    expect_refused(admit({{"authorization", bearer}}), ErrorKind::unauthorized);
    expect_refused(admit({{"x-api-key", text}}), ErrorKind::unauthorized);
    expect_refused(admit({{"x-goog-api-key", text}}), ErrorKind::unauthorized);
    expect_refused(admit({{"api-key", text}}), ErrorKind::unauthorized);
  }
  expect_refused(admit({}), ErrorKind::unauthorized);
  expect_refused(admit({{"authorization", inference_.reveal()}}), ErrorKind::unauthorized);
  expect_refused(admit({{"cookie", inference_.reveal()}}), ErrorKind::unauthorized);
}

TEST_F(GateTest, NoRefusalRepeatsTheKey) {
  for (const Secret* key : {&off_, &reader_}) {
    const auto refused = admit({{"x-api-key", key->reveal()}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message.find(key->reveal()), std::string::npos);
    EXPECT_EQ(refused.error().detail.find(key->reveal()), std::string::npos);
  }
}

TEST_F(GateTest, AKeyMayDoWhatItsScopesSay) {
  expect_refused(admit({{"x-api-key", inference_.reveal()}}, Scope::read), ErrorKind::forbidden);
  expect_refused(admit({{"x-api-key", inference_.reveal()}}, Scope::admin), ErrorKind::forbidden);
  expect_refused(admit({{"x-api-key", reader_.reveal()}}, Scope::inference), ErrorKind::forbidden);
  EXPECT_TRUE(admit({{"x-api-key", reader_.reveal()}}, Scope::read));
  for (const Scope needed : {Scope::inference, Scope::read, Scope::admin}) EXPECT_TRUE(admit({{"x-api-key", admin_.reveal()}}, needed));
}

TEST_F(GateTest, WithoutAKeyOnlyProgramsOnLoopbackMayInferAndOnlyIfTheOwnerSaysSo) {
  expect_refused(admit({}), ErrorKind::unauthorized);
  allow_keyless();
  const auto caller = admit({});
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->kind, Caller::Kind::keyless);
  EXPECT_FALSE(caller->scopes.allows(Scope::read));
  EXPECT_TRUE(admit({{"x-api-key", "whatever a client is set up with"}}));
  expect_refused(admit({}, Scope::read), ErrorKind::unauthorized);
  expect_refused(admit({}, Scope::admin), ErrorKind::unauthorized);
  expect_refused(admit({}, Scope::inference, false), ErrorKind::unauthorized);
}

TEST_F(GateTest, AWebPageNeedsAKeyEvenWhileProgramsDoNot) {
  allow_keyless();
  expect_refused(admit({{"origin", "https://evil.example"}}), ErrorKind::forbidden);
  expect_refused(admit({{"origin", "null"}}), ErrorKind::forbidden);
  expect_refused(admit({{"sec-fetch-site", "cross-site"}}), ErrorKind::forbidden);
  expect_refused(admit({{"sec-fetch-site", "same-site"}}), ErrorKind::forbidden);
  EXPECT_TRUE(admit({{"sec-fetch-site", "none"}}));
  EXPECT_TRUE(admit({{"origin", "https://mine.example"}, {"x-api-key", inference_.reveal()}}));
}

TEST_F(GateTest, ARequestThatAProxyPassedOnIsNotFromThisMachine) {
  allow_keyless();
  for (const std::string_view name : {"x-forwarded-for", "forwarded", "x-real-ip"}) {
    expect_refused(admit({{name, "203.0.113.9"}}), ErrorKind::unauthorized);
    EXPECT_TRUE(admit({{name, "203.0.113.9"}, {"x-api-key", inference_.reveal()}}));
  }
}

TEST_F(GateTest, AKeyThatIsSwitchedOffDoesNotFallBackToItsAbsence) {
  rows_.settings.require_api_key = true;
  build();
  expect_refused(admit({{"x-api-key", off_.reveal()}}), ErrorKind::unauthorized);
}

TEST_F(GateTest, TheCommandLineMayDoEverything) {
  const auto caller = admit({}, Scope::admin, false, true);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->kind, Caller::Kind::local);
}

}  // namespace
}  // namespace omniroute::access
