// A stream of events reads the same whole, byte by byte, and cut where the input itself says.
#include <string>
#include <vector>

#include "check.hpp"
#include "omniroute/http/sse.hpp"

namespace {

constexpr std::size_t kLimit = 4096;

struct Read {
  std::vector<std::string> events;
  std::string stray;
  bool overflowed = false;
  bool operator==(const Read&) const = default;
};

Read read(std::string_view text, std::size_t step) {
  omniroute::http::SseReader reader(kLimit);
  omniroute::http::SseEvent event;
  Read result;
  auto keep = [&] { result.events.push_back(std::string(event.name) + "\x1f" + std::string(event.data)); };
  for (std::size_t at = 0; at < text.size(); at += step) {
    std::string piece(text.substr(at, step));  // a buffer of its own, so that a view kept too long is seen
    reader.feed(piece);
    while (reader.next(event)) keep();
  }
  if (reader.finish(event)) keep();
  result.stray = reader.stray();
  result.overflowed = reader.overflowed();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::size_t step = 1 + data[0] % 32;
  std::string_view text = text_of(data + 1, size - 1);
  Read whole = read(text, text.size() + 1);
  for (const std::string& event : whole.events) check(event.size() <= 2 * kLimit + 1, "no event is above the limit");
  if (whole.overflowed) return 0;
  check(read(text, 1) == whole, "byte by byte gives the same events");
  check(read(text, step) == whole, "pieces give the same events");
  return 0;
}
