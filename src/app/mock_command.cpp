#include "mock_command.hpp"

#include <charconv>
#include <cstdio>
#include <thread>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/services/mock.hpp"
#include "process.hpp"

namespace omniroute::app {
namespace {

int refuse(const Error& error) {
  const std::string text = "omniroute: " + error.message + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
  return 1;
}

Result<services::MockOptions> options_of(const Arguments& arguments) {
  services::MockOptions options;
  if (!arguments.host.empty()) options.host = arguments.host;
  const std::string& port = arguments.port;
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (!port.empty() && (failure != std::errc() || end != port.data() + port.size()))
    return Error(ErrorKind::bad_request, "--port takes a number from 0 to 65535, not " + port + ".");
  Result<services::MockScript> script = services::MockScript::parse(arguments.mock_script.empty() ? "ok" : arguments.mock_script);
  if (!script) return std::move(script).error();
  options.script = *std::move(script);
  for (const std::string& text : arguments.mock_models) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      return Error(ErrorKind::bad_request, "--model takes NAME=SCRIPT, such as gpt-x=429x3,ok; this is none: " + text);
    Result<services::MockScript> own = services::MockScript::parse(text.substr(equals + 1));
    if (!own) return std::move(own).error();
    options.models[text.substr(0, equals)] = *std::move(own);
  }
  return options;
}

}  // namespace

int run_mock(const Arguments& arguments) {
  log::configure(log::Level::warn, false);
  harden_process();
  StopSignals signals;
  Result<services::MockOptions> options = options_of(arguments);
  if (!options) return refuse(options.error());
  const std::string host = options->host;
  const SystemClock clock;
  net::Worker worker(clock);
  Result<std::unique_ptr<services::Mock>> mock = services::Mock::start(*std::move(options), {&worker});
  if (!mock) return refuse(mock.error());
  std::printf("mock upstream on http://%s:%u/v1\n", host.c_str(), static_cast<unsigned>((*mock)->port()));
  std::fflush(stdout);
  std::thread thread([&worker] { worker.run(); });
  signals.wait();
  (*mock)->close();
  worker.stop();
  thread.join();
  return 0;
}

}  // namespace omniroute::app
