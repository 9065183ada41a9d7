#include "program.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "activation.hpp"
#include "arguments.hpp"
#include "commands.hpp"
#include "daemon.hpp"
#include "mock_command.hpp"
#include "omniroute/base/log.hpp"
#include "process.hpp"
#include "service_unit.hpp"
#include "setup_command.hpp"
#include "translation.hpp"

namespace omniroute::app {
namespace {

void print(std::FILE* to, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

int refuse(const Error& error) {
  print(stderr, "omniroute: " + error.message + "\n");
  return 1;
}

/// The variables, and those that the file .env of the data directory adds.
Status add_file(config::Environment& environment, const std::string& data_dir) {
  const std::string path = data_dir + "/.env";
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Result<config::Environment> read = config::Environment::parse_file(text);
  if (!read) return Error(ErrorKind::bad_request, path + ": " + read.error().message);
  environment.fill_from(*read);
  return {};
}

int run_serve(const Arguments& arguments, std::string data_dir, config::Environment environment, std::string_view version) {
  Result<std::uint16_t> port = config::listen_port(arguments.port, environment);
  if (!port) return refuse(port.error());
  ServeOptions options;
  options.data_dir = std::move(data_dir);
  options.version = version;
  options.port = *port;
  options.workers = available_cores();
  options.host = arguments.host.empty() ? std::string(environment.get("OMNIROUTE_HOST").value_or("127.0.0.1")) : arguments.host;
  // Whoever can write to that folder can do anything in the dashboard's name.
  if (!arguments.web_dir.empty() && !is_loopback(options.host))
    return refuse(Error(ErrorKind::bad_request, "--web-dir is for work on the dashboard and goes with a loopback --host only."));
  options.web_dir = arguments.web_dir;
  if (!arguments.log_level.empty()) {
    log::Level level = log::Level::info;
    if (!log::parse_level(arguments.log_level, level))
      return refuse(
          Error(ErrorKind::bad_request, "--log-level: " + arguments.log_level + " is none of trace, debug, info, warn, error, off."));
    options.log_level = level;
  }
  options.config_file = arguments.config_file;
  options.tls_cert = arguments.tls_cert.empty() ? std::string(environment.get("OMNIROUTE_TLS_CERT").value_or("")) : arguments.tls_cert;
  options.tls_key = arguments.tls_key.empty() ? std::string(environment.get("OMNIROUTE_TLS_KEY").value_or("")) : arguments.tls_key;
  Result<std::vector<int>> inherited = inherited_sockets(environment);
  if (!inherited) return refuse(inherited.error());
  options.inherited = *std::move(inherited);
  options.environment = std::move(environment);
  return serve(std::move(options), !arguments.no_open);
}

Result<std::string> install(const Arguments& arguments, const config::Environment& environment) {
  Result<std::uint16_t> port = config::listen_port(arguments.port, environment);
  if (!port) return std::move(port).error();
  UnitOptions options;
  options.data_dir = arguments.data_dir;
  options.key_file = arguments.key_file;
  options.host = arguments.host.empty() ? "127.0.0.1" : arguments.host;
  options.port = *port;
  options.with_socket = arguments.with_socket;
  return install_service(environment, std::move(options));
}

/// The daemon's control socket, else its port: the health of a daemon is not that of a data directory.
std::unique_ptr<Channel> health_channel(const std::string& data_dir, std::uint16_t port) {
  std::unique_ptr<Channel> channel = reach_daemon(data_dir);
  return channel ? std::move(channel) : reach_port(port);
}

int run_other(const Arguments& arguments, std::string data_dir, config::Environment environment, std::string_view version) {
  log::configure(log::Level::off, false);
  harden_process();
  std::unique_ptr<Channel> channel;
  if (arguments.verb == Verb::health) {
    Result<std::uint16_t> port = config::listen_port(arguments.port, environment);
    if (!port) return refuse(port.error());
    channel = health_channel(data_dir, *port);
  } else {
    Plan plan;
    plan.data_dir = std::move(data_dir);
    plan.environment = environment;
    plan.version = version;
    Result<std::unique_ptr<Channel>> opened = open_channel(plan);
    if (!opened) return refuse(opened.error());
    channel = *std::move(opened);
  }
  Result<Output> output = run_command(arguments, environment, *channel);
  if (!output) return refuse(output.error());
  print(stdout, output->text);
  return output->code;
}

}  // namespace

int run_program(int count, char** words, const char* const* variables, std::string_view version) {
  std::vector<std::string> given;
  for (int i = 1; i < count; ++i) given.emplace_back(words[i]);
  std::variant<Arguments, Stop> read = read_arguments(std::move(given), version);
  hide_secrets(count, words);
  if (const Stop* stop = std::get_if<Stop>(&read)) {
    print(stop->code == 0 ? stdout : stderr, stop->text);
    return stop->code;
  }
  Arguments& arguments = std::get<Arguments>(read);
  if (arguments.verb == Verb::translate) return run_translate(arguments);
  if (arguments.verb == Verb::mock) return run_mock(arguments);
  config::Environment environment = config::Environment::of_process(variables);
  Result<std::string> data_dir = config::data_directory(arguments.data_dir, environment);
  if (!data_dir) return refuse(data_dir.error());
  arguments.data_dir = *data_dir;
  if (Status added = add_file(environment, *data_dir); !added) return refuse(added.error());
  add_credentials(environment);
  const bool installs = arguments.verb == Verb::service_install;
  if (installs || arguments.verb == Verb::service_uninstall) {
    Result<std::string> done = installs ? install(arguments, environment) : uninstall_service(environment);
    if (!done) return refuse(done.error());
    print(stdout, *done);
    return 0;
  }
  if (arguments.verb == Verb::setup) {
    log::configure(log::Level::off, false);
    harden_process();
    Result<Output> output = run_setup(arguments, environment, version);
    if (!output) return refuse(output.error());
    print(stdout, output->text);
    return output->code;
  }
  if (arguments.verb == Verb::serve) return run_serve(arguments, *std::move(data_dir), std::move(environment), version);
  return run_other(arguments, *std::move(data_dir), std::move(environment), version);
}

}  // namespace omniroute::app
