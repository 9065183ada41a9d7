#include "omniroute/config/environment.hpp"

#include <charconv>
#include <limits>

namespace omniroute::config {
namespace {

constexpr std::uint16_t default_port = 20128;

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

bool is_name(std::string_view text) noexcept {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  for (const char c : text) {
    const bool fits = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!fits) return false;
  }
  return true;
}

/// The value of a line: what stands between quotes as it is, otherwise up to a comment that follows a blank.
std::optional<std::string_view> value_of(std::string_view text) noexcept {
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
    const std::size_t end = text.find(text.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = trimmed(text.substr(end + 1));
    if (!rest.empty() && rest.front() != '#') return std::nullopt;
    return text.substr(1, end - 1);
  }
  if (text.starts_with('#')) return std::string_view();
  std::size_t comment = text.find(" #");
  if (const std::size_t by_tab = text.find("\t#"); by_tab < comment) comment = by_tab;
  return trimmed(text.substr(0, comment));
}

}  // namespace

Environment Environment::of_process(const char* const* variables) {
  Environment environment;
  for (; variables != nullptr && *variables != nullptr; ++variables) {
    const std::string_view variable(*variables);
    const std::size_t equals = variable.find('=');
    if (equals != std::string_view::npos && equals != 0)
      environment.values_.emplace(std::string(variable.substr(0, equals)), std::string(variable.substr(equals + 1)));
  }
  return environment;
}

Result<Environment> Environment::parse_file(std::string_view text) {
  Environment environment;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const std::size_t equals = line.find('=');
    const std::string_view name = trimmed(line.substr(0, equals));
    const std::optional<std::string_view> value =
        equals == std::string_view::npos ? std::nullopt : value_of(trimmed(line.substr(equals + 1)));
    if (!is_name(name) || !value)
      return Error(ErrorKind::bad_request, "Line " + std::to_string(number) + " of the environment file is not NAME=value.");
    environment.values_.insert_or_assign(std::string(name), std::string(*value));
  }
  return environment;
}

std::optional<std::string_view> Environment::get(std::string_view name) const noexcept {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> Environment::first_of(std::initializer_list<std::string_view> names) const noexcept {
  for (const std::string_view name : names)
    if (const auto value = get(name)) return value;
  return std::nullopt;
}

void Environment::fill_from(const Environment& other) { values_.insert(other.values_.begin(), other.values_.end()); }

Result<std::string> data_directory(std::string_view flag, const Environment& environment) {
  std::string path;
  if (!flag.empty()) {
    path = flag;
  } else if (const auto set = environment.get("DATA_DIR")) {
    path = *set;
  } else if (const auto xdg = environment.get("XDG_CONFIG_HOME")) {
    path = std::string(*xdg) + "/omniroute";
  } else if (const auto home = environment.get("HOME")) {
    path = std::string(*home) + "/.omniroute";
  } else {
    return Error(ErrorKind::bad_request, "There is no place for the data: neither DATA_DIR nor HOME is set. Set DATA_DIR to a folder.");
  }
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

Result<std::uint16_t> listen_port(std::string_view flag, const Environment& environment) {
  std::string_view source = "--port";
  std::string_view text = flag;
  for (const std::string_view name : {"OMNIROUTE_PORT", "PORT"}) {
    if (!text.empty()) break;
    source = name;
    text = environment.get(name).value_or(std::string_view());
  }
  if (text.empty()) return default_port;
  unsigned long port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size() || port > std::numeric_limits<std::uint16_t>::max())
    return Error(ErrorKind::bad_request, std::string(source) + " must be a port number from 0 to 65535, not '" + std::string(text) + "'.",
                 std::string(source));
  return static_cast<std::uint16_t>(port);
}

}  // namespace omniroute::config
