#include "browser.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.hpp"

namespace omniroute::app {
namespace {

constexpr const char* open_program = "xdg-open";

bool stands_in_path(std::string_view path, const char* program) {
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(folder.size() < path.size() ? folder.size() + 1 : path.size());
    if (folder.empty()) continue;
    const std::string file = std::string(folder) + "/" + program;
    if (::access(file.c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace

Desktop Desktop::look_round(const config::Environment& environment) {
  Desktop desktop;
  desktop.display = environment.first_of({"WAYLAND_DISPLAY", "DISPLAY"}).has_value();
  desktop.opener = stands_in_path(environment.get("PATH").value_or(""), open_program);
  desktop.remote = environment.first_of({"SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"}).has_value();
  desktop.automated = environment.get("CI").has_value();
  desktop.container = environment.first_of({"container", "KUBERNETES_SERVICE_HOST"}).has_value() || ::access("/.dockerenv", F_OK) == 0 ||
                      ::access("/run/.containerenv", F_OK) == 0;
  return desktop;
}

void open_browser(const std::string& url) { launch(open_program, url); }

std::string open_browser_by_page(const Secret& url, const std::string& directory) {
  const std::string path = directory + "/open-browser.html";
  const std::string page =
      "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0;url=" + std::string(url.reveal()) +
      "\"><title>OmniRoute</title><p><a href=\"" + std::string(url.reveal()) + "\">Open OmniRoute</a></p>\n";
  ::unlink(path.c_str());
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return {};
  const ssize_t written = ::write(file, page.data(), page.size());
  ::close(file);
  if (written != static_cast<ssize_t>(page.size())) {
    ::unlink(path.c_str());
    return {};
  }
  open_browser(path);
  return path;
}

}  // namespace omniroute::app
