// The pages: the dashboard where the binary carries it, plain ones where not, and whether we live.
#include <array>

#include "pages/asset.hpp"
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

constexpr std::string_view html = "text/html; charset=utf-8";

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

Task<void> send_plain(Call& call, std::string_view type, std::string_view body) {
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", std::string(type)});
  headers.push_back({"cache-control", "no-cache"});
  add_page_headers(headers);
  Status sent = co_await call.reply.send(200, headers, body);
  static_cast<void>(sent);
}

/// The dashboard's one page; `plain` where the binary carries none.
Task<void> send_dashboard(Services& services, Call& call, std::string_view plain) {
  if (!services.web_dir.empty()) co_return co_await send_file(call, services.web_dir, "/index.html");
  const Asset* index = find_asset("/index.html");
  if (index != nullptr) co_return co_await send_asset(call, *index);
  co_await send_plain(call, html, plain);
}

Task<void> show_dashboard(Services& services, Call& call) {
  return send_dashboard(services, call, between(page_index_begin, page_index_end));
}
Task<void> show_setup(Services& services, Call& call) { return send_dashboard(services, call, between(page_setup_begin, page_setup_end)); }

Task<void> show_plain_script(Services& /*services*/, Call& call) {
  return send_plain(call, "text/javascript; charset=utf-8", between(page_setup_script_begin, page_setup_script_end));
}
Task<void> show_plain_style(Services& /*services*/, Call& call) {
  return send_plain(call, "text/css; charset=utf-8", between(page_style_begin, page_style_end));
}

Task<void> show_asset(Services& services, Call& call) {
  if (!services.web_dir.empty()) co_return co_await send_file(call, services.web_dir, call.path);
  const Asset* asset = find_asset(call.path);
  if (asset != nullptr) co_return co_await send_asset(call, *asset);
  Error error(ErrorKind::not_found, "There is no such file. A page of another version may be open: reload it.");
  co_await send_error(call, std::move(error));
}

/// What this binary is, for pages and scripts.
Task<void> show_version(Services& services, Call& call) {
  std::string body = R"({"version":")" + std::string(services.version) + R"(","web":")" + std::string(web_state()) + R"("})";
  co_await send_json(call, 200, std::move(body));
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
      Route{"GET", "/", Guard::open, &show_dashboard},
      Route{"GET", "/setup", Guard::open, &show_setup},
      Route{"GET", "/login", Guard::open, &show_dashboard},
      Route{"GET", "/recover", Guard::open, &show_dashboard},
      Route{"GET", "/dashboard", Guard::open, &show_dashboard},
      Route{"GET", "/dashboard/{rest...}", Guard::open, &show_dashboard},
      Route{"GET", "/assets/plain/setup.js", Guard::open, &show_plain_script},
      Route{"GET", "/assets/plain/style.css", Guard::open, &show_plain_style},
      Route{"GET", "/assets/{name...}", Guard::open, &show_asset},
      Route{"GET", "/api/version", Guard::open, &show_version},
      Route{"GET", "/healthz", Guard::open, &healthz},
      Route{"GET", "/health", Guard::open, &healthz},
      Route{"GET", "/readyz", Guard::open, &readyz},
  };
  return routes;
}

}  // namespace omniroute::api
