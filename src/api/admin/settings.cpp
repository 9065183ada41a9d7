#include "omniroute/config/settings.hpp"

#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

std::string_view word_of(config::SettingKind kind) {
  switch (kind) {
    case config::SettingKind::milliseconds: return "milliseconds";
    case config::SettingKind::bytes: return "bytes";
    case config::SettingKind::count: return "count";
    case config::SettingKind::money: return "money";
    case config::SettingKind::boolean: return "boolean";
    case config::SettingKind::list: return "list";
    case config::SettingKind::secret_url: return "secret_url";
    case config::SettingKind::choice: return "choice";
    case config::SettingKind::text: return "text";
    case config::SettingKind::secret_text: return "secret_text";
  }
  return "";
}

Json setting_json(const config::SettingInfo& info, const config::Snapshot& snapshot, const config::Settings& defaults) {
  Json json;
  json["key"] = info.key;
  json["value"] = Json::parse(config::to_json(snapshot.settings(), info.key));
  json["default"] = Json::parse(config::to_json(defaults, info.key));
  json["source"] = config::to_string(snapshot.setting_source(info.key));
  json["kind"] = word_of(info.kind);
  json["environment"] = info.environment;
  json["help"] = info.help;
  const bool number = info.kind != config::SettingKind::text && info.kind != config::SettingKind::secret_text;
  if (number && info.least != info.most) {
    json["least"] = info.least;
    json["most"] = info.most;
  }
  if (!info.choices.empty()) json["choices"] = info.choices;
  return json;
}

Json settings_json(const Services& services) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const config::Settings defaults;
  Json json;
  json["settings"] = Json::array();
  for (const config::SettingInfo& info : config::setting_table()) json["settings"].push_back(setting_json(info, *snapshot, defaults));
  return json;
}

}  // namespace

Task<void> list_settings(Services& services, Call& call) {
  Json json = settings_json(services);
  co_await answer(call, 200, std::move(json));
}

Task<void> change_settings(Services& services, Call& call) {
  Form form(call.request.body);
  std::vector<config::SettingChange> changes;
  const json::Value root = form.root();
  for (auto it = root.begin(); it != root.end(); ++it) {
    const std::string key(it.key());
    if (config::find_setting(key) == nullptr) form.refuse(key, "is no setting");
    config::SettingChange change{key, std::nullopt};
    if (!(*it).absent()) change.json = std::string((*it).raw());
    changes.push_back(std::move(change));
  }
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Status changed = co_await editor_of(services, call).change_settings(std::move(changes));
  if (!changed) co_return co_await send_error(call, std::move(changed).error());
  Json json = settings_json(services);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
