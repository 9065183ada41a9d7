#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "browser.hpp"

namespace omniroute::app {
namespace {

Desktop somebody_there() {
  Desktop desktop;
  desktop.display = true;
  desktop.opener = true;
  return desktop;
}

TEST(Desktop, ABrowserOpensWhereSomebodySits) {
  EXPECT_TRUE(somebody_there().wants_browser());
  EXPECT_FALSE(Desktop().wants_browser());
}

TEST(Desktop, OneReasonAgainstItIsEnough) {
  const auto but = [](bool Desktop::*member, bool value) {
    Desktop desktop = somebody_there();
    desktop.*member = value;
    return desktop.wants_browser();
  };
  EXPECT_FALSE(but(&Desktop::display, false));
  EXPECT_FALSE(but(&Desktop::opener, false));
  EXPECT_FALSE(but(&Desktop::remote, true));
  EXPECT_FALSE(but(&Desktop::automated, true));
  EXPECT_FALSE(but(&Desktop::container, true));
}

class DesktopEnvironment : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "omniroute-desktop-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Desktop look(std::map<std::string, std::string, std::less<>> variables) const {
    return Desktop::look_round(config::Environment(std::move(variables)));
  }

  std::filesystem::path folder_;
};

TEST_F(DesktopEnvironment, TheVariablesTell) {
  EXPECT_TRUE(look({{"DISPLAY", ":0"}}).display);
  EXPECT_TRUE(look({{"WAYLAND_DISPLAY", "wayland-0"}}).display);
  EXPECT_FALSE(look({{"DISPLAY", ""}}).display);
  EXPECT_TRUE(look({{"SSH_CONNECTION", "a b c d"}}).remote);
  EXPECT_TRUE(look({{"SSH_TTY", "/dev/pts/1"}}).remote);
  EXPECT_TRUE(look({{"CI", "true"}}).automated);
  EXPECT_TRUE(look({{"container", "podman"}}).container);
  EXPECT_TRUE(look({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}}).container);
}

TEST_F(DesktopEnvironment, TheOpenerIsLookedForInPath) {
  const std::string path = "/nowhere:" + folder_.string();
  EXPECT_FALSE(look({{"PATH", path}}).opener);
  std::ofstream(folder_ / "xdg-open") << "#!/bin/sh\n";
  EXPECT_FALSE(look({{"PATH", path}}).opener) << "it is not executable";
  std::filesystem::permissions(folder_ / "xdg-open", std::filesystem::perms::owner_all);
  EXPECT_TRUE(look({{"PATH", path}}).opener);
  EXPECT_TRUE(look({{"PATH", folder_.string() + ":/nowhere"}}).opener);
}

}  // namespace
}  // namespace omniroute::app
