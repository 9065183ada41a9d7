#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "omniroute/services/backups.hpp"
#include "present.hpp"
#include "reply.hpp"
#include "transfer.hpp"

namespace omniroute::api {
namespace {

services::Backups backups_of(const Services& services) {
  return services::Backups(services.database, services.editor, services.publisher, services.login, services.clock);
}

Json file_json(const services::BackupFile& file) {
  Json json;
  json["id"] = file.id;
  json["filename"] = file.id;
  json["createdAt"] = time_json(file.created_ms);
  json["size"] = file.bytes;
  json["reason"] = file.reason;
  return json;
}

Json content_json(const services::BackupContent& content) {
  Json json;
  json["schema"] = content.schema;
  json["connectionCount"] = content.connections;
  json["nodeCount"] = content.nodes;
  json["keyCount"] = content.keys;
  return json;
}

}  // namespace

Task<void> list_backups(Services& services, Call& call) {
  Result<std::vector<services::BackupFile>> files = backups_of(services).list();
  if (!files) co_return co_await send_error(call, std::move(files).error());
  Json json;
  json["backups"] = Json::array();
  for (const services::BackupFile& file : *files) json["backups"].push_back(file_json(file));
  co_await answer(call, 200, std::move(json));
}

Task<void> make_backup(Services& services, Call& call) {
  services::Backups backups = backups_of(services);
  Result<services::BackupFile> made = co_await backups.make("manual");
  if (!made) co_return co_await send_error(call, std::move(made).error());
  co_await note_audit(services, call, "backup.create", made->id);
  Json json = file_json(*made);
  json["created"] = true;
  co_await answer(call, 201, std::move(json));
}

Task<void> restore_backup(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> id = form.text("backupId");
  if (!id) form.refuse("backupId", "is required");
  const bool dry_run = form.flag("dryRun").value_or(false);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  services::Backups backups = backups_of(services);
  Result<services::BackupContent> content = services::BackupContent();
  if (dry_run) {
    content = co_await backups.verify(*id);
  } else {
    content = co_await backups.restore(*id);
  }
  if (!content) co_return co_await send_error(call, std::move(content).error());
  if (!dry_run) co_await note_audit(services, call, "backup.restore", *id);
  Json json = content_json(*content);
  json["restored"] = !dry_run;
  co_await answer(call, 200, std::move(json));
}

Task<void> verify_backup(Services& services, Call& call) {
  services::Backups backups = backups_of(services);
  Result<services::BackupContent> content = co_await backups.verify(parameter(call, 0));
  if (!content) co_return co_await send_error(call, std::move(content).error());
  Json json = content_json(*content);
  json["ok"] = true;
  co_await answer(call, 200, std::move(json));
}

Task<void> remove_backup(Services& services, Call& call) {
  const std::string id = parameter(call, 0);
  Status removed = backups_of(services).remove(id);
  if (!removed) co_return co_await send_error(call, std::move(removed).error());
  co_await note_audit(services, call, "backup.remove", id);
  co_await answer_success(call);
}

Task<void> export_state(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<Secret> passphrase = form.secret("passphrase");
  if (!passphrase) form.refuse("passphrase", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  services::Backups backups = backups_of(services);
  Result<services::ExportedState> state = co_await backups.export_state(*passphrase, services.version);
  if (!state) co_return co_await send_error(call, std::move(state).error());
  co_await note_audit(services, call, "backup.export", state->name);
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", "application/octet-stream"});
  headers.push_back({"content-disposition", "attachment; filename=\"" + state->name + "\""});
  headers.push_back({"cache-control", "no-store"});
  Status sent = co_await call.reply.send(200, headers, state->bytes);
  static_cast<void>(sent);
}

Task<void> import_state(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<Secret> passphrase = form.secret("passphrase");
  if (!passphrase) form.refuse("passphrase", "is required");
  std::optional<std::string> data = file_of(form, "data");
  if (!data) form.refuse("data", "is required");
  const bool dry_run = form.flag("dryRun").value_or(false);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  services::Backups backups = backups_of(services);
  Result<services::BackupContent> content = co_await backups.import_state(*std::move(data), *passphrase, dry_run);
  if (!content) co_return co_await send_error(call, std::move(content).error());
  if (!dry_run) co_await note_audit(services, call, "backup.import", std::to_string(content->connections) + " connections");
  Json json = content_json(*content);
  json["restored"] = !dry_run;
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
