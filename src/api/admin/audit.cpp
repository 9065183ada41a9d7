#include <limits>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "omniroute/store/access_tables.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

constexpr int usual_page = 50;
constexpr int largest_page = 500;

Json object_json(const std::string& text) {
  if (text.empty()) return nullptr;
  return Json::parse(text, nullptr, false);
}

Json row_json(const store::AuditRow& row) {
  Json json;
  json["id"] = row.id;
  json["time"] = time_json(row.time_ms);
  json["actor"] = row.actor;
  json["address"] = row.peer.empty() ? Json(nullptr) : Json(row.peer);
  json["requestId"] = row.request_id.empty() ? Json(nullptr) : Json(row.request_id);
  json["action"] = row.action;
  json["target"] = row.target;
  json["before"] = object_json(row.before);
  json["after"] = object_json(row.after);
  return json;
}

}  // namespace

Task<void> show_audit(Services& services, Call& call) {
  Query query(call.request.query);
  store::AuditFilter filter;
  filter.action = query.text("action");
  filter.actor = query.text("actor");
  filter.before_id = query.number("cursor", 0, std::numeric_limits<std::int64_t>::max());
  const int limit = static_cast<int>(query.number("limit", 1, largest_page).value_or(usual_page));
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  store::Database::Work<std::vector<store::AuditRow>> work = [filter = std::move(filter), limit](store::Transaction& transaction) {
    return store::Audit(transaction).recent(filter, limit + 1);
  };
  Result<std::vector<store::AuditRow>> rows = co_await services.database.read<std::vector<store::AuditRow>>(std::move(work));
  if (!rows) co_return co_await send_error(call, std::move(rows).error());
  const bool more = rows->size() > static_cast<std::size_t>(limit);
  if (more) rows->pop_back();
  Json json;
  json["items"] = Json::array();
  for (const store::AuditRow& row : *rows) json["items"].push_back(row_json(row));
  json["next"] = more ? Json(rows->back().id) : Json(nullptr);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
