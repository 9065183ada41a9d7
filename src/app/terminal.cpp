#include "terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace omniroute::app {
namespace {

constexpr std::size_t longest_line = 64 * 1024;

/// Reads to the end of the line, byte by byte: what follows belongs to whoever reads next.
Result<Secret> read_line(int from) {
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t got = ::read(from, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') break;
    if (line.size() == longest_line) return Error(ErrorKind::bad_request, "The line on stdin is too long for a secret.");
    line.push_back(c);
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return Error(ErrorKind::bad_request, "No secret came on stdin.");
  return Secret(std::move(line));
}

/// A terminal that does not show what is typed, until it is left.
class Hushed {
 public:
  explicit Hushed(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hushed_ = ::tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  ~Hushed() {
    if (hushed_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  Hushed(const Hushed&) = delete;
  Hushed& operator=(const Hushed&) = delete;
  [[nodiscard]] bool hushed() const noexcept { return hushed_; }

 private:
  int terminal_;
  termios before_{};
  bool hushed_ = false;
};

bool say(int terminal, const std::string& text) { return ::write(terminal, text.data(), text.size()) == static_cast<ssize_t>(text.size()); }

}  // namespace

Result<Secret> read_secret_line() { return read_line(STDIN_FILENO); }

Result<Secret> ask_secret(const std::string& question) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return Error(ErrorKind::bad_request, "There is no terminal to ask on. Use --stdin.");
  const Hushed hush(terminal);
  Result<Secret> answer = Error(ErrorKind::bad_request, "The terminal cannot be kept from showing what is typed. Use --stdin.");
  if (hush.hushed() && say(terminal, question)) {
    answer = read_line(terminal);
    say(terminal, "\n");
  }
  ::close(terminal);
  return answer;
}

Result<Secret> secret_option(const std::string& option, const std::string& value, const config::Environment& environment) {
  constexpr std::string_view variable_mark = "env:";
  if (value == "-") return read_secret_line();
  if (!value.starts_with(variable_mark)) return Secret(value);
  const std::string name = value.substr(variable_mark.size());
  const std::optional<std::string_view> found = environment.get(name);
  if (!found) return Error(ErrorKind::bad_request, option + ": the environment variable " + name + " is not set.");
  return Secret(std::string(*found));
}

Result<Secret> secret_from(const std::string& option, const std::string& source, const config::Environment& environment) {
  constexpr std::string_view file_mark = "file:";
  if (source == "-" || source.starts_with("env:")) return secret_option(option, source, environment);
  if (!source.starts_with(file_mark))
    return Error(ErrorKind::bad_request, option + " takes env:NAME, file:PATH or - (a line of stdin), never the secret itself.");
  const std::string path = source.substr(file_mark.size());
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line))
    return Error(ErrorKind::not_found, option + ": the file " + path + " cannot be read, or is empty.");
  if (line.ends_with('\r')) line.pop_back();
  return Secret(std::move(line));
}

}  // namespace omniroute::app
