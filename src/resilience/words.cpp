// The names of the room's enumerators, as traces, the API and the records show them.
#include <utility>

#include "omniroute/resilience/failure.hpp"

namespace omniroute::resilience {
namespace {

using C = FailureClass;

struct ClassName {
  FailureClass kind;
  std::string_view name;
  std::string_view reason;
};
constexpr std::array class_names{
    ClassName{C::client_gone, "client_gone", "unknown"},
    ClassName{C::bad_request, "bad_request", "unknown"},
    ClassName{C::unsupported, "unsupported", "unknown"},
    ClassName{C::too_large, "too_large", "unknown"},
    ClassName{C::context_length, "context_length", "unknown"},
    ClassName{C::content_filter, "content_filter", "unknown"},
    ClassName{C::gateway, "gateway", "unknown"},
    ClassName{C::queue_full, "queue_full", "unknown"},
    ClassName{C::network, "network", "unknown"},
    ClassName{C::auth, "auth", "auth_error"},
    ClassName{C::forbidden, "forbidden", "auth_error"},
    ClassName{C::payment, "payment", "quota_exhausted"},
    ClassName{C::quota, "quota", "quota_exhausted"},
    ClassName{C::rate_limit, "rate_limit", "rate_limit_exceeded"},
    ClassName{C::model_missing, "model_missing", "unknown"},
    ClassName{C::unreachable, "unreachable", "server_error"},
    ClassName{C::capacity, "capacity", "model_capacity"},
    ClassName{C::server_error, "server_error", "server_error"},
    ClassName{C::timeout, "timeout", "server_error"},
    ClassName{C::empty_answer, "empty_answer", "server_error"},
    ClassName{C::cut, "cut", "server_error"},
    ClassName{C::protocol, "protocol", "server_error"},
    ClassName{C::budget, "budget", "quota_exhausted"},
};
static_assert(class_names.size() == static_cast<std::size_t>(C::budget) + 1);

}  // namespace

std::string_view to_string(FailureClass kind) noexcept { return class_names[static_cast<std::size_t>(kind)].name; }

std::optional<FailureClass> parse_failure_class(std::string_view name) noexcept {
  for (const ClassName& row : class_names)
    if (row.name == name) return row.kind;
  return std::nullopt;
}

std::string_view reason_word(FailureClass kind) noexcept { return class_names[static_cast<std::size_t>(kind)].reason; }

std::string_view to_string(Phase phase) noexcept {
  constexpr std::array<std::string_view, 6> names{"prepare", "queue", "connect", "head", "content", "stream"};
  return names[static_cast<std::size_t>(phase)];
}

std::string_view to_string(Next next) noexcept {
  constexpr std::array<std::string_view, 4> names{"same_account", "next_account", "next_target", "give_up"};
  return names[static_cast<std::size_t>(next)];
}

std::string_view to_string(Scope scope) noexcept {
  constexpr std::array<std::string_view, 3> names{"none", "model", "account"};
  return names[static_cast<std::size_t>(scope)];
}

}  // namespace omniroute::resilience
