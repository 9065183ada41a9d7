#include "omniroute/config/environment.hpp"

#include <gtest/gtest.h>

namespace omniroute::config {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

TEST(Environment, ComesFromTheProcesssArray) {
  const char* const variables[] = {"A=1", "EMPTY=", "WITH=a=b", "=odd", "odd", nullptr};
  const Environment environment = Environment::of_process(variables);
  EXPECT_EQ(environment.get("A"), "1");
  EXPECT_EQ(environment.get("WITH"), "a=b");
  EXPECT_FALSE(environment.get("EMPTY")) << "empty is as good as not set";
  EXPECT_FALSE(environment.get("odd"));
  EXPECT_FALSE(Environment::of_process(nullptr).get("A"));
}

TEST(Environment, TakesTheFirstNameThatIsSet) {
  const Environment environment(Values{{"SECOND", "2"}, {"THIRD", "3"}});
  EXPECT_EQ(environment.first_of({"FIRST", "SECOND", "THIRD"}), "2");
  EXPECT_FALSE(environment.first_of({"FIRST"}));
}

TEST(Environment, FillsOnlyWhatIsMissing) {
  Environment environment(Values{{"A", "mine"}});
  environment.fill_from(Environment(Values{{"A", "theirs"}, {"B", "theirs"}}));
  EXPECT_EQ(environment.get("A"), "mine");
  EXPECT_EQ(environment.get("B"), "theirs");
}

TEST(EnvironmentFile, ReadsTheUsualForms) {
  const auto environment = Environment::parse_file(
      "# a comment\n\nPORT=3000\r\nexport HOST = 0.0.0.0\nQUOTED=\"a # b\" # why\nSINGLE='x y'\nPLAIN=a b # "
      "comment\nHASH=a#b\nNONE=\nLAST=1");
  ASSERT_TRUE(environment) << environment.error().message;
  EXPECT_EQ(environment->get("PORT"), "3000");
  EXPECT_EQ(environment->get("HOST"), "0.0.0.0");
  EXPECT_EQ(environment->get("QUOTED"), "a # b");
  EXPECT_EQ(environment->get("SINGLE"), "x y");
  EXPECT_EQ(environment->get("PLAIN"), "a b");
  EXPECT_EQ(environment->get("HASH"), "a#b");
  EXPECT_FALSE(environment->get("NONE"));
  EXPECT_EQ(environment->get("LAST"), "1");
}

TEST(EnvironmentFile, NamesTheLineThatIsWrong) {
  for (const std::string_view broken : {"A=1\nB", "A=1\n=2", "A=1\n1B=2", "A=1\nB='open", "A=1\nB=\"x\" y", "A=1\nB-C=2"}) {
    const auto environment = Environment::parse_file(broken);
    ASSERT_FALSE(environment) << broken;
    EXPECT_NE(environment.error().message.find("Line 2"), std::string::npos) << broken;
  }
}

TEST(DataDirectory, FollowsTheOrderOfPlaces) {
  Values all{{"DATA_DIR", "/data/"}, {"XDG_CONFIG_HOME", "/xdg"}, {"HOME", "/srv/me"}};
  EXPECT_EQ(*data_directory("/flag", Environment(all)), "/flag");
  EXPECT_EQ(*data_directory("", Environment(all)), "/data");
  all.erase("DATA_DIR");
  EXPECT_EQ(*data_directory("", Environment(all)), "/xdg/omniroute");
  all.erase("XDG_CONFIG_HOME");
  EXPECT_EQ(*data_directory("", Environment(all)), "/srv/me/.omniroute");
  const auto nowhere = data_directory("", Environment());
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("DATA_DIR"), std::string::npos);
}

TEST(ListenPort, FollowsTheOrderOfPlaces) {
  Values all{{"OMNIROUTE_PORT", "2"}, {"PORT", "3"}};
  EXPECT_EQ(*listen_port("1", Environment(all)), 1);
  EXPECT_EQ(*listen_port("", Environment(all)), 2);
  all.erase("OMNIROUTE_PORT");
  EXPECT_EQ(*listen_port("", Environment(all)), 3);
  EXPECT_EQ(*listen_port("", Environment()), 20128);
  EXPECT_EQ(*listen_port("0", Environment()), 0);
  EXPECT_EQ(*listen_port("65535", Environment()), 65535);
}

TEST(ListenPort, NamesWhereTheBadNumberStood) {
  for (const std::string_view bad : {"abc", "65536", "-1", "80x", " 80"}) {
    const auto by_flag = listen_port(bad, Environment());
    ASSERT_FALSE(by_flag) << bad;
    EXPECT_NE(by_flag.error().message.find("--port"), std::string::npos);
    const auto by_variable = listen_port("", Environment(Values{{"PORT", std::string(bad)}}));
    ASSERT_FALSE(by_variable) << bad;
    EXPECT_EQ(by_variable.error().param, "PORT");
  }
}

}  // namespace
}  // namespace omniroute::config
