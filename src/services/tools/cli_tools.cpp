#include "omniroute/services/cli_tools.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli_work.hpp"
#include "line_diff.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/base/time_text.hpp"
#include "program.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds version_limit{4000};
/// One that did not tell its version may have been in the middle of an update.
constexpr std::chrono::minutes ask_again{10};

Result<const CliTool*> tool_of(const std::string& id) {
  const CliTool* tool = find_cli_tool(id);
  if (tool != nullptr) return tool;
  std::string names;
  for (const CliTool& each : cli_tools()) names += (names.empty() ? "" : ", ") + each.id;
  return Error(ErrorKind::not_found, "There is no tool " + id.substr(0, 50) + "; there are " + names + ".");
}

Error conflict(const char* code, std::string message) {
  Error error(ErrorKind::conflict, std::move(message));
  error.code = code;
  return error;
}

const char* action_of(const DiskFile& before, const std::string& after) {
  if (!before.there) return "create";
  return before.bytes == after ? "none" : "change";
}

std::int64_t written_at(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_mtime) : 0;
}

}  // namespace

CliTools::CliTools(CliHost host, std::string data_dir, const Clock& clock)
    : host_(std::move(host)), data_dir_(std::move(data_dir)), clock_(clock) {}

CliTools::~CliTools() = default;

void CliTools::detect() {
  std::vector<std::string> ids;
  std::vector<std::string> programs;
  for (const CliTool& tool : cli_tools()) {
    const std::string path = find_program(tool.commands, host_.search);
    const std::lock_guard lock(known_);
    const auto known = versions_.find(tool.id);
    const bool same = known != versions_.end() && known->second.path == path && known->second.written == written_at(path);
    const bool fresh = same && (known->second.reason.empty() || clock_.now() - known->second.asked < ask_again);
    if (path.empty() || fresh) continue;
    ids.push_back(tool.id);
    programs.push_back(path);
  }
  const std::vector<ProgramAnswer> answers = ask_versions(programs, host_.variables, version_limit);
  const std::lock_guard lock(known_);
  for (std::size_t i = 0; i < ids.size(); ++i)
    versions_[ids[i]] = Version{programs[i], written_at(programs[i]), answers[i].first_line, answers[i].reason, clock_.now()};
}

Result<Json> CliTools::preview(const std::string& id, const CliChoice& choice) const {
  Result<const CliTool*> tool = tool_of(id);
  if (!tool) return std::move(tool).error();
  Work work(*this, **tool);
  if (Status opened = work.open(); !opened) return std::move(opened).error();
  if (Status fine = work.check(choice); !fine) return std::move(fine).error();
  Result<CliTexts> texts = work.changed(choice);
  if (!texts) return std::move(texts).error();
  Json json{{"tool", id},
            {"name", (*tool)->name},
            {"url", origin_of_url(choice.url)},
            {"fingerprint", work.fingerprint()},
            {"files", Json::array()}};
  for (std::size_t i = 0; i < work.disk().size(); ++i) {
    if (!texts->used(i)) continue;
    const DiskFile& file = work.disk()[i];
    std::string diff = line_diff(without_secrets(file.bytes), without_secrets(texts->text(i)));
    const char* action = action_of(file, texts->text(i));
    Json entry{{"path", work.path_of(i)}, {"action", action}, {"diff", std::move(diff)}};
    entry["target"] = file.target != file.path ? Json(work.shown(file.target)) : Json(nullptr);
    json["files"].push_back(std::move(entry));
  }
  const Status writable = work.may_write();
  json["cannotWrite"] = writable ? Json(nullptr) : Json(writable.error().message);
  return json;
}

Result<Json> CliTools::apply(const std::string& id, const CliChoice& choice, const std::string& key_id) {
  Result<const CliTool*> tool = tool_of(id);
  if (!tool) return std::move(tool).error();
  const std::lock_guard lock(writing_);
  Work work(*this, **tool);
  if (Status opened = work.open(); !opened) return std::move(opened).error();
  if (Status fine = work.check(choice); !fine) return std::move(fine).error();
  if (Status fine = work.may_write(); !fine) return std::move(fine).error();
  if (!choice.fingerprint.empty() && choice.fingerprint != work.fingerprint())
    return conflict("cli_file_changed", "The files of " + (*tool)->name + " have changed since the preview. Look at it again.");
  Result<CliTexts> texts = work.changed(choice);
  if (!texts) return std::move(texts).error();
  CliRecord record;
  record.action = "apply";
  record.url = origin_of_url(choice.url);
  record.key_id = key_id;
  Result<CliRecord> made = work.write(*texts, std::move(record));
  if (!made) return std::move(made).error();
  log::info("tool set up: tool={} files={}", id, made->files.size());
  Json json{{"tool", id}, {"applied", true}, {"backup", made->id.empty() ? Json(nullptr) : Json(made->id)}, {"files", Json::array()}};
  for (const CliCopy& copy : made->files)
    json["files"].push_back({{"path", work.shown(copy.path)}, {"action", copy.there ? "change" : "create"}});
  return json;
}

