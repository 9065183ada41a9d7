#pragma once
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace omniroute::app {

struct Arguments;

/// What the commands of the router take beside `which`.
struct RouterArguments {
  std::string strategy;
  std::vector<std::string> targets;  ///< "model[#account][=weight]"
  std::vector<std::string> keys;     ///< "key=value", of the cascade
  bool off = false;                  ///< a combo that is kept, but not used
  std::string model;
  std::string target;
  std::string at;
  std::string request_file;
  std::string config_file;
  std::string since;
  std::string provider;
  std::string connection;
  std::string context;  ///< numbers as they were typed: they are the management API's to check
  std::string max_output;
  std::string input_price;
  std::string output_price;
  std::string max_concurrent;
  std::string weight;
  std::string priority;
  std::string protection;
};

/// Adds `combo`, `route`, `why`, `replay`, `alias`, `wildcard`, `model`, `resilience`, `quota` and `account` to the grammar.
void add_router_commands(CLI::App& app, Arguments& into);

}  // namespace omniroute::app
