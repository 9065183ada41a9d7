#include "omniroute/http/url.hpp"

#include <gtest/gtest.h>

namespace omniroute::http {
namespace {

TEST(Url, TakesAddressesApart) {
  struct Row {
    const char* text;
    bool tls;
    const char* host;
    unsigned port;
    const char* target;
  };
  const Row rows[] = {
      {"https://api.openai.com/v1/chat/completions", true, "api.openai.com", 443, "/v1/chat/completions"},
      {"http://127.0.0.1:18080/v1", false, "127.0.0.1", 18080, "/v1"},
      {"HTTP://Example.COM", false, "example.com", 80, "/"},
      {"https://[::1]:8443/x?y=1", true, "::1", 8443, "/x?y=1"},
      {"https://h?beta=true", true, "h", 443, "/?beta=true"},
  };
  for (const Row& row : rows) {
    const Result<Url> url = Url::parse(row.text);
    ASSERT_TRUE(url) << row.text;
    EXPECT_EQ(url->tls, row.tls);
    EXPECT_EQ(url->host, row.host);
    EXPECT_EQ(url->port, row.port);
    EXPECT_EQ(url->target, row.target);
  }
}

TEST(Url, RefusesWhatCannotBeCalled) {
  for (const char* text :
       {"", "api.openai.com", "ftp://x/", "http://", "http://user:pw@x/", "http://x:0/", "http://x:99999/", "http://x:y/", "http://[::1/",
        "http://[::1]x/", "http://x/#f", "http://x/a b", "http://x/\r\nHost: y", "file:///etc/passwd"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(Url, NeverRepeatsAPasswordInItsError) {
  const Result<Url> url = Url::parse("https://me:hunter22@host/");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().message.find("hunter22"), std::string::npos);
}

TEST(Query, FindsAndDecodesAValue) {
  EXPECT_EQ(query_value("beta=true&key=a%2Fb", "key"), "a/b");
  EXPECT_EQ(query_value("beta=true", "key"), "");
  EXPECT_EQ(query_value("key", "key"), "");
  EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
}

}  // namespace
}  // namespace omniroute::http
