#pragma once
#include <string>

#include "omniroute/base/secret.hpp"
#include "omniroute/config/environment.hpp"

namespace omniroute::app {

/// What tells whether somebody sits in front of this machine.
struct Desktop {
  bool display = false;    ///< DISPLAY or WAYLAND_DISPLAY
  bool opener = false;     ///< xdg-open stands in PATH
  bool remote = false;     ///< this terminal is an ssh session
  bool automated = false;  ///< CI
  bool container = false;

  static Desktop look_round(const config::Environment& environment);
  [[nodiscard]] bool wants_browser() const noexcept { return display && opener && !remote && !automated && !container; }
};

/// Shows `url` in the user's browser.
void open_browser(const std::string& url);

/// The same for a URL that holds a secret: it must not stand in the list of processes, so a page of mode 0600 in `directory`
/// leads there. Gives the page's path, to be removed at stop; empty if it could not be written.
std::string open_browser_by_page(const Secret& url, const std::string& directory);

}  // namespace omniroute::app
