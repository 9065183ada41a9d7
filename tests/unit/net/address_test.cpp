#include "omniroute/net/address.hpp"

#include <gtest/gtest.h>

#include "connect_race.hpp"
#include "omniroute/net/connector.hpp"

namespace omniroute::net {
namespace {

TEST(Address, HasAClass) {
  struct Row {
    const char* text;
    AddressClass kind;
  };
  for (const Row& row : {
           Row{"1.1.1.1", AddressClass::global},
           Row{"172.15.0.1", AddressClass::global},
           Row{"172.32.0.1", AddressClass::global},
           Row{"100.63.255.255", AddressClass::global},
           Row{"169.253.0.1", AddressClass::global},
           Row{"2606:4700::1111", AddressClass::global},
           Row{"64:ff9b::101:101", AddressClass::global},
           Row{"::ffff:8.8.8.8", AddressClass::global},
           Row{"127.0.0.1", AddressClass::loopback},
           Row{"127.255.255.254", AddressClass::loopback},
           Row{"::1", AddressClass::loopback},
           Row{"::ffff:127.0.0.1", AddressClass::loopback},
           Row{"::127.0.0.1", AddressClass::loopback},
           Row{"10.0.0.1", AddressClass::private_use},
           Row{"172.16.0.1", AddressClass::private_use},
           Row{"172.31.255.255", AddressClass::private_use},
           Row{"192.168.1.1", AddressClass::private_use},
           Row{"100.64.0.1", AddressClass::private_use},
           Row{"fd12:3456::1", AddressClass::private_use},
           Row{"fc00::1", AddressClass::private_use},
           Row{"64:ff9b::a00:1", AddressClass::private_use},
           Row{"2002:a00:1::", AddressClass::private_use},
           Row{"0.0.0.0", AddressClass::forbidden},
           Row{"0.1.2.3", AddressClass::forbidden},
           Row{"169.254.169.254", AddressClass::forbidden},
           Row{"168.63.129.16", AddressClass::forbidden},
           Row{"100.100.100.200", AddressClass::forbidden},
           Row{"192.0.0.192", AddressClass::forbidden},
           Row{"224.0.0.1", AddressClass::forbidden},
           Row{"255.255.255.255", AddressClass::forbidden},
           Row{"::", AddressClass::forbidden},
           Row{"fe80::1", AddressClass::forbidden},
           Row{"ff02::1", AddressClass::forbidden},
           Row{"fd00:ec2::254", AddressClass::forbidden},
           Row{"::ffff:169.254.169.254", AddressClass::forbidden},
           Row{"64:ff9b::a9fe:a9fe", AddressClass::forbidden},
           Row{"2002:a9fe:a9fe::", AddressClass::forbidden},
           Row{"::a9fe:a9fe", AddressClass::forbidden},
       })
    EXPECT_EQ(classify_address(row.text), row.kind) << row.text;
}

TEST(Address, OtherTextsAreNoLiterals) {
  for (const std::string_view text :
       {"", "localhost", "1.2.3", "0x7f.0.0.1", "2130706433", "017700000001", "1.2.3.4.5", "[::1]", "fe80::1%eth0", "::1 ", "1.2.3.4\n"})
    EXPECT_EQ(classify_address(text), std::nullopt) << text;
  EXPECT_EQ(classify_address(std::string_view("1.2.3.4\0x", 9)), std::nullopt);
}

TEST(AddressRules, NeverAllowTheForbiddenAndLocalOnesWhenAsked) {
  const AddressRules open;
  AddressRules closed;
  closed.local_networks = false;
  EXPECT_TRUE(open.allow(AddressClass::loopback));
  EXPECT_TRUE(open.allow(AddressClass::private_use));
  EXPECT_FALSE(open.allow(AddressClass::forbidden));
  EXPECT_TRUE(closed.allow(AddressClass::global));
  EXPECT_FALSE(closed.allow(AddressClass::loopback));
  EXPECT_FALSE(closed.allow(AddressClass::private_use));
  EXPECT_FALSE(closed.allow(AddressClass::forbidden));
}

TEST(ConnectRace, FamiliesAlternate) {
  const std::vector<std::string> mixed{"2001:db8::1", "2001:db8::2", "192.0.2.1", "2001:db8::3", "192.0.2.2"};
  EXPECT_EQ(interleave_families(mixed), (std::vector<std::string>{"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"}));
  EXPECT_EQ(interleave_families({"192.0.2.1", "2001:db8::1"}), (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
  EXPECT_EQ(interleave_families({"192.0.2.1"}), (std::vector<std::string>{"192.0.2.1"}));
}

TEST(Proxy, IsParsedFromAnAddress) {
  struct Row {
    const char* text;
    Proxy::Kind kind;
    const char* host;
    int port;
    const char* user;
    const char* password;
    const char* label;
  };
  for (const Row& row : {
           Row{"", Proxy::Kind::none, "", 0, "", "", ""},
           Row{"http://relay.test:3128", Proxy::Kind::http, "relay.test", 3128, "", "", "http://relay.test:3128"},
           Row{"http://relay.test", Proxy::Kind::http, "relay.test", 80, "", "", "http://relay.test:80"},
           Row{"https://relay.test/", Proxy::Kind::https, "relay.test", 443, "", "", "https://relay.test:443"},
           Row{"socks5://10.0.0.1", Proxy::Kind::socks5, "10.0.0.1", 1080, "", "", "socks5://10.0.0.1:1080"},
           Row{"socks5h://u:p@h:9", Proxy::Kind::socks5, "h", 9, "u", "p", "socks5://u@h:9"},
           Row{"http://u%40x:p%3A%2F@h:1", Proxy::Kind::http, "h", 1, "u@x", "p:/", "http://u@x@h:1"},
           Row{"http://u:p@q@h:1", Proxy::Kind::http, "h", 1, "u", "p@q", "http://u@h:1"},
           Row{"http://[::1]:8080", Proxy::Kind::http, "::1", 8080, "", "", "http://[::1]:8080"},
       }) {
    const Result<Proxy> proxy = Proxy::parse(row.text);
    ASSERT_TRUE(proxy.ok()) << row.text << ": " << proxy.error().message;
    EXPECT_EQ(proxy->kind, row.kind) << row.text;
    EXPECT_EQ(proxy->host, row.host) << row.text;
    EXPECT_EQ(proxy->port, row.port) << row.text;
    EXPECT_EQ(proxy->user, row.user) << row.text;
    EXPECT_EQ(proxy->password.reveal(), row.password) << row.text;
    EXPECT_EQ(proxy->label(), row.label) << row.text;
  }
}

TEST(Proxy, ErrorsSayWhatIsWrongAndNeverThePassword) {
  for (const char* text :
       {"proxy.test:3128", "ftp://u:s3cret@h", "http://", "http://u:s3cret@", "http://u:s3cret@h:0", "http://u:s3cret@h:65536",
        "http://u:s3cret@h:", "http://u:s3cret@h:x", "http://u:s3cret%@h", "http://u:s3cret%zz@h", "http://u:s3cret%0d%0a@h",
        "http://u:s3cret@h/path", "http://u:s3cret@h h", "http://u:s3cret@[::1", "http://u:s3cret@[x]:1", "http://u:s3cret@[::1]x"}) {
    const Result<Proxy> proxy = Proxy::parse(text);
    ASSERT_FALSE(proxy.ok()) << text;
    EXPECT_EQ(proxy.error().kind, ErrorKind::bad_request);
    EXPECT_EQ(proxy.error().message.find("s3cret"), std::string::npos) << proxy.error().message;
    EXPECT_EQ(proxy.error().detail.find("s3cret"), std::string::npos);
  }
}

TEST(Proxy, AuthorizationIsBasic) {
  // RFC 7617, section 2.
  Proxy proxy;
  EXPECT_TRUE(proxy.authorization().empty());
  proxy.user = "Aladdin";
  proxy.password = Secret("open sesame");
  EXPECT_EQ(proxy.authorization().reveal(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  proxy.user = "a";
  proxy.password = Secret("bc");
  EXPECT_EQ(proxy.authorization().reveal(), "Basic YTpiYw==");
  proxy.password = Secret("b");
  EXPECT_EQ(proxy.authorization().reveal(), "Basic YTpi");
}

}  // namespace
}  // namespace omniroute::net

namespace omniroute::net {
namespace {

TEST(AddressRange, ReadsTheUsualNotationsAndNothingElse) {
  struct Row {
    const char* range;
    const char* inside;
    const char* outside;
  };
  for (const Row& row : {Row{"192.0.2.1", "192.0.2.1", "192.0.2.2"}, Row{"192.0.2.0/24", "::ffff:192.0.2.255", "192.0.3.0"},
                         Row{"10.0.*.*", "10.0.255.1", "10.1.0.0"}, Row{"0.0.0.0/0", "255.0.0.1", "::1"},
                         Row{"192.0.2.128/25", "192.0.2.128", "192.0.2.127"}, Row{"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
                         Row{"::/0", "::1", nullptr}, Row{"fe80::/10", "febf::1", "fec0::1"}}) {
    const auto range = AddressRange::parse(row.range);
    ASSERT_TRUE(range) << row.range;
    EXPECT_TRUE(range->contains(*parse_address(row.inside))) << row.range;
    if (row.outside != nullptr) {
      EXPECT_FALSE(range->contains(*parse_address(row.outside))) << row.range;
    }
  }
  for (const char* wrong : {"", "x", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.*.0.1", "*", "1.2.3", "2001:db8::/129",
                            "2001:*::", "10.0.0.0/8/8", "0x0a.0.0.1"})
    EXPECT_FALSE(AddressRange::parse(wrong)) << wrong;
  EXPECT_FALSE(parse_address({}));
}

}  // namespace
}  // namespace omniroute::net
