// What requests and answers said, where the owner has it recorded.
#include "omniroute/store/bodies.hpp"

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

Json headers_json(const domain::HeaderList& headers) {
  Json list = Json::array();
  for (const auto& [name, value] : headers) list.push_back({{"name", name}, {"value", value}});
  return list;
}

Json message_json(const domain::HeaderList& headers, const domain::RecordedBody& body) {
  Json json;
  json["headers"] = headers_json(headers);
  json["body"] = body.text;
  json["bytes"] = body.bytes;
  json["truncated"] = body.cut;
  return json;
}

Json attempt_json(const domain::RecordedAttempt& attempt, const config::Snapshot& snapshot) {
  const domain::Account* account = snapshot.account(attempt.account_id);
  Json json;
  json["provider"] = attempt.provider;
  json["model"] = attempt.model;
  json["connection"] = attempt.account_id;
  json["connectionName"] = account != nullptr ? Json(account->name) : Json(nullptr);
  json["sent"] = message_json(attempt.sent_headers, attempt.sent);
  json["sent"]["url"] = attempt.url;
  json["answered"] = nullptr;
  if (attempt.status == 0) return json;
  json["answered"] = message_json(attempt.answered_headers, attempt.answered);
  json["answered"]["status"] = attempt.status;
  return json;
}

}  // namespace

Task<void> show_bodies(Services& services, Call& call) {
  store::Bodies bodies(services.database);
  std::string id = parameter(call, 0);
  Result<std::optional<domain::BodyRecord>> found = co_await bodies.find(id);
  if (!found) co_return co_await send_error(call, std::move(found).error());
  if (!*found) {
    Error error(
        ErrorKind::not_found,
        "The bodies of the request " + id +
            " are not recorded. They are while the setting request_logs is on, or logBodies of the key; only for some hours, and with "
            "request_log_errors_only or logErrorsOnly only where the request failed.",
        "id");
    co_return co_await send_error(call, std::move(error));
  }
  const domain::BodyRecord& record = **found;
  Json json;
  json["requestId"] = record.request_id;
  json["time"] = time_json(record.time_ms);
  json["received"] = message_json(record.received_headers, record.received);
  json["received"]["path"] = record.path;
  json["attempts"] = Json::array();
  for (const domain::RecordedAttempt& attempt : record.attempts)
    json["attempts"].push_back(attempt_json(attempt, *services.publisher.current()));
  json["returned"] = message_json(record.returned_headers, record.returned);
  json["returned"]["status"] = record.status;
  co_await answer(call, 200, std::move(json));
}

Task<void> clear_bodies(Services& services, Call& call) {
  store::Bodies bodies(services.database);
  Status cleared = co_await bodies.clear();
  if (!cleared) co_return co_await send_error(call, std::move(cleared).error());
  co_await answer_success(call);
}

}  // namespace omniroute::api
