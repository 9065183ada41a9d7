#pragma once
// What the mock and the load generator of the bench agree on, and the little of HTTP that both need.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bench {

/// Nanoseconds of the clock that all processes of the machine share.
inline std::uint64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

/// Every piece of text that the mock writes begins with "@<19 digits>@", the time of its writing. It lies inside the text and so
/// survives any translation; the reader subtracts it from its own clock.
constexpr std::size_t kStamp = 21;
inline void put_stamp(char* at, std::uint64_t ns) {
  at[0] = at[20] = '@';
  for (int i = 19; i >= 1; --i, ns /= 10) at[i] = static_cast<char>('0' + ns % 10);
}
/// The time in a stamp, or 0 if these 21 characters are none.
inline std::uint64_t read_stamp(const char* at) {
  if (at[0] != '@' || at[20] != '@') return 0;
  std::uint64_t ns = 0;
  for (int i = 1; i <= 19; ++i) {
    if (at[i] < '0' || at[i] > '9') return 0;
    ns = ns * 10 + static_cast<std::uint64_t>(at[i] - '0');
  }
  return ns;
}

/// The value of a header in a head, or an empty view. `name` is lower case, with the colon.
inline std::string_view header_of(std::string_view head, std::string_view name) {
  for (std::size_t line = head.find("\r\n"); line != std::string_view::npos; line = head.find("\r\n", line + 2)) {
    std::string_view rest = head.substr(line + 2);
    if (rest.size() < name.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < name.size() && same; ++i) same = (rest[i] | (name[i] == ':' ? 0 : 0x20)) == name[i];
    if (!same) continue;
    rest = rest.substr(name.size(), rest.find("\r\n") - name.size());
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    return rest;
  }
  return {};
}

inline void make_quick(int socket) {
  int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
}

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace bench
