#include "welcome.hpp"

namespace omniroute::app {

std::string address_text(std::string_view host, std::uint16_t port, bool tls) {
  std::string shown(host);
  if (host == "0.0.0.0") shown = "127.0.0.1";
  if (host == "::") shown = "::1";
  if (shown.find(':') != std::string::npos) shown = "[" + shown + "]";
  return (tls ? "https://" : "http://") + shown + ":" + std::to_string(port);
}

std::string ready_line(std::string_view version, std::string_view address, long pid) {
  return "omniroute " + std::string(version) + " ready on " + std::string(address) + " (pid " + std::to_string(pid) + ")\n";
}

Secret setup_link(std::uint16_t port, const Secret& token, bool tls) {
  if (token.empty()) return {};
  return Secret((tls ? "https://localhost:" : "http://localhost:") + std::to_string(port) + "/setup?token=" + std::string(token.reveal()));
}

Secret first_steps(std::string_view address, const Secret& link, const Secret& key) {
  std::string text;
  if (!link.empty()) text += "\nSet the dashboard password (the link works once):\n  " + std::string(link.reveal()) + "\n";
  if (!key.empty()) {
    const std::string shown(key.reveal());
    text += "\nYour first API key (shown this once):\n  " + shown + "\n";
    text += "\nTry it, without any account:\n  curl -N " + std::string(address) + "/v1/chat/completions -H 'Authorization: Bearer " +
            shown +
            "' -H 'Content-Type: application/json' -d '{\"model\":\"demo/echo\",\"stream\":true,\"messages\":[{\"role\":\"user\","
            "\"content\":\"Hello from OmniRoute\"}]}'\n";
  }
  return Secret(std::move(text));
}

}  // namespace omniroute::app
