#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli_work.hpp"
#include "omniroute/base/time_text.hpp"
#include "program.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

/// The program, and what is known of its version.
void CliTools::Work::put_program(Json& entry) const {
  const std::string program = find_program(tool_.commands, tools_.host_.search);
  entry["command"] = tool_.commands.empty() ? Json(nullptr) : Json(tool_.commands.front());
  entry["commandPath"] = text_or_null(shown(program));
  entry["version"] = nullptr;
  entry["versionReason"] = nullptr;
  const std::lock_guard lock(tools_.known_);
  const auto known = tools_.versions_.find(tool_.id);
  if (program.empty() || known == tools_.versions_.end() || known->second.path != program) return;
  entry["version"] = text_or_null(known->second.text);
  entry["versionReason"] = text_or_null(known->second.reason);
}

std::string CliTools::Work::state_of(const Status& opened, const CliFacts& facts, bool left_so, const std::string& default_url) const {
  if (tool_.files.empty() || (!opened && opened.error().code == "cli_by_hand")) return "by_hand";
  if (!opened) return opened.error().code == "cli_hidden" ? "hidden" : "unreadable";
  if (!facts.base.empty() && facts.chosen_ours && is_ours(facts.base, default_url)) return left_so ? "ours" : "changed";
  return facts.base.empty() && facts.chosen.empty() ? "not_set" : "other";
}

Json CliTools::Work::files_json(const Status& opened) const {
  Json list = Json::array();
  for (std::size_t i = 0; i < tool_.files.size(); ++i) {
    if (opened ? !texts_->used(i) : tool_.files[i].with != CliFile::none) continue;
    const DiskFile* file = i < disk_.size() ? &disk_[i] : nullptr;
    const std::string target = file != nullptr && file->target != file->path ? shown(file->target) : "";
    const std::string unwritable = file != nullptr ? why_not_writable(*file).value_or("") : "";
    Json entry{{"path", path_of(i)}, {"there", file != nullptr && file->there}};
    entry["target"] = text_or_null(target);
    entry["notWritable"] = text_or_null(unwritable);
    list.push_back(std::move(entry));
  }
  return list;
}

Json CliTools::Work::shown_as_json(const Status& opened, const std::string& default_url, Secret& key) const {
  CliFacts facts;
  if (opened) facts = texts_->facts();
  const std::optional<CliRecord> record = tool_.files.empty() ? std::nullopt : backups_.newest();
  const bool as_left = !record || std::all_of(record->files.begin(), record->files.end(), is_as_left);
  Json entry{{"id", tool_.id}, {"name", tool_.name}};
  put_program(entry);
  entry["files"] = files_json(opened);
  const bool there = std::any_of(entry["files"].begin(), entry["files"].end(), [](const Json& file) { return file["there"] == true; });
  entry["found"] = there || !entry["commandPath"].is_null();
  entry["state"] = state_of(opened, facts, as_left || record->action != "apply", default_url);
  entry["reason"] = opened || tool_.files.empty() ? Json(nullptr) : Json(opened.error().message);
  entry["pointsTo"] = text_or_null(!facts.chosen.empty() && !facts.chosen_ours ? facts.chosen : facts.base);
  entry["slots"] = Json::array();
  for (const CliSlot& slot : tool_.slots) {
    const auto model = facts.models.find(slot.id);
    entry["slots"].push_back(
        {{"id", slot.id}, {"required", slot.required}, {"model", model == facts.models.end() ? Json(nullptr) : Json(model->second)}});
  }
  entry["keyHint"] = facts.key.empty() ? Json(nullptr) : Json(Secret(facts.key).hint());
  entry["undo"] = nullptr;
  if (record) entry["undo"] = {{"at", time_text(record->made_ms)}, {"action", record->action}, {"changedSince", !as_left}};
  entry["notes"] = tool_.notes;
  entry["snippets"] = cli_snippets(tool_, default_url);
  key = Secret(std::move(facts.key));
  return entry;
}

CliTools::Listed CliTools::list(const std::string& default_url) const {
  Listed listed;
  Json json{{"defaultUrl", default_url}, {"hidden", text_or_null(host_.hidden)}, {"mayWrite", host_.may_write}, {"tools", Json::array()}};
  for (const CliTool& tool : cli_tools()) {
    Work work(*this, tool);
    const Status opened = work.open();
    Secret key;
    json["tools"].push_back(work.shown_as_json(opened, default_url, key));
    listed.keys.push_back(std::move(key));
  }
  listed.json = std::make_unique<Json>(std::move(json));
  return listed;
}

}  // namespace omniroute::services
