#include "activation.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <map>

namespace omniroute::app {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START
constexpr int most_sockets = 64;

std::optional<long> number(std::optional<std::string_view> text) {
  long value = 0;
  if (!text) return std::nullopt;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failure != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace

Result<std::vector<int>> inherited_sockets(const config::Environment& environment) {
  std::vector<int> sockets;
  if (number(environment.get("LISTEN_PID")) != static_cast<long>(::getpid())) return sockets;
  const std::optional<long> count = number(environment.get("LISTEN_FDS"));
  if (!count || *count < 1 || *count > most_sockets)
    return Error(ErrorKind::bad_request, "LISTEN_FDS must be a number from 1 to 64: it says how many sockets were handed over.");
  for (int i = 0; i < *count; ++i) sockets.push_back(first_descriptor + i);
  return sockets;
}

bool inherited_on_loopback(int descriptor) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
  constexpr std::uint32_t loopback_net = 127;
  if (address.ss_family == AF_INET) return ntohl(reinterpret_cast<const sockaddr_in*>(&address)->sin_addr.s_addr) >> 24U == loopback_net;
  return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr);
}

void add_credentials(config::Environment& environment) {
  const std::optional<std::string_view> folder = environment.get("CREDENTIALS_DIRECTORY");
  if (!folder || environment.get("STORAGE_ENCRYPTION_KEY")) return;
  std::ifstream file(std::string(*folder) + "/storage.key", std::ios::binary);
  if (!file) return;
  std::string key((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (key.ends_with('\n') || key.ends_with('\r')) key.pop_back();
  std::map<std::string, std::string, std::less<>> found;
  found["STORAGE_ENCRYPTION_KEY"] = std::move(key);
  environment.fill_from(config::Environment(std::move(found)));
}

}  // namespace omniroute::app
