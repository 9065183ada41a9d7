#include "welcome.hpp"

#include <gtest/gtest.h>

namespace omniroute::app {
namespace {

TEST(Welcome, TheReadyLineIsOneLineOfAFixedForm) {
  EXPECT_EQ(ready_line("0.1.0", address_text("127.0.0.1", 20128), 4711), "omniroute 0.1.0 ready on http://127.0.0.1:20128 (pid 4711)\n");
}

TEST(Welcome, AddressesCanBeTyped) {
  EXPECT_EQ(address_text("localhost", 80), "http://localhost:80");
  EXPECT_EQ(address_text("::1", 80), "http://[::1]:80");
  EXPECT_EQ(address_text("::1", 443, true), "https://[::1]:443");
  EXPECT_EQ(address_text("0.0.0.0", 80), "http://127.0.0.1:80");
  EXPECT_EQ(address_text("::", 80), "http://[::1]:80");
}

TEST(Welcome, TheLinkHoldsTheToken) {
  EXPECT_EQ(setup_link(20128, Secret("abc")).reveal(), "http://localhost:20128/setup?token=abc");
  EXPECT_EQ(setup_link(20128, Secret("abc"), true).reveal(), "https://localhost:20128/setup?token=abc");
  EXPECT_TRUE(setup_link(20128, Secret()).empty());
}

TEST(Welcome, TheFirstStepsSayLinkKeyAndAWholeRequest) {
  const Secret text = first_steps("http://127.0.0.1:20128", Secret("http://localhost:20128/setup?token=abc"), Secret("sk-omr-key"));
  const std::string shown(text.reveal());
  EXPECT_NE(shown.find("  http://localhost:20128/setup?token=abc\n"), std::string::npos);
  EXPECT_NE(shown.find("  sk-omr-key\n"), std::string::npos);
  const std::size_t curl = shown.find("  curl -N http://127.0.0.1:20128/v1/chat/completions ");
  ASSERT_NE(curl, std::string::npos);
  const std::string line = shown.substr(curl, shown.find('\n', curl) - curl);
  EXPECT_NE(line.find("'Authorization: Bearer sk-omr-key'"), std::string::npos);
  EXPECT_NE(line.find("\"model\":\"demo/echo\",\"stream\":true"), std::string::npos);
}

TEST(Welcome, WhatIsThereAlreadyIsNotSaidAgain) {
  EXPECT_TRUE(first_steps("http://127.0.0.1:20128", Secret(), Secret()).empty());
  const Secret link_only = first_steps("http://127.0.0.1:20128", Secret("http://link"), Secret());
  EXPECT_EQ(link_only.reveal().find("curl"), std::string_view::npos);
}

}  // namespace
}  // namespace omniroute::app
