#include <utility>

#include "omniroute/base/log.hpp"
#include "omniroute/store/repositories.hpp"
#include "transaction.hpp"

namespace omniroute::store {

Result<std::vector<StoredSetting>> SettingsTable::all() {
  Result<Statement> statement = transaction_.storage().prepare("SELECT key, json, sealed FROM settings ORDER BY key");
  if (!statement) return statement.error();
  std::vector<StoredSetting> settings;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    StoredSetting setting;
    setting.key = statement->text(0);
    if (statement->is_null(2)) {
      setting.json = Secret(std::string(statement->text(1)));
    } else {
      Result<Secret> opened = transaction_.vault().unseal(statement->blob(2), "settings", setting.key, "sealed");
      if (!opened) {
        log::error("stored setting does not open and is passed over: key={} reason={}", setting.key, opened.error().message);
        continue;
      }
      setting.json = std::move(*opened);
    }
    settings.push_back(std::move(setting));
  }
  if (!row) return row.error();
  return settings;
}

Status SettingsTable::save(std::string_view key, const Secret& json, bool sealed) {
  Result<Statement> statement = transaction_.storage().prepare("INSERT OR REPLACE INTO settings (key, json, sealed) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  statement->bind(key);
  if (!sealed) {
    statement->bind(json.reveal()).bind_null();
    return statement->run();
  }
  Result<std::string> record = transaction_.vault().seal(json, "settings", key, "sealed");
  if (!record) return record.error();
  statement->bind_null().bind_blob(*record);
  return statement->run();
}

Result<bool> SettingsTable::remove(std::string_view key) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM settings WHERE key = ?");
  if (!statement) return statement.error();
  if (Status done = statement->bind(key).run(); !done) return done.error();
  return transaction_.storage().changes() > 0;
}

Result<std::int64_t> Revision::get() { return transaction_.storage().number("SELECT value FROM counters WHERE name = 'revision'"); }

Result<std::int64_t> Revision::advance() {
  if (Status done = transaction_.storage().execute("UPDATE counters SET value = value + 1 WHERE name = 'revision'"); !done)
    return done.error();
  return get();
}

}  // namespace omniroute::store
