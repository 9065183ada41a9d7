#include "arguments.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace omniroute::app {
namespace {

Arguments good(std::vector<std::string> words) {
  const auto read = read_arguments(std::move(words), "1.2.3");
  const Arguments* arguments = std::get_if<Arguments>(&read);
  EXPECT_NE(arguments, nullptr) << std::get<Stop>(read).text;
  return arguments != nullptr ? *arguments : Arguments();
}

Stop stopped(std::vector<std::string> words) {
  const auto read = read_arguments(std::move(words), "1.2.3");
  const Stop* stop = std::get_if<Stop>(&read);
  EXPECT_NE(stop, nullptr);
  return stop != nullptr ? *stop : Stop();
}

TEST(Arguments, NothingAtAllServes) {
  const Arguments arguments = good({});
  EXPECT_EQ(arguments.verb, Verb::serve);
  EXPECT_EQ(arguments.port, "");
  EXPECT_FALSE(arguments.no_open);
}

TEST(Arguments, ServingTakesItsOptionsWithAndWithoutTheWord) {
  for (const bool word : {false, true}) {
    std::vector<std::string> words{"--port", "3000", "--no-open", "--host", "0.0.0.0", "--log-level", "debug", "--data-dir", "/tmp/d"};
    if (word) words.insert(words.begin(), "serve");
    const Arguments arguments = good(words);
    EXPECT_EQ(arguments.verb, Verb::serve);
    EXPECT_EQ(arguments.port, "3000");
    EXPECT_EQ(arguments.host, "0.0.0.0");
    EXPECT_EQ(arguments.log_level, "debug");
    EXPECT_EQ(arguments.data_dir, "/tmp/d");
    EXPECT_TRUE(arguments.no_open);
  }
}

TEST(Arguments, TheDataDirectoryStandsBeforeOrBehindACommand) {
  EXPECT_EQ(good({"--data-dir", "/a", "key", "list"}).data_dir, "/a");
  EXPECT_EQ(good({"key", "list", "--json", "--data-dir", "/b"}).data_dir, "/b");
  EXPECT_EQ(good({"key", "--data-dir=/c", "list"}).data_dir, "/c");
}

TEST(Arguments, EveryCommandHasItsVerb) {
  struct Row {
    std::vector<std::string> words;
    Verb verb;
  };
  const Row rows[] = {
      {{"key", "create", "--name", "n", "--json"}, Verb::key_create},
      {{"key", "list", "--json"}, Verb::key_list},
      {{"key", "rotate", "k"}, Verb::key_rotate},
      {{"key", "remove", "k", "--json"}, Verb::key_remove},
      {{"node", "add", "--prefix", "p", "--name", "n", "--type", "openai", "--base-url", "u", "--api-key", "k", "--json"}, Verb::node_add},
      {{"node", "list"}, Verb::node_list},
      {{"node", "test", "p", "--json"}, Verb::node_test},
      {{"node", "remove", "p"}, Verb::node_remove},
      {{"provider", "add", "--provider", "groq", "--api-key", "k", "--name", "n", "--json"}, Verb::provider_add},
      {{"provider", "list", "--json"}, Verb::provider_list},
      {{"provider", "test", "x"}, Verb::provider_test},
      {{"provider", "remove", "x"}, Verb::provider_remove},
      {{"password", "set", "--stdin"}, Verb::password_set},
      {{"settings", "list"}, Verb::settings_list},
      {{"settings", "set", "a", "b"}, Verb::settings_set},
      {{"health"}, Verb::health},
  };
  for (const Row& row : rows)
    EXPECT_EQ(good(row.words).verb, row.verb) << row.words[0] << " " << (row.words.size() > 1 ? row.words[1] : "");
}

TEST(Arguments, OptionsReachTheirMembers) {
  const Arguments node =
      good({"node", "add", "--prefix", "oc", "--name", "Own", "--type", "anthropic", "--base-url", "http://127.0.0.1:1/v1", "--api-key",
            "env:KEY", "--proxy", "socks5://p:1", "--ca-file", "/ca.pem", "--no-key"});
  EXPECT_EQ(node.prefix, "oc");
  EXPECT_EQ(node.name, "Own");
  EXPECT_EQ(node.type, "anthropic");
  EXPECT_EQ(node.base_url, "http://127.0.0.1:1/v1");
  EXPECT_EQ(node.api_key, "env:KEY");
  EXPECT_EQ(node.proxy, "socks5://p:1");
  EXPECT_EQ(node.ca_file, "/ca.pem");
  EXPECT_TRUE(node.no_key);
  const Arguments key = good({"key", "create", "--name", "n", "--scope", "read", "--scope", "admin"});
  EXPECT_EQ(key.scopes, (std::vector<std::string>{"read", "admin"}));
  EXPECT_EQ(good({"settings", "set", "cors_origins", ""}).value, "");
  EXPECT_TRUE(good({"settings", "set", "cors_origins", "--default"}).to_default);
  EXPECT_EQ(good({"node", "add", "--prefix", "a", "--base-url", "u", "--api-key", "-"}).api_key, "-");
}

TEST(Arguments, WhatIsWrongIsOneLineAndCodeOne) {
  const std::vector<std::vector<std::string>> rows{{"--prot", "1"}, {"key"},           {"key", "create"},       {"frobnicate"},
                                                   {"node", "add"}, {"key", "remove"}, {"settings", "set", "a"}};
  for (const auto& words : rows) {
    const Stop stop = stopped(words);
    EXPECT_EQ(stop.code, 1);
    EXPECT_TRUE(stop.text.starts_with("omniroute: ")) << stop.text;
    EXPECT_EQ(stop.text.find('\n'), stop.text.size() - 1) << stop.text;
  }
}

TEST(Arguments, HelpAndVersionAreNoErrors) {
  for (const char* word : {"--help", "-h"}) {
    const Stop help = stopped({word});
    EXPECT_EQ(help.code, 0);
    for (const char* part :
         {"--port", "--host", "--data-dir", "--no-open", "--log-level", "key", "node", "provider", "password", "settings", "health"})
      EXPECT_NE(help.text.find(part), std::string::npos) << part;
  }
  for (const char* word : {"--version", "-v"}) {
    EXPECT_EQ(stopped({word}).code, 0);
    EXPECT_EQ(stopped({word}).text, "omniroute 1.2.3\n");
  }
  EXPECT_NE(stopped({"node", "add", "--help"}).text.find("--base-url"), std::string::npos);
}

TEST(Arguments, SecretsVanishFromTheArgumentArray) {
  char program[] = "omniroute";
  char option[] = "--api-key";
  char key[] = "secret-1";
  char joined[] = "--api-key=secret-2";
  char name[] = "--name";
  char last[] = "--api-key";
  char* words[] = {program, option, key, joined, name, last, nullptr};
  hide_secrets(6, words);
  EXPECT_STREQ(words[2], "********");
  EXPECT_STREQ(words[3], "--api-key=********");
  EXPECT_STREQ(words[4], "--name");
  EXPECT_STREQ(words[5], "--api-key");
}

}  // namespace
}  // namespace omniroute::app
