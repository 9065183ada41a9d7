#include "plain_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace omniroute::test {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string plain_exchange(std::uint16_t port, const std::string& request) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{20, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::string answer;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char piece[16384];
    for (ssize_t got = 0; (got = ::recv(socket, piece, sizeof piece, 0)) > 0;) answer.append(piece, static_cast<std::size_t>(got));
  }
  ::close(socket);
  return answer;
}

namespace {

std::string without_chunks(const std::string& body) {
  std::string whole;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t size = std::stoul(body.substr(at), nullptr, 16);
    at = body.find("\r\n", at) + 2;
    if (size == 0) break;
    whole += body.substr(at, size);
    at += size + 2;
  }
  return whole;
}

}  // namespace

std::string PlainReply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string PlainReply::error() const { return json().value("/error/message"_json_pointer, ""); }

std::string PlainReply::field() const { return json().value("/error/details/0/field"_json_pointer, ""); }

PlainReply plain_request(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body,
                         PlainHeaders headers, const std::string& host) {
  const bool typed = std::any_of(headers.begin(), headers.end(), [](const auto& header) { return lower(header.first) == "content-type"; });
  if (!body.empty() && !typed) headers.emplace_back("Content-Type", "application/json");
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: " + (host.empty() ? "127.0.0.1:" + std::to_string(port) : host) +
                     "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  for (const auto& [name, value] : headers)
    if (!value.empty()) text += name + ": " + value + "\r\n";
  const std::string answer = plain_exchange(port, text + "\r\n" + body);
  PlainReply reply;
  const std::size_t end = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 ") || end == std::string::npos) return reply;
  reply.status = std::stoi(answer.substr(9, 3));
  for (std::size_t at = answer.find("\r\n") + 2; at < end + 2;) {
    const std::size_t stop = answer.find("\r\n", at);
    const std::size_t colon = answer.find(':', at);
    const std::size_t value = answer.find_first_not_of(' ', colon + 1);
    reply.headers.emplace(lower(answer.substr(at, colon - at)), answer.substr(value, stop - value));
    at = stop + 2;
  }
  reply.body = answer.substr(end + 4);
  if (reply.header("transfer-encoding") == "chunked") reply.body = without_chunks(reply.body);
  return reply;
}

}  // namespace omniroute::test
