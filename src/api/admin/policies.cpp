// What keeps requests away from connections, in one place, and the key to it.
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

using resilience::AccountBook;
using resilience::Cooldown;

/// "provider:connection", and ":model" behind it where the model alone is locked (product-spec.md e.8).
std::string identifier_of(const config::Snapshot& snapshot, const AccountBook::Rest& rest) {
  const domain::Account* account = snapshot.account(rest.account);
  std::string text = (account != nullptr ? account->provider : std::string("-")) + ":" + rest.account;
  if (!rest.model.empty()) text += ":" + rest.model;
  return text;
}

/// Of an address that guessed the dashboard's password too often.
constexpr std::string_view login_mark = "login:";

bool is_locked(const AccountBook::Rest& rest, Tick now) {
  const Cooldown::State state = rest.cooldown.state(now);
  return state == Cooldown::State::cooling || state == Cooldown::State::probing;
}

}  // namespace

Task<void> show_policies(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const resilience::Now now = resilience::Now::of(services.clock);
  Json json;
  json["circuitBreakers"] = breakers_json(services, *snapshot);
  json["lockedIdentifiers"] = Json::array();
  for (const AccountBook::Rest& rest : services.tables.accounts.rests()) {
    if (!is_locked(rest, now.tick)) continue;
    Json entry;
    entry["identifier"] = identifier_of(*snapshot, rest);
    entry["connection"] = account_name(*snapshot, rest.account);
    entry["reason"] = to_string(rest.cooldown.reason());
    entry["until"] = time_json(now.unix_ms_of(rest.cooldown.until()));
    entry["remainingMs"] = remaining_ms(rest.cooldown.until(), now.tick);
    json["lockedIdentifiers"].push_back(std::move(entry));
  }
  for (const access::LockedPeer& locked : services.login.locked_peers()) {
    Json entry;
    entry["identifier"] = std::string(login_mark) + locked.peer;
    entry["connection"] = nullptr;
    entry["reason"] = "wrong_password";
    entry["until"] = time_json(unix_ms_of(now.wall + locked.wait));
    entry["remainingMs"] = locked.wait.count();
    json["lockedIdentifiers"].push_back(std::move(entry));
  }
  co_await answer(call, 200, std::move(json));
}

/// {"action":"unlock","identifier"}
Task<void> change_policies(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> action = form.text("action");
  const std::optional<std::string> identifier = form.text("identifier");
  if (!action || *action != "unlock") form.refuse("action", "must be \"unlock\"");
  if (!identifier) form.refuse("identifier", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  bool unlocked = false;
  for (const AccountBook::Rest& rest : services.tables.accounts.rests())
    if (identifier_of(*snapshot, rest) == *identifier) unlocked = services.tables.accounts.clear(rest.account, rest.model) || unlocked;
  if (identifier->starts_with(login_mark)) {
    Result<bool> let_in = co_await services.login.unlock(identifier->substr(login_mark.size()));
    if (!let_in) co_return co_await send_error(call, std::move(let_in).error());
    unlocked = *let_in;
  }
  if (!unlocked) {
    Error error(ErrorKind::not_found, "Nothing is locked under the identifier " + *identifier + ".", "identifier");
    co_return co_await send_error(call, std::move(error));
  }
  Json json;
  json["success"] = true;
  json["action"] = *action;
  json["identifier"] = *identifier;
  co_await answer(call, 200, std::move(json));
}

Task<void> redirect_rate_limits(Services& /*services*/, Call& call) {
  call.headers.push_back({"location", "/api/rate-limits"});
  Json json;
  json["message"] = "This is at /api/rate-limits now.";
  co_await answer(call, 308, std::move(json));
}

}  // namespace omniroute::api
