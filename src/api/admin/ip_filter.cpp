// The address rules in the words of the original's API: one object over three settings and the bans.
#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

using config::IpFilterMode;

constexpr std::int64_t usual_ban_ms = 3'600'000;
constexpr std::int64_t longest_ban_ms = 365LL * 24 * 3'600'000;
constexpr std::array<std::string_view, 4> mode_words{"off", "blacklist", "whitelist", "whitelist-priority"};

std::int64_t now_ms(const Services& services) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.wall_now().time_since_epoch()).count();
}

Json filter_json(const Services& services) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const config::Settings& settings = snapshot->settings();
  const std::int64_t now = now_ms(services);
  Json json;
  json["enabled"] = settings.ip_filter != IpFilterMode::off;
  json["mode"] = mode_words[static_cast<std::size_t>(settings.ip_filter)];
  json["blacklist"] = settings.ip_deny;
  json["whitelist"] = settings.ip_allow;
  json["tempBans"] = Json::array();
  for (const store::IpBan& ban : snapshot->bans()) {
    if (ban.until_ms <= now) continue;
    Json entry;
    entry["ip"] = ban.address;
    entry["until"] = time_json(ban.until_ms);
    entry["remainingMs"] = ban.until_ms - now;
    entry["reason"] = ban.reason;
    json["tempBans"].push_back(std::move(entry));
  }
  return json;
}

/// A list with what the call replaces, adds and takes away; nothing if it does none of it.
std::optional<std::string> edited(Form& form, std::vector<std::string> list, std::string_view whole, std::string_view add,
                                  std::string_view remove) {
  const std::optional<std::vector<std::string>> replaced = form.texts(whole);
  const std::optional<std::string> added = form.text(add);
  const std::optional<std::string> removed = form.text(remove);
  if (!replaced && !added && !removed) return std::nullopt;
  if (replaced) list = *replaced;
  if (removed) std::erase(list, *removed);
  if (added && std::find(list.begin(), list.end(), *added) == list.end()) list.push_back(*added);
  return Json(list).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The mode that a call asks for, as the setting's JSON: by its word, or switched by `enabled`.
std::optional<std::string> mode_of(Form& form, IpFilterMode present) {
  const std::optional<std::string> word = form.text("mode");
  const std::optional<bool> enabled = form.flag("enabled");
  if (word && std::find(mode_words.begin(), mode_words.end(), *word) == mode_words.end())
    form.refuse("mode", "takes off, blacklist, whitelist and whitelist-priority");
  if (enabled == false) return "\"off\"";
  if (word) return "\"" + *word + "\"";
  if (enabled == true && present == IpFilterMode::off) return "\"blacklist\"";
  return std::nullopt;
}

std::optional<store::IpBan> ban_of(Form& form, std::int64_t now) {
  const json::Value value = form.root().find("tempBan");
  if (value.absent()) return std::nullopt;
  Form inner(value.raw());
  store::IpBan ban;
  ban.address = inner.text("ip").value_or("");
  ban.reason = inner.text("reason").value_or("");
  ban.until_ms = now + std::clamp<std::int64_t>(inner.number("durationMs").value_or(usual_ban_ms), 0, longest_ban_ms);
  if (!inner.check()) form.refuse("tempBan", "must be an object with ip, durationMs and reason");
  return ban;
}

}  // namespace

Task<void> show_ip_filter(Services& services, Call& call) {
  Json json = filter_json(services);
  co_await answer(call, 200, std::move(json));
}

Task<void> change_ip_filter(Services& services, Call& call) {
  Form form(call.request.body);
  const config::Settings& settings = call.lane.config->settings();
  std::vector<config::SettingChange> changes;
  const auto change = [&changes](std::string key, std::optional<std::string> json) {
    if (json) changes.push_back({std::move(key), std::move(json)});
  };
  change("ip_filter", mode_of(form, settings.ip_filter));
  change("ip_deny", edited(form, settings.ip_deny, "blacklist", "addBlacklist", "removeBlacklist"));
  change("ip_allow", edited(form, settings.ip_allow, "whitelist", "addWhitelist", "removeWhitelist"));
  std::optional<store::IpBan> ban = ban_of(form, now_ms(services));
  const std::optional<std::string> lifted = form.text("removeBan");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  config::Editor editor = editor_of(services, call);
  if (!changes.empty()) {
    Status changed = co_await editor.change_settings(std::move(changes));
    if (!changed) co_return co_await send_error(call, std::move(changed).error());
  }
  if (ban) {
    Status banned = co_await editor.ban(*std::move(ban));
    if (!banned) co_return co_await send_error(call, std::move(banned).error());
  }
  if (lifted) {
    Result<bool> gone = co_await editor.lift_ban(*lifted);
    if (!gone) co_return co_await send_error(call, std::move(gone).error());
  }
  Json json = filter_json(services);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
