#include "omniroute/access/client.hpp"

#include <gtest/gtest.h>

namespace omniroute::access {
namespace {

std::unique_ptr<config::Snapshot> with(config::Rows rows) {
  static const auto catalog = std::make_shared<const catalog::Catalog>(*catalog::Catalog::embedded());
  return std::make_unique<config::Snapshot>(catalog, std::move(rows));
}

Client made_out(const std::string& peer, std::vector<http::HeaderView> headers, std::vector<std::string> trusted) {
  config::Rows rows;
  rows.settings.trusted_proxies = std::move(trusted);
  http::Request request;
  request.peer = peer;
  request.headers = std::move(headers);
  return client_of(request, with(std::move(rows))->addresses());
}

TEST(Client, NobodysForwardedHeadersAreBelievedUnlessTheOwnerTrustsHim) {
  const std::vector<http::HeaderView> forged{{"X-Forwarded-For", "127.0.0.1"}, {"X-Real-IP", "127.0.0.1"}, {"X-Forwarded-Proto", "https"}};
  const Client stranger = made_out("203.0.113.9", forged, {});
  EXPECT_EQ(stranger.address, "203.0.113.9");
  EXPECT_FALSE(stranger.tls);
  EXPECT_EQ(made_out("203.0.113.9", forged, {"10.0.0.0/8"}).address, "203.0.113.9");
}

TEST(Client, BehindATrustedProxyTheLastAddressThatIsNoProxysCounts) {
  const std::vector<std::string> trusted{"10.0.0.0/8", "::1"};
  EXPECT_EQ(made_out("10.0.0.1", {{"x-forwarded-for", "1.2.3.4, 198.51.100.7, 10.9.9.9"}}, trusted).address, "198.51.100.7");
  EXPECT_EQ(made_out("::1", {{"x-forwarded-for", "1.2.3.4"}, {"x-forwarded-for", "[2001:db8::5]:4711"}}, trusted).address, "2001:db8::5");
  EXPECT_EQ(made_out("10.0.0.1", {{"x-forwarded-for", "1.2.3.4, rubbish"}}, trusted).address, "10.0.0.1");
  EXPECT_EQ(made_out("10.0.0.1", {{"x-real-ip", "198.51.100.8"}}, trusted).address, "198.51.100.8");
  EXPECT_TRUE(made_out("10.0.0.1", {{"x-forwarded-proto", "https"}}, trusted).tls);
}

bool comes_in(const std::string& address, config::IpFilterMode mode, std::vector<store::IpBan> bans = {}) {
  config::Rows rows;
  rows.settings.ip_filter = mode;
  rows.settings.ip_deny = {"203.0.113.0/24", "10.1.*.*", "2001:db8:bad::/48"};
  rows.settings.ip_allow = {"203.0.113.7", "2001:db8:bad::7"};
  rows.bans = std::move(bans);
  return check_address(address, *with(std::move(rows)), 1000).ok();
}

TEST(AddressRules, EachModeLetsInWhomItSays) {
  using Mode = config::IpFilterMode;
  struct Row {
    std::string address;
    bool deny, allow, allow_first;
  };
  for (const Row& row :
       {Row{"203.0.113.7", false, true, true}, Row{"203.0.113.8", false, false, false}, Row{"::ffff:203.0.113.8", false, false, false},
        Row{"10.1.200.3", false, false, false}, Row{"10.2.0.1", true, false, true}, Row{"2001:db8:bad::7", false, true, true},
        Row{"2001:db8:bae::7", true, false, true}, Row{"127.0.0.1", true, true, true}, Row{"::1", true, true, true}}) {
    EXPECT_TRUE(comes_in(row.address, Mode::off)) << row.address;
    EXPECT_EQ(comes_in(row.address, Mode::deny), row.deny) << row.address;
    EXPECT_EQ(comes_in(row.address, Mode::allow), row.allow) << row.address;
    EXPECT_EQ(comes_in(row.address, Mode::allow_first), row.allow_first) << row.address;
  }
}

TEST(AddressRules, ABanCountsInEveryModeUntilItsEndAndNeverForThisMachine) {
  using Mode = config::IpFilterMode;
  EXPECT_FALSE(comes_in("198.51.100.1", Mode::off, {{"198.51.100.1", 1001, ""}}));
  EXPECT_TRUE(comes_in("198.51.100.1", Mode::off, {{"198.51.100.1", 1000, ""}}));
  EXPECT_FALSE(comes_in("203.0.113.7", Mode::allow, {{"203.0.113.7", 2000, ""}}));
  EXPECT_TRUE(comes_in("127.0.0.1", Mode::off, {{"127.0.0.1", 2000, ""}}));
}

}  // namespace
}  // namespace omniroute::access
