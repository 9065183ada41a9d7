#include "tunnel.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

namespace omniroute::net {
namespace {

constexpr std::size_t head_most = 8 * 1024;

Tunnelled refused(std::string words) {
  Tunnelled result;
  result.failure = Failure::proxy_refused;
  result.words = std::move(words);
  return result;
}

Tunnelled broken(const std::error_code& failure) {
  Tunnelled result;
  result.failure = failure;
  result.words = "ended the connection: " + failure.message();
  return result;
}

Task<std::error_code> write_all(Stream& stream, std::string_view bytes, Tick deadline) {
  const std::array parts{bytes};
  const Transfer sent = co_await stream.write(parts, deadline);
  co_return sent.failure;
}

/// Exactly `count` bytes: a proxy's answer is never read beyond its end, what follows belongs to the tunnel.
Task<std::error_code> read_exactly(Stream& stream, char* into, std::size_t count, Tick deadline) {
  std::size_t have = 0;
  while (have < count) {
    const Transfer got = co_await stream.read_some(std::span<char>(into + have, count - have), deadline);
    if (got.failure) co_return got.failure;
    have += got.bytes;
  }
  co_return std::error_code();
}

/// "HTTP/1.x NNN" -> NNN, else 0.
int status_of(std::string_view head) {
  if (!head.starts_with("HTTP/1.") || head.size() < 13 || head[8] != ' ') return 0;
  int status = 0;
  for (std::size_t i = 9; i < 12; ++i) {
    if (head[i] < '0' || head[i] > '9') return 0;
    status = status * 10 + (head[i] - '0');
  }
  return head[12] == ' ' || head[12] == '\r' ? status : 0;
}

std::string_view socks_words(unsigned char code) {
  switch (code) {
    case 1: return "reports a general failure";
    case 2: return "does not allow this connection";
    case 3: return "cannot reach the network";
    case 4: return "cannot reach the host";
    case 5: return "was refused by the host";
    case 6: return "saw the time to live expire";
    case 7: return "does not support CONNECT";
    case 8: return "does not support this kind of address";
    default: return "answered with an unknown code";
  }
}

std::string socks_request(const std::string& host, std::uint16_t port) {
  std::string request("\x05\x01\x00", 3);
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    request.push_back('\x01');
    request.append(reinterpret_cast<const char*>(&v4), sizeof v4);
  } else if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    request.push_back('\x04');
    request.append(reinterpret_cast<const char*>(&v6), sizeof v6);
  } else {
    request.push_back('\x03');
    request.push_back(static_cast<char>(host.size()));
    request.append(host);
  }
  request.push_back(static_cast<char>(port >> 8));
  request.push_back(static_cast<char>(port & 0xff));
  return request;
}

Task<Tunnelled> socks_login(Stream& stream, const Proxy& proxy, Tick deadline) {
  std::string login(1, '\x01');
  login.push_back(static_cast<char>(proxy.user.size()));
  login.append(proxy.user);
  login.push_back(static_cast<char>(proxy.password.reveal().size()));
  login.append(proxy.password.reveal());
  const std::error_code sent = co_await write_all(stream, login, deadline);
  login.assign(login.size(), '\0');
  if (sent) co_return broken(sent);
  std::array<char, 2> answer{};
  const std::error_code got = co_await read_exactly(stream, answer.data(), answer.size(), deadline);
  if (got) co_return broken(got);
  if (answer[1] != 0) co_return refused("does not accept the user and password");
  co_return Tunnelled();
}

}  // namespace

Task<Tunnelled> tunnel_http(Stream& stream, const Proxy& proxy, std::string host, std::uint16_t port, Tick deadline) {
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  const std::string authority = host + ":" + std::to_string(port);
  std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (const Secret login = proxy.authorization(); !login.empty())
    request.append("Proxy-Authorization: ").append(login.reveal()).append("\r\n");
  request += "\r\n";
  const std::error_code sent = co_await write_all(stream, request, deadline);
  if (sent) co_return broken(sent);
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    if (head.size() >= head_most) co_return refused("sent an answer without end");
    const std::size_t have = head.size();
    head.resize(have + 1024);
    const Transfer got = co_await stream.read_some(std::span<char>(head.data() + have, 1024), deadline);
    head.resize(have + got.bytes);
    if (got.failure) co_return broken(got.failure);
  }
  const int status = status_of(head);
  if (status == 0) co_return refused("does not speak HTTP");
  if (status == 407) co_return refused("does not accept the user and password (status 407)");
  if (status < 200 || status > 299) co_return refused("answered CONNECT with status " + std::to_string(status));
  // A tunnel's other end cannot have spoken yet: in TLS the client begins.
  if (!head.ends_with("\r\n\r\n") || head.find("\r\n\r\n") != head.size() - 4) co_return refused("sent bytes behind its answer");
  co_return Tunnelled();
}

Task<Tunnelled> tunnel_socks5(Stream& stream, const Proxy& proxy, std::string host, std::uint16_t port, Tick deadline) {
  if (host.size() > 255) co_return refused("cannot be given a name above 255 bytes");
  const bool login = !proxy.user.empty();
  const std::string greeting = login ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3);
  const std::error_code greeted = co_await write_all(stream, greeting, deadline);
  if (greeted) co_return broken(greeted);
  std::array<char, 2> method{};
  const std::error_code chosen = co_await read_exactly(stream, method.data(), method.size(), deadline);
  if (chosen) co_return broken(chosen);
  if (method[0] != 5) co_return refused("does not speak SOCKS5");
  if (method[1] == 2 && login) {
    Tunnelled logged_in = co_await socks_login(stream, proxy, deadline);
    if (logged_in.failure) co_return logged_in;
  } else if (method[1] != 0) {
    co_return refused(login ? "accepts none of the ways to log in" : "asks for a user and password");
  }
  const std::string request = socks_request(host, port);
  const std::error_code asked = co_await write_all(stream, request, deadline);
  if (asked) co_return broken(asked);
  std::array<char, 256> answer{};
  const std::error_code head = co_await read_exactly(stream, answer.data(), 5, deadline);
  if (head) co_return broken(head);
  if (answer[0] != 5) co_return refused("does not speak SOCKS5");
  if (answer[1] != 0) co_return refused(std::string(socks_words(static_cast<unsigned char>(answer[1]))));
  // The bound address follows and means nothing to us: 4, 16, or a counted name; one byte of it is read; then the port.
  std::size_t rest = 0;
  if (answer[3] == 1) rest = 3 + 2;
  if (answer[3] == 4) rest = 15 + 2;
  if (answer[3] == 3) rest = static_cast<unsigned char>(answer[4]) + 2u;
  if (rest == 0) co_return refused("answered with an unknown kind of address");
  std::array<char, 258> bound{};
  const std::error_code tail = co_await read_exactly(stream, bound.data(), rest, deadline);
  if (tail) co_return broken(tail);
  co_return Tunnelled();
}

}  // namespace omniroute::net
