// The few pages there are: the root says where things are, /setup takes the first password.
#include <array>

#include "omniroute/json/writer.hpp"
#include "reply.hpp"
#include "route.hpp"

extern "C" {
extern const char page_index_begin[];
extern const char page_index_end[];
extern const char page_setup_begin[];
extern const char page_setup_end[];
extern const char page_setup_script_begin[];
extern const char page_setup_script_end[];
extern const char page_style_begin[];
extern const char page_style_end[];
}

namespace omniroute::api {
namespace {

constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
    "'none'";

Task<void> send_page(Call& call, std::string_view type, std::string_view body) {
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", std::string(type)});
  headers.push_back({"content-security-policy", std::string(page_policy)});
  headers.push_back({"referrer-policy", "no-referrer"});
  headers.push_back({"cache-control", "no-cache"});
  Status sent = co_await call.reply.send(200, headers, body);
  static_cast<void>(sent);
}

Task<void> show_index(Services& /*services*/, Call& call) {
  return send_page(call, "text/html; charset=utf-8", {page_index_begin, static_cast<std::size_t>(page_index_end - page_index_begin)});
}
Task<void> show_setup(Services& /*services*/, Call& call) {
  return send_page(call, "text/html; charset=utf-8", {page_setup_begin, static_cast<std::size_t>(page_setup_end - page_setup_begin)});
}
Task<void> show_setup_script(Services& /*services*/, Call& call) {
  return send_page(call, "text/javascript; charset=utf-8",
                   {page_setup_script_begin, static_cast<std::size_t>(page_setup_script_end - page_setup_script_begin)});
}
Task<void> show_style(Services& /*services*/, Call& call) {
  return send_page(call, "text/css; charset=utf-8", {page_style_begin, static_cast<std::size_t>(page_style_end - page_style_begin)});
}

/// Alive: the process answers.
Task<void> healthz(Services& /*services*/, Call& call) {
  std::string body = R"({"status":"ok"})";
  co_await send_json(call, 200, std::move(body));
}

/// Ready: it takes new work.
Task<void> readyz(Services& services, Call& call) {
  const bool draining = services.draining;
  std::string body = draining ? R"({"status":"draining"})" : R"({"status":"ready"})";
  int status = 200;
  if (draining) status = 503;
  co_await send_json(call, status, std::move(body));
}

}  // namespace

std::span<const Route> page_routes() {
  static constexpr std::array routes{
      Route{"GET", "/", Guard::open, &show_index},
      Route{"GET", "/setup", Guard::open, &show_setup},
      Route{"GET", "/assets/setup.js", Guard::open, &show_setup_script},
      Route{"GET", "/assets/style.css", Guard::open, &show_style},
      Route{"GET", "/healthz", Guard::open, &healthz},
      Route{"GET", "/health", Guard::open, &healthz},
      Route{"GET", "/readyz", Guard::open, &readyz},
  };
  return routes;
}

}  // namespace omniroute::api
