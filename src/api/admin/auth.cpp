#include <nlohmann/json.hpp>

#include "admission.hpp"
#include "form.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

bool bound_to_tls(const Services& services, const Call& call) { return services.secure_cookies || page_over_tls(call.request); }

access::Visitor visitor_of(const Call& call) {
  access::Visitor visitor;
  visitor.peer = call.request.client;
  visitor.agent = std::string(call.request.header("user-agent"));
  visitor.previous = Secret(std::string(access::Login::presented_token(call.request)));
  return visitor;
}

/// Answers with a session that has just begun.
Task<void> begin_session(const Services& services, Call& call, Result<Secret> token) {
  if (!token) co_return co_await send_error(call, std::move(token).error());
  call.headers.push_back({"set-cookie", access::Login::cookie(*token, bound_to_tls(services, call))});
  co_await answer_success(call);
}

void end_session(const Services& services, Call& call) {
  call.headers.push_back({"set-cookie", access::Login::clear_cookie(bound_to_tls(services, call))});
}

/// A member that must be there.
Secret required(Form& form, std::string_view name) {
  std::optional<Secret> value = form.secret(name);
  if (!value) form.refuse(name, "is required");
  return value ? *std::move(value) : Secret();
}

}  // namespace

Task<void> set_up(Services& services, Call& call) {
  Form form(call.request.body);
  Secret token = required(form, "token");
  Secret password = required(form, "password");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  access::Visitor visitor = visitor_of(call);
  Result<Secret> session = co_await services.login.set_up(std::move(token), std::move(password), std::move(visitor));
  if (session) co_await note_audit(services, call, "password.set_up", "dashboard");
  co_await begin_session(services, call, std::move(session));
}

Task<void> log_in(Services& services, Call& call) {
  Form form(call.request.body);
  Secret password = required(form, "password");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  if (!services.login.has_password()) {
    Error error(ErrorKind::forbidden,
                "No password is set yet. Use the one-time link that the gateway printed at its start, or 'omniroute password set'.");
    error.code = "setup_required";
    co_return co_await send_error(call, std::move(error));
  }
  access::Visitor visitor = visitor_of(call);
  Result<Secret> session = co_await services.login.log_in(std::move(visitor), std::move(password));
  std::string action = "login";
  if (!session) action = "login.failed";
  // What the throttle refuses is not noted: nobody may fill the disk with tries.
  if (session || session.error().kind == ErrorKind::unauthorized) co_await note_audit(services, call, std::move(action), "dashboard");
  co_await begin_session(services, call, std::move(session));
}

Task<void> log_out(Services& services, Call& call) {
  Secret token(std::string(access::Login::presented_token(call.request)));
  if (!token.empty()) {
    Status ended = co_await services.login.log_out(std::move(token));
    if (!ended) co_return co_await send_error(call, std::move(ended).error());
  }
  end_session(services, call);
  co_await answer_success(call);
}

Task<void> auth_status(Services& services, Call& call) {
  Json json;
  json["authenticated"] = admit(services, call, Guard::read).ok();
  json["setupRequired"] = !services.login.has_password();
  co_await answer(call, 200, std::move(json));
}

Task<void> change_password(Services& services, Call& call) {
  Form form(call.request.body);
  // Who has the machine's own command line needs no old password: the files are his.
  const bool reset = call.caller.kind == access::Caller::Kind::local;
  Secret current;
  if (!reset) current = required(form, "currentPassword");
  Secret next = required(form, "newPassword");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Status changed;
  if (reset) {
    changed = co_await services.login.reset_password(std::move(next));
  } else {
    changed = co_await services.login.change_password(call.request.client, std::move(current), std::move(next));
  }
  if (!changed) co_return co_await send_error(call, std::move(changed).error());
  co_await note_audit(services, call, "password.change", "dashboard");
  end_session(services, call);
  co_await answer_success(call);
}

Task<void> list_sessions(Services& services, Call& call) {
  const Secret token(std::string(access::Login::presented_token(call.request)));
  Json json;
  json["sessions"] = Json::array();
  for (const access::SessionInfo& info : services.login.sessions(token)) {
    Json entry;
    entry["id"] = info.id;
    entry["address"] = info.peer;
    entry["browser"] = info.agent;
    entry["createdAt"] = time_json(info.created_ms);
    entry["expiresAt"] = time_json(info.expires_ms);
    entry["lastSeenAt"] = time_json(info.seen_ms);
    entry["current"] = info.current;
    json["sessions"].push_back(std::move(entry));
  }
  json["count"] = json["sessions"].size();
  co_await answer(call, 200, std::move(json));
}

Task<void> remove_session(Services& services, Call& call) {
  const std::string id = parameter(call, 0);
  Result<bool> ended = co_await services.login.end_session(id);
  if (!ended) co_return co_await send_error(call, std::move(ended).error());
  if (!*ended) co_return co_await send_error(call, Error(ErrorKind::not_found, "There is no session " + id + "."));
  co_await note_audit(services, call, "session.end", id);
  co_await answer_success(call);
}

Task<void> remove_other_sessions(Services& services, Call& call) {
  Secret token(std::string(access::Login::presented_token(call.request)));
  Result<int> ended = co_await services.login.end_sessions(std::move(token));
  if (!ended) co_return co_await send_error(call, std::move(ended).error());
  co_await note_audit(services, call, "session.end_others", std::to_string(*ended));
  Json json;
  json["ended"] = *ended;
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
