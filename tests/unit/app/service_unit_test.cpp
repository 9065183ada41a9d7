#include "service_unit.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include "activation.hpp"

namespace omniroute::app {
namespace {

bool has(const std::string& text, const std::string& line) { return text.find(line + "\n") != std::string::npos; }

UnitOptions options() {
  UnitOptions options;
  options.binary = "/opt/omni route/omniroute";
  options.data_dir = "/srv/me/100% \"mine\"";
  options.port = 4711;
  return options;
}

TEST(ServiceUnit, TellsWhenItIsReadyAndIsClosedToWhatItDoesNotNeed) {
  const std::string unit = service_unit(options());
  EXPECT_TRUE(has(unit,
                  "ExecStart=\"/opt/omni route/omniroute\" serve --no-open --data-dir \"/srv/me/100%% \\\"mine\\\"\" --host \"127.0.0.1\" "
                  "--port 4711"))
      << unit;
  for (const char* line : {"Type=notify", "WatchdogSec=30", "NoNewPrivileges=yes", "SystemCallFilter=@system-service", "UMask=0077",
                           "ExecReload=kill -HUP $MAINPID", "WantedBy=default.target"})
    EXPECT_TRUE(has(unit, line)) << line;
  EXPECT_EQ(unit.find("LoadCredential"), std::string::npos);
  EXPECT_EQ(unit.find("DynamicUser"), std::string::npos);
}

TEST(ServiceUnit, OfTheSystemHasAUserAndAFolderOfItsOwn) {
  UnitOptions system = options();
  system.for_system = true;
  system.key_file = "/etc/omniroute/storage.key";
  const std::string unit = service_unit(system);
  for (const char* line : {"DynamicUser=yes", "StateDirectory=omniroute", "ProtectSystem=strict",
                           "CapabilityBoundingSet=", "LoadCredential=storage.key:/etc/omniroute/storage.key", "WantedBy=multi-user.target"})
    EXPECT_TRUE(has(unit, line)) << line;
  EXPECT_NE(unit.find("--data-dir \"/var/lib/omniroute\""), std::string::npos);
}

TEST(ServiceUnit, WithASocketLeavesTheAddressToIt) {
  UnitOptions with = options();
  with.with_socket = true;
  with.host = "::1";
  EXPECT_EQ(service_unit(with).find("--port"), std::string::npos);
  EXPECT_TRUE(has(service_unit(with), "Requires=omniroute.socket"));
  EXPECT_TRUE(has(socket_unit(with), "ListenStream=[::1]:4711"));
  EXPECT_TRUE(has(socket_unit(with), "WantedBy=sockets.target"));
}

TEST(Activation, SocketsAreTakenOnlyIfTheyAreForThisProcess) {
  const std::string pid = std::to_string(::getpid());
  const auto sockets = [](std::map<std::string, std::string, std::less<>> values) {
    return inherited_sockets(config::Environment(std::move(values)));
  };
  EXPECT_TRUE(sockets({})->empty());
  EXPECT_TRUE(sockets({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}})->empty());
  EXPECT_EQ(*sockets({{"LISTEN_PID", pid}, {"LISTEN_FDS", "2"}}), (std::vector<int>{3, 4}));
  EXPECT_FALSE(sockets({{"LISTEN_PID", pid}, {"LISTEN_FDS", "0"}}));
  EXPECT_FALSE(sockets({{"LISTEN_PID", pid}, {"LISTEN_FDS", "x"}}));
}

}  // namespace
}  // namespace omniroute::app
