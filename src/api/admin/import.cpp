// The configuration of related gateways, taken over.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "omniroute/config/hidden_models.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/services/foreign.hpp"
#include "omniroute/store/portable.hpp"
#include "present.hpp"
#include "reply.hpp"
#include "transfer.hpp"

namespace omniroute::api {
namespace {

Json report_json(const services::ForeignImport& done, bool dry_run) {
  Json json;
  json["applied"] = !dry_run;
  for (const char* list : {"changes", "notCarried", "notes", "newKeys"}) json[list] = Json::array();
  for (const services::FileStep& step : done.steps)
    json["changes"].push_back(Json{{"action", step.action}, {"kind", step.kind}, {"name", step.name}, {"fields", step.fields}});
  for (const services::ForeignNote& note : done.notes)
    json[note.lost ? "notCarried" : "notes"].push_back(
        Json{{"kind", note.kind}, {"name", note.name}, {"code", text_json(note.code)}, {"reason", note.words}});
  for (const config::NewKey& made : done.keys)
    if (!made.text.empty()) json["newKeys"].push_back(Json{{"name", made.key.name}, {"key", made.text.reveal()}});
  return json;
}

/// A file that was sent, as the document it stands for. SQLite reads files only, so it lies in the data directory for that moment.
Result<std::string> document_of(const std::string& path, const std::string& from, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  Result<std::string> document = Error(ErrorKind::internal, "The file could not be kept for reading: the disk may be full.");
  if (file) document = services::read_foreign(from, path);
  ::unlink(path.c_str());
  if (document) return document;
  Error error = document.error();
  if (const std::size_t at = error.message.find(path); at != std::string::npos) error.message.replace(at, path.size(), "that was sent");
  return error;
}

}  // namespace

std::optional<std::string> file_of(Form& form, std::string_view name) {
  std::optional<std::string> value = form.text(name);
  if (!value) return std::nullopt;
  while (value->ends_with('=')) value->pop_back();
  std::replace(value->begin(), value->end(), '+', '-');
  std::replace(value->begin(), value->end(), '/', '_');
  std::optional<std::string> decoded = crypto::from_base64url(*value);
  if (!decoded) form.refuse(name, "must be a file in base64");
  return decoded;
}

Task<void> import_foreign(Services& services, Call& call) {
  Form form(call.request.body);
  services::ForeignSource source;
  source.from = form.text("from").value_or("");
  if (source.from != "omniroute" && source.from != "9router") form.refuse("from", "must be omniroute or 9router");
  const std::optional<std::string> data = file_of(form, "data");
  const json::Value document = form.root().find("document");
  if (data.has_value() == document.is(json::Kind::object)) form.refuse("data", "or document is required, and not both");
  source.encryption_key = form.secret("encryptionKey").value_or(Secret());
  const bool dry_run = form.flag("dryRun").value_or(false);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  if (document.is(json::Kind::object)) source.document = document.raw();
  if (data) {
    store::Database::Work<std::string> work = [path = store::work_path(services.database, "foreign"), from = source.from,
                                               bytes = *data](store::Transaction&) { return document_of(path, from, bytes); };
    Result<std::string> read = co_await services.database.read<std::string>(std::move(work));
    if (!read) co_return co_await send_error(call, std::move(read).error());
    source.document = *std::move(read);
  }
  Result<config::HiddenModels> hidden = co_await config::HiddenModels::read(services.database);
  if (!hidden) co_return co_await send_error(call, std::move(hidden).error());
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  config::Editor editor = editor_of(services, call);
  Result<services::ForeignImport> done = co_await services::import_foreign(source, *snapshot, *hidden, editor, dry_run);
  if (!done) co_return co_await send_error(call, std::move(done).error());
  if (!dry_run) co_await note_audit(services, call, "import", source.from);
  Json json = report_json(*done, dry_run);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