Result<Json> CliTools::undo(const std::string& id, bool force) {
  Result<const CliTool*> tool = tool_of(id);
  if (!tool) return std::move(tool).error();
  const std::lock_guard lock(writing_);
  if (!host_.may_write)
    return Error(ErrorKind::forbidden, "Writing other programs' files is switched off (CLI_ALLOW_CONFIG_WRITES=false).");
  Work work(*this, **tool);
  const std::optional<CliRecord> record = work.backups().newest();
  if (!record) return conflict("cli_nothing_to_undo", "Nothing of " + (*tool)->name + " was written that could be undone.");
  std::vector<DiskFile> present;
  for (const CliCopy& copy : record->files) {
    if (!force && !is_as_left(copy))
      return conflict(
          "cli_file_changed",
          work.shown(copy.path) +
              " was changed since. To undo would lose that change: say force, or take away only what is ours. Nothing was changed.");
    Result<DiskFile> now = read_disk_file(copy.path);
    if (!now) return std::move(now).error();
    present.push_back(*std::move(now));
  }
  std::vector<std::string> bytes;
  for (std::size_t i = 0; i < record->files.size(); ++i) {
    Result<std::string> kept = record->files[i].there ? work.backups().bytes(*record, i) : Result<std::string>(std::string());
    if (!kept) return std::move(kept).error();
    bytes.push_back(*std::move(kept));
  }
  if (force) {
    CliRecord before;
    before.action = "undo";
    before.undone = true;
    for (const DiskFile& file : present)
      before.files.push_back({file.path, file.target, file.there, file.mode, file.there ? sum_of(file.bytes) : "", ""});
    if (Result<CliRecord> kept = work.backups().keep(std::move(before), present); !kept) return std::move(kept).error();
  }
  Json json{
      {"tool", id}, {"undone", true}, {"keyId", record->key_id.empty() ? Json(nullptr) : Json(record->key_id)}, {"files", Json::array()}};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const CliCopy& copy = record->files[i];
    Status done = copy.there ? write_disk_file(copy.target, bytes[i], copy.mode) : remove_disk_file(copy.target);
    if (!done) return std::move(done).error();
    json["files"].push_back({{"path", work.shown(copy.path)}, {"action", copy.there ? "restore" : "remove"}});
  }
  if (Status marked = work.backups().mark_undone(*record); !marked) return std::move(marked).error();
  log::info("tool put back: tool={} files={}", id, bytes.size());
  return json;
}

Result<Json> CliTools::clear(const std::string& id, const std::string& default_url) {
  Result<const CliTool*> tool = tool_of(id);
  if (!tool) return std::move(tool).error();
  const std::lock_guard lock(writing_);
  Work work(*this, **tool);
  if (Status opened = work.open(); !opened) return std::move(opened).error();
  if (Status fine = work.may_write(); !fine) return std::move(fine).error();
  const CliFacts facts = work.texts().facts();
  const bool ours = !facts.base.empty() && ((*tool)->named || work.is_ours(facts.base, default_url));
  if (!ours) return conflict("cli_nothing_to_undo", "Nothing of ours stands in the files of " + (*tool)->name + ".");
  CliRecord record;
  record.action = "clear";
  Result<CliRecord> made = work.write(work.cleared(), std::move(record));
  if (!made) return std::move(made).error();
  log::info("tool cleared: tool={} files={}", id, made->files.size());
  Json json{{"tool", id}, {"cleared", true}, {"backup", made->id.empty() ? Json(nullptr) : Json(made->id)}, {"files", Json::array()}};
  for (const CliCopy& copy : made->files) json["files"].push_back({{"path", work.shown(copy.path)}, {"action", "change"}});
  return json;
}

Result<Json> CliTools::backups(const std::string& id) const {
  Result<const CliTool*> tool = tool_of(id);
  if (!tool) return std::move(tool).error();
  const Work work(*this, **tool);
  Json json{{"backups", Json::array()}};
  for (const CliRecord& record : work.backups().list()) {
    Json entry{{"id", record.id},
               {"at", time_text(record.made_ms)},
               {"action", record.action},
               {"undone", record.undone},
               {"files", Json::array()}};
    for (const CliCopy& copy : record.files) entry["files"].push_back({{"path", work.shown(copy.path)}, {"there", copy.there}});
    json["backups"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace omniroute::services
