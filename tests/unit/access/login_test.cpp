#include "omniroute/access/login.hpp"

#include <gtest/gtest.h>

#include "omniroute/store/repositories.hpp"
#include "run_task.hpp"

namespace omniroute::access {
namespace {

using namespace std::chrono_literals;

class LoginTest : public testing::Test {
 protected:
  LoginTest() { EXPECT_TRUE(restart()); }
  /// A daemon that starts anew over the same database.
  Status restart(const std::string& initial_password = "") {
    login_ = std::make_unique<Login>(*database_, pool_, clock_);
    return test::run_task(login_->load(Secret(initial_password)));
  }
  Result<Secret> set_up(const std::string& password) {
    return test::run_task(login_->set_up(login_->setup_token(), Secret(password), Visitor{}));
  }
  Result<Secret> log_in(const std::string& password, const std::string& peer = "127.0.0.1") {
    return test::run_task(login_->log_in(Visitor{peer, "test browser", Secret()}, Secret(password)));
  }
  Result<Caller> admit(const std::string& cookie) const {
    http::Request request;
    request.headers = {{"cookie", cookie}};
    return login_->admit(request);
  }
  Result<Caller> admit(const Secret& token) const { return admit("omniroute_session=" + std::string(token.reveal())); }

  ManualClock clock_;
  net::BlockingPool pool_{2};
  std::unique_ptr<store::Database> database_ = *store::Database::open_in_memory(clock_);
  std::unique_ptr<Login> login_;
};

TEST_F(LoginTest, NothingIsOpenBeforeThePasswordIsSetThroughTheOneTimeToken) {
  EXPECT_FALSE(login_->has_password());
  EXPECT_EQ(login_->setup_token().reveal().size(), 43U);
  EXPECT_EQ(log_in("anything at all").error().kind, ErrorKind::forbidden);
  EXPECT_EQ(test::run_task(login_->set_up(Secret(), Secret("good password"), Visitor{})).error().kind, ErrorKind::forbidden);
  EXPECT_EQ(test::run_task(login_->set_up(Secret("guess"), Secret("good password"), Visitor{})).error().kind, ErrorKind::forbidden);
  EXPECT_EQ(set_up("short").error().kind, ErrorKind::bad_request);
  EXPECT_FALSE(login_->has_password()) << "a refused password leaves the token valid";

  const Secret token = login_->setup_token();
  const auto session = set_up("good password");
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_TRUE(login_->has_password());
  EXPECT_TRUE(login_->setup_token().empty());
  EXPECT_TRUE(admit(*session));
  EXPECT_EQ(test::run_task(login_->set_up(token, Secret("another password"), Visitor{})).error().kind, ErrorKind::conflict) << "once";
  EXPECT_TRUE(log_in("good password"));
}

TEST_F(LoginTest, EachStartHasAnotherToken) {
  const Secret first = login_->setup_token();
  ASSERT_TRUE(restart());
  EXPECT_NE(login_->setup_token().reveal(), first.reveal());
  EXPECT_EQ(test::run_task(login_->set_up(first, Secret("good password"), Visitor{})).error().kind, ErrorKind::forbidden);
}

TEST_F(LoginTest, TheInitialPasswordIsTakenOnceAndNeverReplacesOne) {
  ASSERT_TRUE(restart("from the environment"));
  EXPECT_TRUE(login_->has_password());
  EXPECT_TRUE(login_->setup_token().empty());
  EXPECT_TRUE(log_in("from the environment"));
  ASSERT_TRUE(restart("something else"));
  EXPECT_TRUE(log_in("from the environment"));
  EXPECT_EQ(log_in("something else").error().kind, ErrorKind::unauthorized);
}

TEST_F(LoginTest, AnInitialPasswordThatEverybodyKnowsStopsTheStart) {
  for (const char* word : {"123456", "CHANGEME", "changeme", "password"}) {
    const Status refused = restart(word);
    ASSERT_FALSE(refused) << word;
    EXPECT_NE(refused.error().message.find("INITIAL_PASSWORD"), std::string::npos);
    EXPECT_FALSE(login_->has_password());
  }
}

TEST_F(LoginTest, PasswordsHaveABoundAtEachEnd) {
  EXPECT_FALSE(check_new_password(Secret("1234567")));
  EXPECT_TRUE(check_new_password(Secret("1234567x")));
  EXPECT_TRUE(check_new_password(Secret(std::string(1024, 'x'))));
  EXPECT_FALSE(check_new_password(Secret(std::string(1025, 'x'))));
  EXPECT_EQ(check_new_password(Secret("ChangeMe")).error().param, "password");
}

TEST_F(LoginTest, ASessionLastsADayAndSurvivesARestart) {
  const auto session = set_up("good password");
  ASSERT_TRUE(session);
  clock_.advance(23h);
  EXPECT_TRUE(admit(*session));
  ASSERT_TRUE(restart());
  const auto caller = admit(*session);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->kind, Caller::Kind::session);
  EXPECT_TRUE(caller->scopes.allows(domain::Scope::admin));
  clock_.advance(1h + 1s);
  EXPECT_EQ(admit(*session).error().kind, ErrorKind::unauthorized);
  ASSERT_TRUE(restart());
  EXPECT_FALSE(admit(*session));
}

TEST_F(LoginTest, OnlyTheTokenItselfIsASession) {
  const auto session = set_up("good password");
  ASSERT_TRUE(session);
  const std::string token(session->reveal());
  EXPECT_EQ(token.size(), 43U);
  EXPECT_FALSE(admit(""));
  EXPECT_FALSE(admit("omniroute_session="));
  EXPECT_FALSE(admit("omniroute_session=" + token + "x"));
  EXPECT_FALSE(admit("omniroute_session=" + token.substr(1)));
  EXPECT_FALSE(admit("other=" + token));
  EXPECT_FALSE(admit("xomniroute_session=" + token));
  EXPECT_TRUE(admit("a=b; omniroute_session=" + token + "; c=d"));
  EXPECT_TRUE(admit("__Host-omniroute_session=" + token));
}

TEST_F(LoginTest, TheTokenIsNotInTheDatabase) {
  const auto session = set_up("good password");
  ASSERT_TRUE(session);
  store::Database::Work<std::vector<domain::Session>> work = [](store::Transaction& t) { return store::Sessions(t).all(); };
  const auto stored = test::run_task(database_->read(work));
  ASSERT_TRUE(stored);
  ASSERT_EQ(stored->size(), 1U);
  const std::string_view hash(reinterpret_cast<const char*>(stored->front().token_hash.data()), 32);
  EXPECT_EQ(hash.find(session->reveal().substr(0, 8)), std::string_view::npos);
}

TEST_F(LoginTest, LoggingOutEndsThatSessionAlone) {
  const auto first = set_up("good password");
  const auto second = log_in("good password");
  ASSERT_TRUE(second);
  EXPECT_NE(first->reveal(), second->reveal()) << "new at each login";
  ASSERT_TRUE(test::run_task(login_->log_out(*first)));
  EXPECT_FALSE(admit(*first));
  EXPECT_TRUE(admit(*second));
  ASSERT_TRUE(restart());
  EXPECT_FALSE(admit(*first));
  EXPECT_TRUE(admit(*second));
}

TEST_F(LoginTest, AnotherPasswordEndsAllSessions) {
  const auto session = set_up("good password");
  EXPECT_EQ(test::run_task(login_->change_password("127.0.0.1", Secret("wrong password"), Secret("next password"))).error().kind,
            ErrorKind::unauthorized);
  EXPECT_EQ(test::run_task(login_->change_password("127.0.0.1", Secret("good password"), Secret("123456"))).error().kind,
            ErrorKind::bad_request);
  EXPECT_TRUE(admit(*session));
  ASSERT_TRUE(test::run_task(login_->change_password("127.0.0.1", Secret("good password"), Secret("next password"))));
  EXPECT_FALSE(admit(*session));
  EXPECT_FALSE(log_in("good password"));
  EXPECT_TRUE(log_in("next password"));
  ASSERT_TRUE(test::run_task(login_->reset_password(Secret("third password"))));
  EXPECT_TRUE(log_in("third password"));
  ASSERT_TRUE(restart());
  EXPECT_TRUE(log_in("third password"));
}

TEST_F(LoginTest, GuessingIsSlowedDownSessionsGoOnAndTheOwnerIsInAgainSoon) {
  const auto session = set_up("good password");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(log_in("wrong password").error().kind, ErrorKind::unauthorized) << i;
  const auto blocked = log_in("good password");
  ASSERT_FALSE(blocked);
  EXPECT_EQ(blocked.error().kind, ErrorKind::rate_limited);
  ASSERT_TRUE(blocked.error().retry_after);
  EXPECT_LE(*blocked.error().retry_after, 75s);
  EXPECT_TRUE(admit(*session));
  EXPECT_TRUE(log_in("good password", "192.168.1.7")) << "another address is not meant";
  clock_.advance(*blocked.error().retry_after);
  EXPECT_TRUE(log_in("good password"));
  EXPECT_TRUE(log_in("good password")) << "a right one forgets the wrong ones";
}

TEST_F(LoginTest, TheCookieIsForThisServerAloneAndOutOfScriptsReach) {
  const std::string plain = Login::cookie(Secret("TOKEN"), false);
  EXPECT_EQ(plain, "omniroute_session=TOKEN; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400");
  const std::string secure = Login::cookie(Secret("TOKEN"), true);
  EXPECT_TRUE(secure.starts_with("__Host-omniroute_session=TOKEN; "));
  EXPECT_TRUE(secure.ends_with("; Secure"));
  EXPECT_EQ(secure.find("Domain"), std::string::npos);
  EXPECT_NE(Login::clear_cookie(true).find("Max-Age=0"), std::string::npos);
  EXPECT_NE(Login::clear_cookie(false).find("omniroute_session=;"), std::string::npos);
}

TEST_F(LoginTest, AFailingDiskLetsNobodyIn) {
  const auto session = set_up("good password");
  ASSERT_TRUE(session);
  database_->close();
  EXPECT_EQ(log_in("good password").error().kind, ErrorKind::internal);
  EXPECT_EQ(test::run_task(login_->reset_password(Secret("next password"))).error().kind, ErrorKind::internal);
  EXPECT_TRUE(admit(*session)) << "who is in stays in";
}

}  // namespace
}  // namespace omniroute::access
