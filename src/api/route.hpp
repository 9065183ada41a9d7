#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "omniroute/api/gateway.hpp"
#include "omniroute/domain/format.hpp"

namespace omniroute::api {

/// Who may call a route. There is no default: a route without a guard does not compile.
enum class Guard : std::uint8_t {
  open,    ///< anyone
  key,     ///< a gateway key with the inference scope
  read,    ///< dashboard session, or a key with the read scope
  admin,   ///< dashboard session, or a key with the admin scope
  recent,  ///< as admin, but a session's password must have been given in the last 30 minutes
};

/// "open", "key", "read", "admin", "recent".
std::string_view to_string(Guard guard) noexcept;

using Handle = Task<void> (*)(Services&, Call&);

struct Route {
  std::string_view method;  ///< GET serves HEAD, too
  std::string_view path;    ///< "{name}" stands for one segment, "{name...}" for the rest
  Guard guard;
  Handle handle;
  domain::Format dialect = domain::Format::openai_chat;  ///< of its errors, for client endpoints
};

/// The groups of routes, each with its handlers.
std::span<const Route> v1_routes();
std::span<const Route> admin_routes();
std::span<const Route> router_routes();
std::span<const Route> page_routes();

/// A route that fits a path, or the reason why there is none.
struct Match {
  const Route* route = nullptr;
  std::string allowed;  ///< methods the path takes, as Allow names them; empty = there is no such path
  std::array<std::string_view, 2> params{};
};
Match find_route(std::string_view method, std::string_view path);

/// A client's path as the routes know it: doubled /v1, root-level aliases and a trailing slash resolved.
std::string normal_path(std::string_view path);

/// The format in which errors under this path are worded.
domain::Format dialect_of(std::string_view path);

}  // namespace omniroute::api
