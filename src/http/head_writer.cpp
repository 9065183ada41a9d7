#include "head_writer.hpp"

#include <charconv>
#include <ctime>

#include "grammar.hpp"

namespace omniroute::http {
namespace {

struct DateText {
  std::time_t second = -1;
  std::array<char, 40> text{};
  std::size_t size = 0;
};

}  // namespace

std::string_view http_date(WallTime now) {
  static thread_local DateText kept;
  const std::time_t second = std::chrono::system_clock::to_time_t(now);
  if (second != kept.second) {
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    ::gmtime_r(&second, &parts);
    // Not %a and %b: those follow the process's language.
    const int size = std::snprintf(
        kept.text.data(), kept.text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[static_cast<std::size_t>(parts.tm_wday)],
        parts.tm_mday, months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    kept.size = size < 0 ? 0 : static_cast<std::size_t>(size);
    kept.second = second;
  }
  return {kept.text.data(), kept.size};
}

bool append_field(std::string& head, std::string_view name, std::string_view value) {
  if (name.empty() || !all(name, byte_token) || !is_value(value)) return false;
  head.append(name).append(": ").append(value).append("\r\n");
  return true;
}

std::size_t chunk_line(std::array<char, 20>& into, std::size_t size) noexcept {
  const auto end = std::to_chars(into.data(), into.data() + 16, size, 16);
  end.ptr[0] = '\r';
  end.ptr[1] = '\n';
  return static_cast<std::size_t>(end.ptr - into.data()) + 2;
}

void begin_response(std::string& head, int status, WallTime now) {
  std::array<char, 12> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), status);
  head.assign("HTTP/1.1 ");
  head.append(digits.data(), end.ptr).append(" ").append(reason_phrase(status)).append("\r\nDate: ").append(http_date(now)).append("\r\n");
}

}  // namespace omniroute::http
