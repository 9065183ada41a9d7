#include "models.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <set>

#include "gemini.hpp"
#include "omniroute/config/hidden_models.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/json/writer.hpp"
#include "omniroute/routing/names.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

std::int64_t seconds(WallTime time) { return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(); }

void write_openai(json::Writer& writer, const ListedModel& model, WallTime since) {
  writer.begin_object().key("id").string(model.id).key("object").string("model").key("created").integer(seconds(since));
  writer.key("owned_by").string(model.owner).key("permission").begin_array().end_array();
  writer.key("root").string(model.root).key("parent");
  if (model.parent.empty()) {
    writer.null();
  } else {
    writer.string(model.parent);
  }
  writer.end_object();
}

void write_anthropic(json::Writer& writer, const ListedModel& model, WallTime since) {
  writer.begin_object().key("type").string("model").key("id").string(model.id);
  writer.key("display_name").string(model.name.empty() ? model.root : model.name).key("created_at").string(iso_time(since)).end_object();
}

bool wants_anthropic(const Call& call) { return !call.request.header("anthropic-version").empty(); }

std::string openai_list(const std::vector<ListedModel>& models, WallTime since) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("object").string("list").key("data").begin_array();
  for (const ListedModel& model : models) write_openai(writer, model, since);
  writer.end_array().end_object();
  return body;
}

std::string anthropic_list(const std::vector<ListedModel>& models, WallTime since, std::string_view query) {
  constexpr std::size_t most = 1000;
  const std::string limit_text = http::query_value(query, "limit");
  std::size_t limit = most;
  std::from_chars(limit_text.data(), limit_text.data() + limit_text.size(), limit);
  limit = std::clamp<std::size_t>(limit, 1, most);
  const std::string after = http::query_value(query, "after_id");
  const auto known = std::find_if(models.begin(), models.end(), [&after](const ListedModel& m) { return m.id == after; });
  const auto first = after.empty() || known == models.end() ? models.begin() : known + 1;
  const auto last = first + static_cast<std::ptrdiff_t>(std::min(limit, static_cast<std::size_t>(models.end() - first)));
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("data").begin_array();
  for (auto model = first; model != last; ++model) write_anthropic(writer, *model, since);
  writer.end_array().key("has_more").boolean(last != models.end()).key("first_id");
  if (first == last) {
    writer.null().key("last_id").null();
  } else {
    writer.string(first->id).key("last_id").string((last - 1)->id);
  }
  writer.end_object();
  return body;
}

std::vector<ListedModel> shown_models(const config::Snapshot& snapshot, std::string_view key_id, const config::HiddenModels& hidden) {
  const auto patterns = snapshot.allowed_models(key_id);
  std::vector<ListedModel> models;
  std::set<std::string> seen;
  const auto add = [&](ListedModel model) {
    if (routing::allowed(patterns, model.id) && seen.insert(model.id).second) models.push_back(std::move(model));
  };
  for (const domain::Combo& combo : snapshot.routing().rows().combos)
    if (combo.active) add({combo.name, combo.name, {}, combo.name, "combo"});
  for (const catalog::Provider* provider : snapshot.providers()) {
    const auto accounts = snapshot.accounts(provider->id);
    if (accounts.empty()) continue;
    const auto offer = [&](const std::string& model, const std::string& name) {
      if (hidden.contains(provider->id, model)) return;
      const std::string id = provider->alias + "/" + model;
      add({id, model, {}, name, provider->id});
      if (!provider->is_node && provider->alias != provider->id) add({provider->id + "/" + model, model, id, name, provider->id});
    };
    for (const catalog::Model& model : snapshot.routing().custom_models(provider->id)) offer(model.id, model.name);
    for (const catalog::Model& model : provider->models)
      if (model.format || provider->format) offer(model.id, model.name);
    for (const domain::Account* account : accounts)
      if (!account->default_model.empty()) offer(account->default_model, account->default_model);
  }
  return models;
}

}  // namespace

Task<Result<std::vector<ListedModel>>> listed_models(Services& services, const Call& call) {
  Result<config::HiddenModels> hidden = co_await config::HiddenModels::read(services.database);
  if (!hidden) co_return std::move(hidden).error();
  std::vector<ListedModel> models = shown_models(*call.lane.config, call.caller.key_id, *hidden);
  co_return models;
}

std::string iso_time(WallTime time) {
  const std::time_t stamp = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&stamp, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Task<void> list_models(Services& services, Call& call) {
  if (!call.request.header("x-goog-api-key").empty()) co_return co_await gemini_models(services, call);
  const domain::Format dialect = wants_anthropic(call) ? domain::Format::anthropic : domain::Format::openai_chat;
  Result<std::vector<ListedModel>> models = co_await listed_models(services, call);
  if (!models) co_return co_await send_dialect_error(call, dialect, std::move(models).error());
  std::string body;
  if (dialect == domain::Format::anthropic) {
    body = anthropic_list(*models, services.started, call.request.query);
  } else {
    body = openai_list(*models, services.started);
  }
  co_await send_json(call, 200, std::move(body));
}

Task<void> show_model(Services& services, Call& call) {
  const domain::Format dialect = wants_anthropic(call) ? domain::Format::anthropic : domain::Format::openai_chat;
  Result<std::vector<ListedModel>> models = co_await listed_models(services, call);
  if (!models) co_return co_await send_dialect_error(call, dialect, std::move(models).error());
  const std::string wanted = http::percent_decode(call.params[0]);
  const auto model = std::find_if(models->begin(), models->end(), [&wanted](const ListedModel& m) { return m.id == wanted; });
  if (model == models->end()) {
    Error error(ErrorKind::not_found, "The model '" + wanted + "' is not in the list of GET /v1/models.", "model");
    error.code = "model_not_found";
    co_return co_await send_dialect_error(call, dialect, std::move(error));
  }
  std::string body;
  json::Writer writer(body);
  if (dialect == domain::Format::anthropic) {
    write_anthropic(writer, *model, services.started);
  } else {
    write_openai(writer, *model, services.started);
  }
  co_await send_json(call, 200, std::move(body));
}

}  // namespace omniroute::api
